import { versionName } from '../components/live.ts'
import { visibleIncidents, visibleReleases } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import { type PublicRelease, publicReleasesById } from './public.ts'

/** From a moment on until before another. */
type Between = { from: string; until: string; component_id?: string | undefined }

/** A release that simply went live: its name and its moment are all there is to tell. A light form of `PublicRelease`. */
export type PlainRelease = Pick<PublicRelease, 'id' | 'environment' | 'version' | 'at'> & {
  component: { slug: string; name: string }
}

/** A month of a big team holds 800; what is more than all of these is read in the log of releases. */
const most = 3000
/** Told in a line of its own each; what is more is told among the plain ones. */
const mostEventful = 400

/**
 * What stands in the log of a time, newest first: `eventful` whole (rollbacks, what was undone, failed, reached a part
 * of the customers, caused an incident or ended one), all others `plain`. `causes` are the ids of what caused one, and
 * `more_after` is the id after which the log goes on, when there was more than a page can hold.
 */
export async function publicReleasesBetween(ctx: Context, asked: Between) {
  const found = await lightRows(ctx, asked)
  const rows = found.slice(0, most)
  const { causes, remedies } = await tiedToIncidents(ctx, asked)
  const isTied = (id: string) => causes.has(id) || remedies.has(id)
  const isEventful = (row: (typeof rows)[number]) =>
    row.kind === 'rollback' || row.live_at === null || row.undone_at !== null || isTied(row.id)
  const ids = rows.filter(isEventful).map(({ id }) => id)
  const whole = await publicReleasesById(ctx, ids.slice(0, mostEventful))
  const byId = new Map(whole.map((release) => [release.id, release]))
  const eventful = ids.flatMap((id) => byId.get(id) ?? []).filter(hasStory)
  const own = new Set(eventful.map(({ id }) => id))
  return {
    eventful,
    plain: rows.filter(({ id }) => !own.has(id)).map(plain),
    causes,
    more_after: found.length > most ? (rows.at(-1)?.id ?? null) : null,
  }
}

/** What an incident was said to be ended by may have been live all along: then nothing happened to it. */
function hasStory({ kind, live_at, undone_at, incident }: PublicRelease) {
  return kind === 'rollback' || live_at === null || undone_at !== null || incident !== null
}

function plain(row: Awaited<ReturnType<typeof lightRows>>[number]): PlainRelease {
  const { id, environment, slug, name, lane_at: at } = row
  return { id, environment, version: versionName(row), at, component: { slug, name } }
}

function lightRows({ db }: Context, { from, until, component_id }: Between) {
  let query = visibleReleases(db)
    .select(['components.slug', 'components.name', 'environments.name as environment'])
    .select(['releases.id', 'releases.version', 'releases.commit', 'releases.kind'])
    .select(['releases.live_at', 'releases.undone_at', 'releases.lane_at'])
    .where('releases.lane_at', '>=', from)
    .where('releases.lane_at', '<', until)
  if (component_id) query = query.where('releases.component_id', '=', component_id)
  return query
    .orderBy('releases.lane_at', 'desc')
    .orderBy('releases.id', 'desc')
    .limit(most + 1)
    .execute()
}

/** The releases of a time that caused an incident or ended one, of which customers may read. */
async function tiedToIncidents({ db }: Context, { from, until }: Between) {
  const ofThen = db
    .selectFrom('releases')
    .select('releases.id')
    .where('releases.lane_at', '>=', from)
    .where('releases.lane_at', '<', until)
  const rows = await visibleIncidents(db)
    .where((or) => or.or([or('cause_release_id', 'in', ofThen), or('remedy_release_id', 'in', ofThen)]))
    .select(['cause_release_id', 'remedy_release_id'])
    .execute()
  const ids = (column: 'cause_release_id' | 'remedy_release_id') =>
    new Set(rows.flatMap((row) => row[column] ?? []))
  return { causes: ids('cause_release_id'), remedies: ids('remedy_release_id') }
}

/** Since when customers may read of releases; null when there is none. */
export async function firstPublicReleaseAt({ db }: Context): Promise<string | null> {
  const query = visibleReleases(db).select('releases.lane_at').orderBy('releases.lane_at').limit(1)
  return (await query.executeTakeFirst())?.lane_at ?? null
}
