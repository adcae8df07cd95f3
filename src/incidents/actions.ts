import { moveImpactStarts } from '../components/impacts.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import {
  checkedCause,
  checkedComponents,
  checkedMoment,
  checkedPromise,
  checkedRemedy,
  checkedStart,
  incidentAsSeen,
  stale,
} from './checks.ts'
import { changeImpacts } from './consequences.ts'
import { fault, IncidentChange, milestones, NewIncident, touches } from './model.ts'
import { keepRevision } from './revisions.ts'
import { born, type Incident, incidentById, insertIncident, insertUpdate, writeIncident } from './store.ts'

/** Opens an incident with its first update; what it does to components counts from its start. */
export function declareIncident(ctx: Context, input: NewIncident): Promise<Incident> {
  const given = NewIncident.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const id = newId()
    const { state, title, body } = given
    const from = checkedStart(ctx, given.started_at)
    const at = checkedMoment(ctx, given.display_at, from)
    const named = await checkedComponents(ctx, given.components)
    const cause = await checkedCause(ctx, given)
    const next_update_at = state === 'resolved' ? null : checkedPromise(ctx, given.next_update_at)

    const impact = given.impact ?? null
    const { visibility } = given
    const published_at = visibility === 'public' ? nowText(ctx) : null
    const told = { published_at, visibility, merged_into_incident_id: null }
    const facts = { id, title, state, impact, ...cause, started_at: from, next_update_at, ...told }
    await insertIncident(ctx, { ...facts, ...unmended, ...milestones(unmended, state, at), ...born(ctx) })
    const changes = await changeImpacts(ctx, { incident_id: id, named, state, from, at })
    const said = { state, body, display_at: at, next_update_at, actor_name: ctx.actor.name }
    await insertUpdate(ctx, { id: newId(), incident_id: id, ...said, ...born(ctx) }, changes)
    const components = changes.map((change) => [change.component_id, change.new_status])
    const detail = { title, state, visibility, ...cause, components }
    await record(ctx, { action: 'incident.declared', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

const unmended = {
  remedy: null,
  remedy_release_id: null,
  remedy_reason: null,
  monitoring_at: null,
  resolved_at: null,
}

/** Corrects the facts of an incident, without a word to customers. What is not given stays. */
export function editIncident(ctx: Context, id: string, input: IncidentChange): Promise<Incident> {
  const { version, ...given } = IncidentChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, id, version)
    const change = { ...(await facts(ctx, incident, given)), updated_at: nowText(ctx) }
    if (!(await writeIncident(ctx, incident, change))) throw stale(await incidentById(ctx, id))
    const { started_at } = change
    if (started_at !== incident.started_at) {
      await moveImpactStarts(ctx, { incident_id: id, from: incident.started_at, to: started_at })
    }
    await keepRevision(ctx, { incident_id: id, update_id: null }, incident, change)
    const detail = { title: change.title, fields: Object.keys(given) }
    await record(ctx, { action: 'incident.edited', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

async function facts(ctx: Context, incident: Incident, given: Omit<IncidentChange, 'version'>) {
  const { title = incident.title, impact = incident.impact } = given
  const started_at = given.started_at ? checkedStart(ctx, given.started_at) : incident.started_at
  if (incident.resolved_at && started_at > incident.resolved_at) {
    throw fault('started_at', 'The incident was resolved before that.')
  }
  const promised = given.next_update_at
  const kept = promised === undefined || promised === incident.next_update_at
  const next_update_at = kept ? incident.next_update_at : checkedPromise(ctx, promised)
  return {
    title,
    impact,
    started_at,
    next_update_at,
    ...(touches(given, ['cause', 'cause_release_id']) ? await checkedCause(ctx, given, incident) : {}),
    ...(touches(given, ['remedy', 'remedy_release_id', 'remedy_reason'])
      ? await checkedRemedy(ctx, { ...remedyToKeep(incident, given.remedy), ...given })
      : {}),
  }
}

/** A reason and a release belong to their remedy: another remedy begins without them. */
function remedyToKeep(incident: Incident, given: IncidentChange['remedy']) {
  if (given !== undefined && given !== incident.remedy) return {}
  const { remedy, remedy_release_id, remedy_reason } = incident
  return { remedy: remedy as IncidentChange['remedy'], remedy_release_id, remedy_reason }
}

/** Takes an incident off every page; nothing is lost, and restoring brings all of it back. */
export function deleteIncident(ctx: Context, id: string, version?: number): Promise<Incident> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentById(ctx, id)
    if (incident.deleted_at) return incident
    if (version !== undefined && version !== incident.version) throw stale(incident)
    const at = nowText(ctx)
    if (!(await writeIncident(ctx, incident, { deleted_at: at, updated_at: at }))) throw stale(incident)
    const detail = { title: incident.title }
    await record(ctx, { action: 'incident.deleted', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

/** Brings a deleted incident back, with all that it did and what is still open of it. */
export function restoreIncident(ctx: Context, id: string): Promise<Incident> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentById(ctx, id)
    if (!incident.deleted_at) return incident
    const change = { deleted_at: null, updated_at: nowText(ctx) }
    if (!(await writeIncident(ctx, incident, change))) throw stale(incident)
    const detail = { title: incident.title }
    await record(ctx, { action: 'incident.restored', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}
