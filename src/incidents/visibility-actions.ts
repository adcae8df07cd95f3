import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { incidentAsSeen, stale } from './checks.ts'
import { type Incident, incidentById, writeIncident } from './store.ts'

/** Shows customers an incident that was kept to the team, with all its updates; what it did counts from its start. */
export function publishIncident(ctx: Context, id: string, version?: number): Promise<Incident> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, id, version)
    if (incident.visibility === 'public') return incident
    const at = nowText(ctx)
    const published_at = incident.published_at ?? at
    const change = { visibility: 'public', published_at, updated_at: at }
    if (!(await writeIncident(ctx, incident, change))) throw stale(await incidentById(ctx, id))
    const detail = { title: incident.title, state: incident.state }
    await record(ctx, { action: 'incident.published', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

/** Keeps an incident to the team: customers find nothing of it, and it hurts no component while that lasts. */
export function hideIncident(ctx: Context, id: string, version?: number): Promise<Incident> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, id, version)
    if (incident.visibility === 'private') return incident
    const change = { visibility: 'private', updated_at: nowText(ctx) }
    if (!(await writeIncident(ctx, incident, change))) throw stale(await incidentById(ctx, id))
    const detail = { title: incident.title }
    await record(ctx, { action: 'incident.hidden', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}
