import type { Context } from '../platform/context.ts'
import { secondsTaken } from '../releases/model.ts'

const remembered = 5

/** How long going back from a release usually takes: the median of the last five rollbacks in its lane. */
export async function usualSeconds(ctx: Context, release: Lane): Promise<number | null> {
  return usualOf((await timesTaken(ctx, [release])).get(laneOf(release)))
}

type Lane = { component_id: string; environment_id: string }
type Taken = Awaited<ReturnType<typeof timesTaken>> extends Map<string, infer Rows> ? Rows : never

/** A component in an environment, as a key. */
export function laneOf({ component_id, environment_id }: Lane) {
  return `${component_id} ${environment_id}`
}

/** The newest rollbacks of each lane, drills too, that told both their times: one more than counts, for the one that is left out. */
export async function timesTaken({ db }: Context, lanes: Lane[]) {
  const component_ids = [...new Set(lanes.map((lane) => lane.component_id))]
  if (component_ids.length === 0) return new Map<string, never[]>()
  const told = db
    .selectFrom('releases')
    .select(['id', 'component_id', 'environment_id', 'kind', 'asked_at', 'started_at', 'live_at'])
    .select(({ fn }) =>
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy(['component_id', 'environment_id']).orderBy('live_at', 'desc'))
        .as('place'),
    )
    .where('component_id', 'in', component_ids)
    .where('kind', '=', 'rollback')
    .where((or) => or.or([or('started_at', 'is not', null), or('asked_at', 'is not', null)]))
    .where('live_at', 'is not', null)
  const rows = await db
    .selectFrom(told.as('told'))
    .selectAll()
    .where('place', '<=', remembered + 1)
    .orderBy('live_at', 'desc')
    .execute()
  return Map.groupBy(rows, laneOf)
}

/** Their median; null when there are none. */
export function usualOf(rollbacks: Taken | undefined, apart_from?: string) {
  const others = (rollbacks ?? []).filter(({ id }) => id !== apart_from).slice(0, remembered)
  const took = others.flatMap((rollback) => secondsTaken(rollback) ?? []).sort((a, b) => a - b)
  const middle = took.length / 2
  if (took.length === 0) return null
  return took.length % 2
    ? (took[Math.floor(middle)] ?? null)
    : ((took[middle - 1] ?? 0) + (took[middle] ?? 0)) / 2
}
