import { versionName } from '../components/live.ts'
import { visibleReleaseRows, visibleReleases } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { isDrill } from './model.ts'
import type { PublicRelease } from './public.ts'

/** What the drawing of a component needs of a release, and nothing else: a light form of `PublicRelease`. */
export type PublicMark = Pick<
  PublicRelease,
  | 'id'
  | 'version'
  | 'kind'
  | 'state'
  | 'at'
  | 'live_at'
  | 'drill_at'
  | 'reverts_release_id'
  | 'restores_release_id'
> & {
  component_id: string
  /** The day that it is drawn on. */
  day: number
  /** Whether everybody had it, only some (a part of them, or nobody yet: it waits in the dark), or it was taken back. */
  reach: 'everybody' | 'part' | 'taken_back'
}

type Asked = { since: string; component_id?: string; dayOf: (at: string) => number }

/**
 * What was released since a moment, on all components or on one, in any order. Nearly all went live and nothing more:
 * thousands are read for one page, in few columns, and only of the others what else there is to tell.
 */
export async function publicMarks(ctx: Context, asked: Asked): Promise<PublicMark[]> {
  const rows = await shown(ctx, asked)
    .select(['releases.id', 'releases.component_id', 'releases.version', 'releases.live_at'])
    .select(['releases.kind', 'releases.state', 'releases.undone_at'])
    .execute()
  const [plain, others] = [[] as PublicMark[], [] as string[]]
  for (const { id, component_id, version, live_at, kind, state, undone_at } of rows) {
    const isPlain = kind === 'deploy' && state === 'succeeded' && undone_at === null
    if (!isPlain || live_at === null || version === null) others.push(id)
    else
      plain.push({ id, component_id, version, at: live_at, live_at, day: asked.dayOf(live_at), ...ordinary })
  }
  return [...plain, ...(await told(ctx, asked, others))]
}

function shown({ db }: Context, { since, component_id }: Asked) {
  const query = visibleReleaseRows(db).where('releases.lane_at', '>=', since)
  return component_id ? query.where('releases.component_id', '=', component_id) : query
}

const ordinary = {
  kind: 'deploy',
  state: 'succeeded',
  reach: 'everybody',
  drill_at: null,
  reverts_release_id: null,
  restores_release_id: null,
} as const

/** So many ids go into one question; SQLite takes 32,766, PostgreSQL 65,535. */
const together = 5_000

async function told(ctx: Context, { dayOf }: Asked, ids: string[]): Promise<PublicMark[]> {
  const now = nowText(ctx)
  const marks: PublicMark[] = []
  for (let from = 0; from < ids.length; from += together) {
    const rows = await visibleReleases(ctx.db)
      .select([
        'releases.id',
        'releases.component_id',
        'releases.version',
        'releases.commit',
        'releases.kind',
      ])
      .select(['releases.state', 'releases.live_at', 'releases.undone_at', 'releases.deadline_at'])
      .select(['releases.drill_at', 'releases.reverts_release_id', 'releases.restores_release_id'])
      .select((release) =>
        release.fn
          .coalesce('releases.live_at', 'releases.first_exposed_at', 'releases.dark_at', 'releases.lane_at')
          .as('at'),
      )
      .where('releases.id', 'in', ids.slice(from, from + together))
      .execute()
    marks.push(...rows.map((row) => markOf(row, now, dayOf)))
  }
  return marks
}

type Row = Pick<
  Tables['releases'],
  | 'id'
  | 'component_id'
  | 'version'
  | 'commit'
  | 'kind'
  | 'state'
  | 'live_at'
  | 'undone_at'
  | 'deadline_at'
  | 'drill_at'
  | 'reverts_release_id'
  | 'restores_release_id'
> & { at: string }

function markOf(row: Row, now: string, dayOf: Asked['dayOf']): PublicMark {
  return {
    id: row.id,
    component_id: row.component_id,
    version: versionName(row),
    kind: row.kind as PublicMark['kind'],
    state: row.deadline_at !== null && row.deadline_at < now ? 'lost' : (row.state as PublicMark['state']),
    at: row.at,
    live_at: row.live_at,
    day: dayOf(row.at),
    reach: reachOf(row),
    drill_at: isDrill(row) ? row.drill_at : null,
    reverts_release_id: row.reverts_release_id,
    restores_release_id: row.restores_release_id,
  }
}

function reachOf(row: { undone_at: string | null; state: string; live_at: string | null }) {
  if (row.undone_at !== null || row.state === 'rolled_back') return 'taken_back'
  return row.live_at === null ? 'part' : 'everybody'
}
