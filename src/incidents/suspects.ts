import type { ExpressionBuilder } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { isDrill, versionKinds } from '../releases/model.ts'

const minute = 60_000
/** How far back we look, and how near a release must be to be chosen beforehand. */
const hoursBack = 24
const likelyWithin = 60 * minute
const mostShown = 8

export type Suspect = {
  release_id: string
  version: string | null
  commit: string | null
  component: { id: string; name: string; slug: string }
  environment: string
  /** The newest moment before the start at which (more) customers got it. */
  reached_at: string
  reached: 'all' | 'some'
  /** When the first customers got it. */
  first_exposed_at: string | null
  affected: boolean
  likely: boolean
  kind: string
  /** The most customers it ever had, 0 to 100; null: unknown. */
  most_percent: number | null
  drill_at: string | null
  bad_at: string | null
  /** When customers met the release before it in the same place; null: we know of none. */
  earlier_at: string | null
}

/**
 * Which release may have caused it: those that reached customers before the start and were not taken back by then,
 * on affected components first, nearest first. At most one is `likely`, and never a drill.
 */
export async function suspectsFor(
  ctx: Pick<Context, 'db'>,
  given: { started_at: string; component_ids: string[]; hours?: number },
): Promise<Suspect[]> {
  const start = endOfTypedMinute(given.started_at)
  const since = new Date(
    Date.parse(given.started_at) - (given.hours ?? hoursBack) * 60 * minute,
  ).toISOString()
  const affected = new Set(given.component_ids)
  const rows = await releasesReaching(ctx, since, start)
  const suspects = rows
    .filter((row) => row.undone_at === null || row.undone_at > start)
    .map((row) => suspect(row, start, affected.has(row.component_id)))
    .sort((a, b) => Number(b.affected) - Number(a.affected) || (a.reached_at < b.reached_at ? 1 : -1))
    .slice(0, mostShown)
  // a drill goes back to what was good: it is listed, and nobody is pointed at it
  const first = suspects.find(({ drill_at }) => drill_at === null)
  if (first?.affected && Date.parse(start) - Date.parse(first.reached_at) <= likelyWithin) first.likely = true
  return suspects
}

/** A start is typed in minutes: "14:06" is any moment of that minute, also just after a release at 14:06:20. */
function endOfTypedMinute(started_at: string) {
  const at = Date.parse(started_at)
  return at % minute === 0 ? new Date(at + minute - 1).toISOString() : started_at
}

function releasesReaching({ db }: Pick<Context, 'db'>, since: string, start: string) {
  return (
    db
      .selectFrom('releases')
      .innerJoin('components', 'components.id', 'releases.component_id')
      .innerJoin('environments', 'environments.id', 'releases.environment_id')
      .where('environments.tier', '=', 'production')
      // nobody meets a release after it has its place in its lane: this alone has an index to go by
      .where('releases.lane_at', '>=', since)
      .where('releases.backfilled_at', 'is', null)
      .where((or) =>
        or.or([
          or.and([or('releases.live_at', '>=', since), or('releases.live_at', '<=', start)]),
          or.and([
            or('releases.first_exposed_at', '>=', since),
            or('releases.first_exposed_at', '<=', start),
          ]),
        ]),
      )
      .selectAll('releases')
      .select(['components.name as component_name', 'components.slug', 'environments.name as environment'])
      .select((release) => earlierAt(release).as('earlier_at'))
      .execute()
  )
}

/** When the release before it in its lane reached anybody: one step along an index, asked within the same query. */
function earlierAt({ selectFrom, ref, fn }: ExpressionBuilder<Tables, 'releases'>) {
  return selectFrom('releases as earlier')
    .select(({ fn }) => fn.coalesce('earlier.live_at', 'earlier.first_exposed_at').as('at'))
    .whereRef('earlier.component_id', '=', 'releases.component_id')
    .whereRef('earlier.environment_id', '=', 'releases.environment_id')
    .where('earlier.kind', 'in', [...versionKinds])
    .where('earlier.lane_at', '<', fn.coalesce(ref('releases.first_exposed_at'), ref('releases.live_at')))
    .where((or) =>
      or.or([or('earlier.live_at', 'is not', null), or('earlier.first_exposed_at', 'is not', null)]),
    )
    .orderBy('earlier.lane_at', 'desc')
    .limit(1)
}

type Row = Awaited<ReturnType<typeof releasesReaching>>[number]

function suspect(row: Row, start: string, affected: boolean): Suspect {
  const reachedAll = row.live_at !== null && row.live_at <= start
  return {
    release_id: row.id,
    version: row.version,
    commit: row.commit,
    component: { id: row.component_id, name: row.component_name, slug: row.slug },
    environment: row.environment,
    reached_at: (reachedAll ? row.live_at : row.first_exposed_at) ?? start,
    reached: reachedAll ? 'all' : 'some',
    first_exposed_at: row.first_exposed_at,
    affected,
    likely: false,
    kind: row.kind,
    most_percent: row.most_percent,
    drill_at: isDrill(row) ? row.drill_at : null,
    bad_at: row.bad_at,
    earlier_at: row.earlier_at,
  }
}
