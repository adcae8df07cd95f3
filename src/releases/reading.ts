import { versionName } from '../components/live.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { EventType } from '../sources/events.ts'
import { matching, type ReleaseFilter } from './filter.ts'
import { isLost, type ReleaseState, secondsTaken } from './model.ts'
import type { RunEvent } from './order.ts'
import { stepsOf } from './steps.ts'

export type ReleaseView = Awaited<ReturnType<typeof readReleases>>[number]
export type Pointer = 'previous' | 'reverts' | 'restores' | 'undone_by' | 'superseded_by'

/** Releases as operators and tokens see them, newest first, one more than asked to tell whether there are more. */
export async function readReleases(ctx: Context, filter: ReleaseFilter) {
  const { cursor, limit } = filter
  let query = select(ctx)
    .where(matching(filter, nowText(ctx)))
    .orderBy('releases.lane_at', 'desc')
    .orderBy('releases.id', 'desc')
  if (cursor) {
    const last = await readRelease(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('releases.lane_at', 'releases.id'), '<', tuple(last.lane_at, last.id)),
    )
  }
  const rows = await query.limit(limit + 1).execute()
  return rows.map((row) => shown(row, ctx.now()))
}

export async function readRelease(ctx: Context, id: string) {
  const row = await select(ctx).where('releases.id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not-found', 'There is no such release.')
  return shown(row, ctx.now())
}

/** These releases, in no order. */
export async function readReleasesById(ctx: Context, ids: string[]): Promise<ReleaseView[]> {
  if (ids.length === 0) return []
  const rows = await select(ctx).where('releases.id', 'in', ids).execute()
  return rows.map((row) => shown(row, ctx.now()))
}

type Named = { version: string | null; commit: string | null; kind?: string; run_key?: string }

/** What a release is called on a page, come what may; a flag that names no version, as its tool calls it. */
export function nameOf(release: Named) {
  const flag = release.kind === 'flag' && !isId(release.run_key) ? release.run_key : null
  return versionName(release) ?? flag ?? (release.kind === 'flag' ? 'a flag' : 'unknown version')
}

/** Whether we named the run ourselves, as we do where a tool names none. */
function isId(run_key: string | undefined) {
  return run_key === undefined || /^(?=.*\d)[a-z0-9]{12}$/.test(run_key)
}

/** The releases that this one points at, by id. */
export async function relatives({ db }: Context, release: ReleaseView) {
  const ids = [
    release.previous_release_id,
    release.reverts_release_id,
    release.restores_release_id,
    release.undone_by_release_id,
    release.superseded_by_release_id,
  ].filter((id) => id !== null)
  const rows =
    ids.length === 0
      ? []
      : await db
          .selectFrom('releases')
          .select(['id', 'version', 'commit', 'live_at', 'started_at', 'asked_at', 'kind', 'drill_at'])
          .where('id', 'in', ids)
          .execute()
  const byId = new Map(rows.map((row) => [row.id, { ...row, name: nameOf(row) }]))
  return (pointer: Pointer) => byId.get(release[`${pointer}_release_id`] ?? '') ?? null
}

/** What a release caused, and what it ended. */
export function incidentsOf({ db }: Context, release_id: string) {
  return db
    .selectFrom('incidents')
    .select(['id', 'title', 'state', 'started_at', 'resolved_at', 'cause_release_id'])
    .where('deleted_at', 'is', null)
    .where('merged_into_incident_id', 'is', null)
    .where((or) => or.or([or('cause_release_id', '=', release_id), or('remedy_release_id', '=', release_id)]))
    .orderBy('started_at')
    .execute()
}

/** The events a release is made of, with who said them and when they were heard. */
export function eventsTold({ db }: Context, release_id: string) {
  return db
    .selectFrom('release_events')
    .innerJoin('sources', 'sources.id', 'release_events.source_id')
    .select(['release_events.id', 'type', 'facts', 'occurred_at', 'received_at', 'effective_at', 'skewed_at'])
    .select(['scope', 'delivery_id', 'sources.name as source_name'])
    .where('release_id', '=', release_id)
    .orderBy('effective_at')
    .orderBy('received_at')
    .orderBy('release_events.id')
    .execute()
}

/** The way of a release to its customers, until another one undid or replaced it. */
export async function stepsTold(
  ctx: Context,
  release: Pick<ReleaseView, 'undone_at' | 'undone_by_release_id' | 'superseded_by_release_id'>,
  events: readonly RunEvent[],
) {
  const newer = await ctx.db
    .selectFrom('releases')
    .select('live_at')
    .where('id', '=', release.superseded_by_release_id)
    .executeTakeFirst()
  return stepsOf(events, endOf(release, newer?.live_at ?? null))
}

/** When another release undid or replaced it; what undid itself tells so in its own events. */
export function endOf(
  { undone_at, undone_by_release_id }: Pick<ReleaseView, 'undone_at' | 'undone_by_release_id'>,
  replaced_at: string | null,
) {
  return undone_by_release_id ? undone_at : replaced_at
}

/** Told events as the fold reads them. */
export function asEvents(told: Awaited<ReturnType<typeof eventsTold>>): RunEvent[] {
  return told.map((event) => ({ ...event, type: event.type as EventType, facts: JSON.parse(event.facts) }))
}

function select({ db }: Context) {
  return db
    .selectFrom('releases')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .innerJoin('sources', 'sources.id', 'releases.source_id')
    .selectAll('releases')
    .select(['components.slug as component_slug', 'components.name as component_name'])
    .select(['environments.name as environment', 'environments.tier as tier'])
    .select(['sources.name as source_name', 'sources.kind as source_kind'])
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

function shown(row: Row, now: Date) {
  return {
    ...row,
    state: (isLost(row, now) ? 'lost' : row.state) as ReleaseState | 'lost',
    took_seconds: secondsTaken(row),
    rollback: row.rollback === null ? null : (JSON.parse(row.rollback) as Record<string, unknown>),
  }
}
