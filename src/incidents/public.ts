import {
  percentMode,
  visibleComponents,
  visibleIncidents,
  visibleReleases,
} from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { type PublicIncident, publicFields, type Visible } from './public-fields.ts'
import { publicPostmortems } from './public-postmortem.ts'
import { wholeIncidents } from './whole.ts'

/** One page of all incidents, newest first; the cursor is the id of the last one seen. */
export async function listPublicIncidents(
  ctx: Context,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  let query = newestFirst(ctx).limit(limit + 1)
  if (cursor) {
    const last = await publicIncident(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('started_at', 'id'), '<', tuple(last.started_at, last.id)),
    )
  }
  const rows = await query.execute()
  const data = await project(ctx, rows.slice(0, limit))
  return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }
}

/** Everything that is open, newest first: what headlines count. */
export async function openPublicIncidents(ctx: Context): Promise<PublicIncident[]> {
  return project(ctx, await newestFirst(ctx).where('resolved_at', 'is', null).execute())
}

/** What the page speaks of now: everything open, and what was over since a moment. */
export async function currentPublicIncidents(ctx: Context, since: string): Promise<PublicIncident[]> {
  // found by its own index first, else the order would have every incident of ten years read
  const recent = ctx.db
    .selectFrom('incidents as recent')
    .select('recent.id')
    .where((or) => or.or([or('recent.resolved_at', 'is', null), or('recent.resolved_at', '>=', since)]))
  return project(ctx, await newestFirst(ctx).where('incidents.id', 'in', recent).execute())
}

/** The incidents that touched a component, newest first. */
export async function publicIncidentsOn(
  ctx: Context,
  component_id: string,
  limit: number,
): Promise<PublicIncident[]> {
  const touching = ctx.db
    .selectFrom('component_impacts')
    .select('incident_id')
    .where('component_id', '=', component_id)
    .where('incident_id', 'is not', null)
  return project(ctx, await newestFirst(ctx).where('id', 'in', touching).limit(limit).execute())
}

/** The ids of what is over, newest first, at most so many: each has a page. */
export async function pastIncidentIds(ctx: Context, most: number): Promise<string[]> {
  const query = visibleIncidents(ctx.db).select('id').where('resolved_at', 'is not', null).limit(most)
  const rows = await query.orderBy('started_at', 'desc').orderBy('id', 'desc').execute()
  return rows.map(({ id }) => id)
}

/** Incidents that were ended by going forward, because there was no way back; newest first. */
export async function incidentsWithoutWayBack(ctx: Context, since: string): Promise<PublicIncident[]> {
  const query = newestFirst(ctx).where('remedy', '=', 'rolled_forward').where('started_at', '>=', since)
  return (await project(ctx, await query.execute())).filter((incident) => incident.cause_release !== null)
}

/** When the newest trouble that is over began; null when there never was any. */
export async function lastTroubleAt({ db }: Context): Promise<string | null> {
  // the newest visible one ends the walk along the index; the greatest of all would ask of each whether it is visible
  const query = visibleIncidents(db)
    .select('incidents.started_at as at')
    .orderBy('incidents.started_at', 'desc')
    .limit(1)
  return (await query.where('resolved_at', 'is not', null).executeTakeFirst())?.at ?? null
}

/** An incident that customers may not see does not exist. */
export async function publicIncident(ctx: Context, id: string): Promise<PublicIncident> {
  const row = await visibleIncidents(ctx.db).selectAll('incidents').where('id', '=', id).executeTakeFirst()
  const [incident] = row ? await project(ctx, [row]) : []
  if (!incident) throw new Refusal('not-found', 'There is no such incident.')
  return incident
}

/** What customers would read of incidents, published or not: what the operator's preview shows too. */
export async function project(ctx: Context, rows: Parameters<typeof wholeIncidents>[1]) {
  if (rows.length === 0) return []
  const components = await visibleComponents(ctx.db).select(['id', 'archived_at', percentMode()]).execute()
  const visible: Visible = {
    components: new Map(components.map(({ id, archived_at }) => [id, archived_at !== null])),
    releases: await visibleCauses(ctx, rows),
    percent: components[0]?.public_percent === 'shown',
    postmortems: await publicPostmortems(
      ctx,
      rows.map(({ id }) => id),
    ),
  }
  return (await wholeIncidents(ctx, rows)).map((incident) => publicFields(incident, visible))
}

async function visibleCauses({ db }: Context, rows: { cause_release_id: string | null }[]) {
  const ids = rows.flatMap((row) => row.cause_release_id ?? [])
  if (ids.length === 0) return new Set<string>()
  const found = await visibleReleases(db).select('releases.id').where('releases.id', 'in', ids).execute()
  return new Set(found.map((release) => release.id))
}

function newestFirst({ db }: Context) {
  return visibleIncidents(db).selectAll('incidents').orderBy('started_at', 'desc').orderBy('id', 'desc')
}
