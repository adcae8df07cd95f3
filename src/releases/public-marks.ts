import { versionName } from '../components/live.ts'
import { visibleReleases } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { PublicRelease } from './public.ts'

/** What the drawing of a component needs of a release, and nothing else: a light form of `PublicRelease`. */
export type PublicMark = Pick<
  PublicRelease,
  'id' | 'version' | 'kind' | 'state' | 'at' | 'live_at' | 'reverts_release_id' | 'restores_release_id'
> & {
  component_id: string
  /** The day that it is drawn on. */
  day: number
  /** Whether everybody had it, only some (a part of them, or nobody yet: it waits in the dark), or it was taken back. */
  reach: 'everybody' | 'part' | 'taken_back'
}

type Asked = { since: string; component_id?: string; dayOf: (at: string) => number }

/** What was released since a moment, on all components or on one, in any order: one query, of few columns. */
export async function publicMarks(
  ctx: Context,
  { since, component_id, dayOf }: Asked,
): Promise<PublicMark[]> {
  let query = visibleReleases(ctx.db)
    .select(['releases.id', 'releases.component_id', 'releases.version', 'releases.commit', 'releases.kind'])
    .select(['releases.state', 'releases.live_at', 'releases.undone_at', 'releases.deadline_at'])
    .select(['releases.reverts_release_id', 'releases.restores_release_id'])
    .select((release) =>
      release.fn
        .coalesce('releases.live_at', 'releases.first_exposed_at', 'releases.dark_at', 'releases.lane_at')
        .as('at'),
    )
    .where('releases.lane_at', '>=', since)
  if (component_id) query = query.where('releases.component_id', '=', component_id)
  const now = nowText(ctx)
  return (await query.execute()).map((row) => ({
    id: row.id,
    component_id: row.component_id,
    version: versionName(row),
    kind: row.kind as PublicMark['kind'],
    state: row.deadline_at !== null && row.deadline_at < now ? 'lost' : (row.state as PublicMark['state']),
    at: row.at,
    live_at: row.live_at,
    day: dayOf(row.at),
    reach: reachOf(row),
    reverts_release_id: row.reverts_release_id,
    restores_release_id: row.restores_release_id,
  }))
}

function reachOf(row: { undone_at: string | null; state: string; live_at: string | null }) {
  if (row.undone_at !== null || row.state === 'rolled_back') return 'taken_back'
  return row.live_at === null ? 'part' : 'everybody'
}
