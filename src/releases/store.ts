import type { Selectable, Updateable } from 'kysely'
import { compiledOnce, firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import { held, isSqlite } from '../platform/locks.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { EventType } from '../sources/events.ts'
import type { RunEvent } from './order.ts'

export type Release = Selectable<Tables['releases']>
export type EventRow = Selectable<Tables['release_events']>
/** What makes a release one: a run of a source, on one component in one environment. */
export type RunName = Pick<Release, 'source_id' | 'scope' | 'run_key' | 'component_id' | 'environment_id'>

const byId = firstCompiledOnce((db, id: string) => db.selectFrom('releases').selectAll().where('id', '=', id))

export async function releaseById(ctx: Context, id: string): Promise<Release> {
  const release = await byId(ctx, id)
  if (!release) throw new Refusal('not-found', 'There is no such release.')
  return release
}

/**
 * Keeps everybody else from telling of these components' releases until the transaction ends: whoever comes second
 * reads what the first has written. Always in one order, so that two rarely wait for each other.
 */
export async function holdReleasesOf({ db }: Context, component_ids: Iterable<string>) {
  const ids = [...new Set(component_ids)]
  const rows = db.selectFrom('components').select('id').where('id', 'in', ids).orderBy('id')
  if (ids.length > 0 && !isSqlite(db)) await rows.$call(held(db)).execute()
}

/** The components of releases. */
export async function componentsOf({ db }: Context, release_ids: string[]): Promise<string[]> {
  if (release_ids.length === 0) return []
  const rows = await db.selectFrom('releases').select('component_id').where('id', 'in', release_ids).execute()
  return rows.map(({ component_id }) => component_id)
}

export async function eventById({ db }: Context, id: string): Promise<EventRow> {
  const event = await db.selectFrom('release_events').selectAll().where('id', '=', id).executeTakeFirst()
  if (!event) throw new Refusal('not-found', 'There is no such event.')
  return event
}

export function releaseOfRun({ db }: Context, run: RunName): Promise<Release | undefined> {
  return db
    .selectFrom('releases')
    .selectAll()
    .where((all) => all.and(run))
    .executeTakeFirst()
}

/** Runs of a lane that one source spoke of between two moments and has not ended, newest first. */
export function unendedRuns(
  { db }: Context,
  { source_id, scope, component_id, environment_id }: RunName,
  { since, until }: { since: string; until: string },
) {
  return db
    .selectFrom('releases')
    .select(['run_key', 'version'])
    .where((all) => all.and({ source_id, scope, component_id, environment_id }))
    .where('outcome', 'is', null)
    .where('undone_at', 'is', null)
    .where('last_event_at', '>', since)
    .where('last_event_at', '<', until)
    .orderBy('last_event_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

/** The newest run of a lane, of one source and (unless null) one version, that part of the customers have, or nobody yet. */
export function partialRun(
  { db }: Context,
  { source_id, scope, component_id, environment_id }: RunName,
  version: string | null,
) {
  const query = db
    .selectFrom('releases')
    .select('run_key')
    .where((all) => all.and({ source_id, scope, component_id, environment_id }))
    .where('state', 'in', ['canary', 'dark'])
    .where('superseded_by_release_id', 'is', null)
  return (version === null ? query : query.where('version', '=', version))
    .orderBy('last_event_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function insertRelease({ db }: Context, row: Release) {
  await db.insertInto('releases').values(row).execute()
}

export async function updateRelease({ db }: Context, id: string, change: Updateable<Tables['releases']>) {
  if (Object.keys(change).length === 0) return
  await db.updateTable('releases').set(change).where('id', '=', id).execute()
}

/** What is to be written of a row that is known: a column that is written costs each of its indexes, changed or not. */
export function changesOf<T extends object>(was: T, is: Partial<T>): Partial<T> {
  const changed = Object.entries(is).filter(([column, value]) => was[column as keyof T] !== value)
  return Object.fromEntries(changed) as Partial<T>
}

export async function insertEvent({ db }: Context, row: EventRow) {
  await db.insertInto('release_events').values(row).execute()
}

export async function updateEvent({ db }: Context, id: string, change: Updateable<Tables['release_events']>) {
  await db.updateTable('release_events').set(change).where('id', '=', id).execute()
}

/** Events of a source about services that no component answers to yet. */
export async function waitingEvents(
  { db }: Context,
  source_id: string,
  services: string[],
): Promise<EventRow[]> {
  if (services.length === 0) return []
  return db
    .selectFrom('release_events')
    .selectAll()
    .where('source_id', '=', source_id)
    .where('service', 'in', services)
    .where('component_id', 'is', null)
    .where('dismissed_at', 'is', null)
    .orderBy('received_at')
    .orderBy('id')
    .execute()
}

const eventsBehind = compiledOnce((db, release_id: string) =>
  db
    .selectFrom('release_events')
    .select(['id', 'type', 'facts', 'occurred_at', 'received_at', 'effective_at', 'skewed_at'])
    .where('release_id', '=', release_id),
)

export async function eventsOfRelease(ctx: Context, release_id: string): Promise<RunEvent[]> {
  const rows = await eventsBehind(ctx, release_id)
  return rows.map((row) => ({ ...row, type: row.type as EventType, facts: JSON.parse(row.facts) }))
}
