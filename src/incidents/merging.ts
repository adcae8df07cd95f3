import { z } from 'zod'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { incidentAsSeen, stale } from './checks.ts'
import { fault } from './model.ts'
import { type Incident, incidentById, writeIncident } from './store.ts'

export const Merger = z.object({
  into: z.string().trim().max(100, 'There is no such incident.'),
  version: z.coerce.number().int().optional(),
})
export type Merger = z.input<typeof Merger>

/**
 * Says that an incident is the same as another one. Its updates and intervals stay with it and count for nothing while
 * it is so: the other one tells of the trouble.
 */
export function mergeIncident(ctx: Context, id: string, input: Merger): Promise<Incident> {
  const { into, version } = Merger.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, id, version)
    const other = await otherIncident(ctx, incident, into)
    if ((await duplicatesOf(ctx, id)).length > 0) {
      throw fault('into', 'Others are merged into this incident. Split them from it first.')
    }
    const change = { merged_into_incident_id: other.id, updated_at: nowText(ctx) }
    if (!(await writeIncident(ctx, incident, change))) throw stale(await incidentById(ctx, id))
    const detail = { title: incident.title, into: other.title, into_id: other.id }
    await record(ctx, { action: 'incident.merged', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

async function otherIncident(ctx: Context, incident: Incident, into: string): Promise<Incident> {
  if (into === '') throw fault('into', 'Say which incident it is the same as.')
  const other = await incidentById(ctx, into).catch((error) => {
    throw error instanceof Refusal ? fault('into', error.message) : error
  })
  if (other.id === incident.id) throw fault('into', 'An incident cannot be the same as itself.')
  if (other.deleted_at) throw fault('into', 'That incident was deleted.')
  if (other.merged_into_incident_id) {
    throw fault('into', 'That incident is merged into another one itself: choose that one.')
  }
  if (other.visibility === 'private' && incident.visibility === 'public') {
    throw fault('into', 'Customers cannot read of that incident. Publish it first, or hide this one.')
  }
  return other
}

/** Takes back that an incident is the same as another one: it stands for itself again. */
export function splitIncident(ctx: Context, id: string, version?: number): Promise<Incident> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentById(ctx, id)
    if (!incident.merged_into_incident_id) return incident
    if (version !== undefined && version !== incident.version) throw stale(incident)
    const from = await incidentById(ctx, incident.merged_into_incident_id)
    const change = { merged_into_incident_id: null, updated_at: nowText(ctx) }
    if (!(await writeIncident(ctx, incident, change))) throw stale(await incidentById(ctx, id))
    const detail = { title: incident.title, from: from.title, from_id: from.id }
    await record(ctx, { action: 'incident.split', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

/** The incidents that are the same as this one, oldest first. */
export function duplicatesOf({ db }: Context, id: string): Promise<Pick<Incident, 'id' | 'title'>[]> {
  const query = db.selectFrom('incidents').select(['id', 'title']).where('merged_into_incident_id', '=', id)
  return query.where('deleted_at', 'is', null).orderBy('started_at').orderBy('id').execute()
}
