import { z } from 'zod'
import { versionName } from '../components/live.ts'
import { type ComponentStatus, componentStatuses } from '../components/model.ts'
import {
  percentMode,
  visibleComponents,
  visibleIncidents,
  visibleReleases,
} from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { causes, incidentStates, remedies, severities, severityOf } from './model.ts'
import { PublicPostmortem, publicPostmortems } from './public-postmortem.ts'
import { type WholeIncident, wholeIncidents } from './whole.ts'

const time = z.string().nullable()
const status = z.enum(componentStatuses)
const component = z.object({ id: z.string(), slug: z.string(), name: z.string(), archived: z.boolean() })

const PublicUpdate = z.object({
  id: z.string(),
  state: z.enum(incidentStates),
  body: z.string(),
  display_at: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  components: z.array(component.extend({ old_status: status, new_status: status })),
})

/** The way back from the release that caused an incident. */
const PublicRollback = z.object({
  state: z.enum(['rolling_back', 'rolled_back']),
  release_id: z.string(),
  to_version: z.string().nullable(),
  asked_at: time,
  started_at: time,
  rolled_back_at: time,
  took_seconds: z.number().nullable(),
  usual_seconds: z.number().nullable(),
  /** The most customers that ever had the release, where pages may tell. */
  most_percent: z.number().nullable(),
})

/** The one public projection of an incident: never who wrote what, nor a component or a cause that is private. */
export const PublicIncident = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(incidentStates),
  impact: z.enum(severities),
  started_at: z.string(),
  monitoring_at: time,
  resolved_at: time,
  next_update_at: time,
  created_at: z.string(),
  updated_at: z.string(),
  /** What the incident does to each component now, and the worst that it did. */
  components: z.array(component.extend({ status, worst_status: status })),
  cause: z.enum(causes),
  cause_release: z
    .object({
      id: z.string(),
      version: z.string().nullable(),
      component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
      out_at: time,
    })
    .nullable(),
  rollback: PublicRollback.nullable(),
  remedy: z.enum(remedies).nullable(),
  /** Why it could not be rolled back; of other remedies the updates tell. */
  remedy_reason: z.string().nullable(),
  updates: z.array(PublicUpdate),
  /** What was learned from it, once it is published and while the incident is over. */
  postmortem: PublicPostmortem.nullable(),
})
export type PublicIncident = z.output<typeof PublicIncident>

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

type Visible = {
  components: Map<string, boolean>
  releases: Set<string>
  percent: boolean
  postmortems: Map<string, PublicPostmortem>
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

function publicFields(incident: WholeIncident, visible: Visible): PublicIncident {
  const { id, title, started_at, monitoring_at, resolved_at, next_update_at } = incident
  const components = nameable(incident.components, visible).map((one) => ({
    ...one.named,
    status: one.status,
    worst_status: one.worst_status,
  }))
  return {
    id,
    title,
    state: incident.state as PublicIncident['state'],
    // derived from what may be named only, else the severity would tell of what may not
    impact: severityOf(
      incident.impact_given,
      components.map((one) => one.worst_status),
    ),
    started_at,
    monitoring_at,
    resolved_at,
    next_update_at,
    created_at: incident.created_at,
    updated_at: incident.updated_at,
    components,
    ...causeAndRemedy(incident, visible),
    updates: incident.updates.map((update) => publicUpdate(update, visible)),
    postmortem: visible.postmortems.get(id) ?? null,
  }
}

function publicUpdate(update: WholeIncident['updates'][number], visible: Visible) {
  const { id, state, body, display_at, created_at, updated_at } = update
  const components = nameable(update.components, visible).map(({ named, old_status, new_status }) => ({
    ...named,
    old_status: old_status as ComponentStatus,
    new_status: new_status as ComponentStatus,
  }))
  const said = { id, state: state as PublicIncident['state'], body, display_at }
  return { ...said, created_at, updated_at, components }
}

/** A cause that may not be named is not known to the public, and neither is what was done about it. */
function causeAndRemedy(incident: WholeIncident, visible: Visible) {
  const { cause_release: release, rollback } = incident
  const hidden = incident.cause === 'release' && !visible.releases.has(release?.id ?? '')
  const remedy = incident.remedy as PublicIncident['remedy']
  return {
    cause: hidden ? 'unknown' : (incident.cause as PublicIncident['cause']),
    cause_release:
      hidden || !release
        ? null
        : {
            id: release.id,
            version: versionName(release),
            component: release.component,
            out_at: release.out_at,
          },
    rollback: hidden || !rollback ? null : publicRollback(rollback, visible),
    remedy: hidden ? null : remedy,
    remedy_reason: !hidden && remedy === 'rolled_forward' ? incident.remedy_reason : null,
  }
}

function publicRollback(rollback: NonNullable<WholeIncident['rollback']>, { percent }: Visible) {
  return PublicRollback.parse({ ...rollback, most_percent: percent ? rollback.most_percent : null })
}

type Named = { id: string; slug: string; name: string }

function nameable<T extends Named>(components: T[], visible: Visible) {
  return components
    .filter((one) => visible.components.has(one.id))
    .map(({ id, slug, name, ...rest }) => ({
      ...rest,
      named: { id, slug, name, archived: visible.components.get(id) === true },
    }))
}
