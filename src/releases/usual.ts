import type { Context } from '../platform/context.ts'
import { secondsTaken } from './model.ts'

const remembered = 5

type Lane = { component_id: string; environment_id: string }
type Taken = Awaited<ReturnType<typeof timesOf>>

/** How long going back from a release usually takes: the median of the last five rollbacks in its lane. */
export async function usualSeconds(ctx: Context, lane: Lane): Promise<number | null> {
  return usualOf(await timesOf(ctx, lane, 'rollback'))
}

/** How long releasing usually takes there: the median of the last five deploys. */
export async function usualReleaseSeconds(ctx: Context, lane: Lane): Promise<number | null> {
  return usualOf(await timesOf(ctx, lane, 'deploy'))
}

/** A component in an environment, as a key. */
export function laneOf({ component_id, environment_id }: Lane) {
  return `${component_id} ${environment_id}`
}

/** The newest rollbacks of each lane, drills too, that told both their times: one more than counts, for the one that is left out. */
export async function timesTaken(ctx: Context, lanes: Lane[]) {
  const taken = new Map<string, Taken>()
  for (const lane of lanes) {
    const key = laneOf(lane)
    if (!taken.has(key)) taken.set(key, await timesOf(ctx, lane, 'rollback'))
  }
  return taken
}

/** The newest of a kind in one lane: an index leads to them, however long its history is. */
function timesOf({ db }: Context, { component_id, environment_id }: Lane, kind: 'rollback' | 'deploy') {
  return db
    .selectFrom('releases')
    .select(['id', 'kind', 'started_at', 'asked_at', 'live_at'])
    .where((all) => all.and({ component_id, environment_id, kind }))
    .where('live_at', 'is not', null)
    .where((or) => or.or([or('started_at', 'is not', null), or('asked_at', 'is not', null)]))
    .orderBy('live_at', 'desc')
    .limit(remembered + 1)
    .execute()
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
