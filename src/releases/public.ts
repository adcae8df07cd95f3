import { z } from 'zod'
import { versionName } from '../components/live.ts'
import { percentMode, visibleIncidents, visibleReleases } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { releaseKinds } from '../sources/events.ts'
import { matching, type ReleaseFilter } from './filter.ts'
import { isDrill, isLost, releaseStates, secondsTaken } from './model.ts'

const time = z.string().nullable()
const otherId = z.string().nullable()

/** The one public projection of a release: never who, nor what they wrote, nor links, artifacts or readiness. */
export const PublicRelease = z.object({
  id: z.string(),
  component: z.object({ id: z.string(), slug: z.string(), name: z.string(), archived: z.boolean() }),
  environment: z.string(),
  version: z.string().nullable(),
  kind: z.enum(releaseKinds),
  state: z.enum([...releaseStates, 'lost']),
  percent: z.number().nullable(),
  /** Whether the operators want pages to tell the percent; else it is part of the customers. */
  percent_shown: z.boolean(),
  /** The most customers it ever had, where pages may tell. */
  most_percent: z.number().nullable(),
  dark_at: time,
  /** When a rollback was asked for through Shiplog. */
  asked_at: time,
  /** When it was said that a rollback is a drill: walked to see that it can be, and nobody's failure. */
  drill_at: time,
  started_at: time,
  first_exposed_at: time,
  live_at: time,
  finished_at: time,
  undone_at: time,
  /** When everybody had a newer one instead. */
  replaced_at: time,
  /** From its start, a rollback from when it was asked for where that is known, until everybody had it. */
  took_seconds: z.number().nullable(),
  /** Where it stands in the log. */
  at: z.string(),
  reverts_release_id: otherId,
  reverts_version: z.string().nullable(),
  reverts_took_seconds: z.number().nullable(),
  /** The most customers that ever had what it went back from, where pages may tell. */
  reverts_most_percent: z.number().nullable(),
  restores_release_id: otherId,
  undone_by_release_id: otherId,
  undone_by_version: z.string().nullable(),
  incident: z.object({ id: z.string(), title: z.string() }).nullable(),
  /** Why there was no way back, when the incident that it caused was ended by going forward. */
  rolled_forward_reason: z.string().nullable(),
})
export type PublicRelease = z.output<typeof PublicRelease>

/** One page of the log, newest first; the cursor is the id of the last one seen. */
export async function listPublicReleases(ctx: Context, filter: ReleaseFilter) {
  const { limit, cursor } = filter
  let query = select(ctx)
    .where(matching(filter, nowText(ctx)))
    .orderBy('releases.lane_at', 'desc')
    .orderBy('releases.id', 'desc')
    .limit(limit + 1)
  if (cursor) {
    const last = await publicRelease(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('releases.lane_at', 'releases.id'), '<', tuple(last.at, last.id)),
    )
  }
  const rows = await query.execute()
  const data = await project(ctx, rows.slice(0, limit))
  return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }
}

/** A release that customers may not see does not exist. */
export async function publicRelease(ctx: Context, id: string): Promise<PublicRelease> {
  const [release] = await publicReleasesById(ctx, [id])
  if (!release) throw new Refusal('not-found', 'There is no such release.')
  return release
}

/** The ids of what customers may see, newest first, at most so many: each has a page. */
export async function publicReleaseIds({ db }: Context, most: number): Promise<string[]> {
  const query = visibleReleases(db).select('releases.id').orderBy('releases.lane_at', 'desc').limit(most)
  return (await query.orderBy('releases.id', 'desc').execute()).map(({ id }) => id)
}

/** Those of these releases that customers may see, in any order. */
export async function publicReleasesById(ctx: Context, ids: string[]): Promise<PublicRelease[]> {
  if (ids.length === 0) return []
  return project(ctx, await select(ctx).where('releases.id', 'in', ids).execute())
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

function select({ db }: Context) {
  return visibleReleases(db)
    .leftJoin('releases as reverted', 'reverted.id', 'releases.reverts_release_id')
    .leftJoin('releases as newer', 'newer.id', 'releases.superseded_by_release_id')
    .leftJoin('releases as undoing', 'undoing.id', 'releases.undone_by_release_id')
    .select(['components.id as component_id', 'components.slug', 'components.name', 'components.archived_at'])
    .select(['environments.name as environment', 'releases.id', 'releases.version', 'releases.commit'])
    .select([
      'releases.kind',
      'releases.state',
      'releases.percent',
      'releases.most_percent',
      'releases.dark_at',
    ])
    .select(['releases.asked_at', 'releases.drill_at'])
    .select(['releases.started_at', 'releases.first_exposed_at', 'releases.live_at', 'releases.finished_at'])
    .select(['releases.undone_at', 'releases.deadline_at', 'releases.lane_at'])
    .select(['releases.reverts_release_id', 'releases.restores_release_id', 'releases.undone_by_release_id'])
    .select(['reverted.version as reverted_version', 'reverted.commit as reverted_commit'])
    .select(['reverted.most_percent as reverted_most_percent', percentMode()])
    .select(['reverted.kind as reverted_kind', 'reverted.asked_at as reverted_asked_at'])
    .select(['reverted.started_at as reverted_started_at', 'reverted.live_at as reverted_live_at'])
    .select(['newer.id as newer_id', 'newer.live_at as replaced_at'])
    .select(['undoing.version as undoing_version', 'undoing.commit as undoing_commit'])
}

async function project(ctx: Context, rows: Row[]): Promise<PublicRelease[]> {
  const incidents = await incidentsAround(ctx, rows)
  const named = await nameable(ctx, rows)
  return rows.map((row) => {
    const caused = incidents.find((incident) => incident.cause_release_id === row.id)
    const ended = incidents.find(
      ({ cause_release_id, remedy_release_id, started_at }) =>
        // what was out before it began did not end it: it is what a rollback went back to
        (remedy_release_id === row.id && (row.live_at === null || row.live_at >= started_at)) ||
        (cause_release_id !== null && cause_release_id === row.reverts_release_id && !isDrill(row)),
    )
    const incident = caused ?? ended
    return {
      ...publicFields(row, named, ctx.now()),
      incident: incident ? { id: incident.id, title: incident.title } : null,
      rolled_forward_reason: caused?.remedy === 'rolled_forward' ? caused.remedy_reason : null,
    }
  })
}

/** The incidents that these releases caused or ended, newest first. */
async function incidentsAround({ db }: Context, rows: Row[]) {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const blamed = [...ids, ...rows.flatMap((row) => row.reverts_release_id ?? [])]
  return visibleIncidents(db)
    .where((or) => or.or([or('cause_release_id', 'in', blamed), or('remedy_release_id', 'in', ids)]))
    .select(['id', 'title', 'started_at'])
    .select(['cause_release_id', 'remedy', 'remedy_release_id', 'remedy_reason'])
    .orderBy('started_at', 'desc')
    .execute()
}

/** Those of the releases that these point at of which customers may read; nothing may point at any other. */
async function nameable({ db }: Context, rows: Row[]) {
  const ids = rows.flatMap((row) => [row.reverts_release_id, row.restores_release_id, row.newer_id])
  const others = [...new Set([...ids, ...rows.map((row) => row.undone_by_release_id)])].filter(
    (id) => id !== null,
  )
  if (others.length === 0) return new Set<string>()
  const found = await visibleReleases(db).select('releases.id').where('releases.id', 'in', others).execute()
  return new Set(found.map(({ id }) => id))
}

function publicFields(
  row: Row,
  named: Set<string>,
  now: Date,
): Omit<PublicRelease, 'incident' | 'rolled_forward_reason'> {
  const { id, environment, percent, dark_at, started_at, first_exposed_at, live_at } = row
  const percent_shown = isShown(row)
  const lost = isLost(row, now)
  return {
    id,
    component: { id: row.component_id, slug: row.slug, name: row.name, archived: row.archived_at !== null },
    environment,
    version: versionName(row),
    kind: row.kind as PublicRelease['kind'],
    state: lost ? 'lost' : (row.state as PublicRelease['state']),
    percent,
    percent_shown,
    most_percent: percent_shown ? row.most_percent : null,
    dark_at,
    asked_at: row.kind === 'rollback' ? row.asked_at : null,
    drill_at: isDrill(row) ? row.drill_at : null,
    started_at,
    first_exposed_at,
    live_at,
    finished_at: row.finished_at,
    undone_at: row.undone_at,
    replaced_at: named.has(row.newer_id ?? '') ? row.replaced_at : null,
    took_seconds: secondsTaken(row),
    at: row.lane_at,
    ...reverted(row, named),
    restores_release_id: named.has(row.restores_release_id ?? '') ? row.restores_release_id : null,
    ...undoing(row, named),
  }
}

function isShown({ public_percent }: Row) {
  return public_percent === 'shown'
}

/** What was undone before any customer had it is not shown, so nothing may point at it. */
function reverted(row: Row, named: Set<string>) {
  const { reverted_live_at: live_at, reverted_started_at: started_at } = row
  const { reverted_version: version, reverted_commit: commit } = row
  const times = { kind: row.reverted_kind ?? '', asked_at: row.reverted_asked_at, started_at, live_at }
  const shown = named.has(row.reverts_release_id ?? '')
  return {
    reverts_release_id: shown ? row.reverts_release_id : null,
    reverts_version: shown ? versionName({ version, commit }) : null,
    reverts_took_seconds: shown ? secondsTaken(times) : null,
    reverts_most_percent: shown && isShown(row) ? row.reverted_most_percent : null,
  }
}

function undoing(row: Row, named: Set<string>) {
  const { undone_by_release_id: id, undoing_version: version, undoing_commit: commit } = row
  const shown = named.has(id ?? '')
  return {
    undone_by_release_id: shown ? id : null,
    undone_by_version: shown ? versionName({ version, commit }) : null,
  }
}
