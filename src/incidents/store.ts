import type { Updateable } from 'kysely'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'

export type Incident = Tables['incidents']
export type IncidentUpdate = Tables['incident_updates']
export type UpdateComponent = Tables['incident_update_components']

/** Deleted ones too: an operator may look at them and bring them back. */
export async function incidentById({ db }: Context, id: string): Promise<Incident> {
  const incident = await db.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst()
  if (!incident) throw new Refusal('not-found', 'There is no such incident.')
  return incident
}

export const incidentFilters = ['open', 'resolved', 'merged', 'deleted', 'all'] as const
type IncidentFilter = (typeof incidentFilters)[number]

/** Newest start first; one more than `limit`, so that the caller knows whether more follow. */
export async function listIncidents(
  ctx: Context,
  { show, limit, cursor }: { show: IncidentFilter; limit: number; cursor?: string | undefined },
): Promise<Incident[]> {
  let query = ctx.db.selectFrom('incidents').selectAll()
  query = query.where('deleted_at', show === 'deleted' ? 'is not' : 'is', null)
  if (show === 'merged') query = query.where('merged_into_incident_id', 'is not', null)
  if (show === 'open' || show === 'resolved') {
    query = query.where('resolved_at', show === 'open' ? 'is' : 'is not', null)
    query = query.where('merged_into_incident_id', 'is', null)
  }
  if (cursor) {
    const { started_at, id } = await incidentById(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('started_at', 'id'), '<', tuple(started_at, id)),
    )
  }
  return query
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
}

/** An update that was not deleted, of that incident. */
export async function updateById({ db }: Context, incident_id: string, id: string): Promise<IncidentUpdate> {
  const query = db.selectFrom('incident_updates').selectAll().where('id', '=', id)
  const update = await query
    .where('incident_id', '=', incident_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!update) throw new Refusal('not-found', 'There is no such update.')
  return update
}

/** The titles of these incidents, by their ids. */
export async function titlesOf({ db }: Context, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('incidents').select(['id', 'title']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, title }) => [id, title]))
}

/** The updates of these incidents that were not deleted, newest first. */
export async function updatesOf({ db }: Context, incident_ids: string[]): Promise<IncidentUpdate[]> {
  if (incident_ids.length === 0) return []
  const query = db.selectFrom('incident_updates').selectAll().where('incident_id', 'in', incident_ids)
  return query.where('deleted_at', 'is', null).orderBy('display_at', 'desc').orderBy('id', 'desc').execute()
}

/** What the updates of these incidents said of components, oldest first. */
export async function namedIn({ db }: Context, incident_ids: string[]) {
  if (incident_ids.length === 0) return []
  return db
    .selectFrom('incident_update_components as named')
    .innerJoin('incident_updates as update', 'update.id', 'named.update_id')
    .innerJoin('components', 'components.id', 'named.component_id')
    .where('update.incident_id', 'in', incident_ids)
    .selectAll('named')
    .select(['update.incident_id', 'components.name', 'components.slug', 'components.archived_at'])
    .orderBy('update.display_at')
    .orderBy('update.id')
    .orderBy('components.position')
    .execute()
}

/** What these incidents did to components, oldest first. */
export async function impactsOf({ db }: Context, incident_ids: string[]) {
  if (incident_ids.length === 0) return []
  return db
    .selectFrom('component_impacts')
    .innerJoin('components', 'components.id', 'component_impacts.component_id')
    .where('component_impacts.incident_id', 'in', incident_ids)
    .selectAll('component_impacts')
    .select(['components.name', 'components.slug'])
    .orderBy('component_impacts.started_at')
    .orderBy('component_impacts.id')
    .execute()
}

/** Releases by their ids, with the names a person knows them by. */
export async function releasesNamed({ db }: Context, ids: (string | null)[]) {
  const wanted = ids.filter((id) => id !== null)
  if (wanted.length === 0) return []
  return db
    .selectFrom('releases')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .where('releases.id', 'in', wanted)
    .selectAll('releases')
    .select(['components.name as component_name', 'components.slug as component_slug'])
    .execute()
}

/** What everybody in production got, newest first. */
export function recentReleases({ db }: Context, limit: number) {
  return db
    .selectFrom('releases')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .where('environments.tier', '=', 'production')
    .where('releases.live_at', 'is not', null)
    .selectAll('releases')
    .select(['components.name as component_name', 'components.slug as component_slug'])
    .orderBy('releases.live_at', 'desc')
    .limit(limit)
    .execute()
}
export type NamedRelease = Awaited<ReturnType<typeof releasesNamed>>[number]

/** What every row of an incident begins with. */
export function born(ctx: Context) {
  const at = nowText(ctx)
  return { version: 1, created_at: at, updated_at: at, deleted_at: null }
}

export async function insertIncident({ db }: Context, row: Incident) {
  await db.insertInto('incidents').values(row).execute()
}

export async function insertUpdate(
  { db }: Context,
  row: IncidentUpdate,
  named: Omit<UpdateComponent, 'update_id'>[],
) {
  await db.insertInto('incident_updates').values(row).execute()
  const rows = named.map((one) => ({ ...one, update_id: row.id }))
  if (rows.length > 0) await db.insertInto('incident_update_components').values(rows).execute()
}

/** Writes only if nobody else did since the incident was read; says whether it did. */
export async function writeIncident(
  { db }: Context,
  { id, version }: Pick<Incident, 'id' | 'version'>,
  change: Updateable<Incident>,
) {
  const query = db.updateTable('incidents').set({ ...change, version: version + 1 })
  const result = await query.where('id', '=', id).where('version', '=', version).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function writeUpdate(
  { db }: Context,
  { id, version }: Pick<IncidentUpdate, 'id' | 'version'>,
  change: Updateable<IncidentUpdate>,
) {
  const query = db.updateTable('incident_updates').set({ ...change, version: version + 1 })
  const result = await query.where('id', '=', id).where('version', '=', version).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
