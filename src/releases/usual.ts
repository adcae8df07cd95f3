import { expressionBuilder } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { secondsTaken } from './model.ts'

const remembered = 5

type Db = Pick<Context['db'], 'selectFrom'>

/** Where a query within a query begins. */
const within: Db = expressionBuilder<Tables>()

type Lane = { component_id: string; environment_id: string }
type Taken = Awaited<ReturnType<ReturnType<typeof newestOf>['execute']>>

/** How long going back from a release usually takes: the median of the last five rollbacks in its lane. */
export async function usualSeconds({ db }: Context, lane: Lane): Promise<number | null> {
  return usualOf(await newestOf(db, lane, 'rollback').execute())
}

/** How long releasing usually takes there: the median of the last five deploys. */
export async function usualReleaseSeconds({ db }: Context, lane: Lane): Promise<number | null> {
  return usualOf(await newestOf(db, lane, 'deploy').execute())
}

/** A component in an environment, as a key. */
export function laneOf({ component_id, environment_id }: Lane) {
  return `${component_id} ${environment_id}`
}

/**
 * The newest rollbacks of each lane, drills too, that told both their times: one more than counts, for the one that is
 * left out. One question, however many lanes: public pages ask it for every incident that they tell of.
 */
export async function timesTaken({ db }: Context, lanes: Lane[]): Promise<Map<string, Taken>> {
  const each = [...new Map(lanes.map((lane) => [laneOf(lane), lane])).values()]
  const [first, ...others] = each.map((lane) =>
    // SQLite takes a limit in a part of a union only where the part is a query of its own
    within.selectFrom(newestOf(within, lane, 'rollback').as('newest')).selectAll(),
  )
  if (!first) return new Map()
  const told = others.reduce((all, one) => all.unionAll(one), first)
  const rows = await db.selectFrom(told.as('told')).selectAll().execute()
  return Map.groupBy(rows.sort(newestFirst), laneOf)
}

function newestFirst(one: { live_at: string | null }, other: { live_at: string | null }) {
  return (one.live_at ?? '') < (other.live_at ?? '') ? 1 : -1
}

/** The newest of a kind in one lane: an index leads to them, however long its history is. */
function newestOf(db: Db, { component_id, environment_id }: Lane, kind: 'rollback' | 'deploy') {
  return db
    .selectFrom('releases')
    .select(['id', 'component_id', 'environment_id', 'kind', 'started_at', 'asked_at', 'live_at'])
    .where((all) => all.and({ component_id, environment_id, kind }))
    .where('live_at', 'is not', null)
    .where((or) => or.or([or('started_at', 'is not', null), or('asked_at', 'is not', null)]))
    .orderBy('live_at', 'desc')
    .limit(remembered + 1)
}

/** Their median; null when there are none. A rollback that was asked for here took from then on. */
export function usualOf(releases: Taken | undefined, apart_from?: string) {
  const others = (releases ?? []).filter(({ id }) => id !== apart_from).slice(0, remembered)
  const took = others.flatMap((release) => secondsTaken(release) ?? []).sort((a, b) => a - b)
  const middle = took.length / 2
  if (took.length === 0) return null
  return took.length % 2
    ? (took[Math.floor(middle)] ?? null)
    : ((took[middle - 1] ?? 0) + (took[middle] ?? 0)) / 2
}
