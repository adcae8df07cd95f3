import type { ComponentStatus } from '../components/model.ts'
import { componentById } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import {
  checkedCause,
  checkedComponents,
  checkedMoment,
  checkedPromise,
  checkedRemedy,
  incidentAsSeen,
  type NamedComponent,
  refuseBeforeNewest,
  stale,
} from './checks.ts'
import { changeImpacts, healedAt } from './consequences.ts'
import { type IncidentState, milestones, move, NewUpdate, touches, UpdateChange } from './model.ts'
import { keepRevision } from './revisions.ts'
import {
  born,
  type Incident,
  type IncidentUpdate,
  insertUpdate,
  updateById,
  updatesOf,
  writeIncident,
  writeUpdate,
} from './store.ts'
import { undoable } from './undo.ts'

/** Says how it goes on: state, text, statuses, remedy. "Resolved" ends the incident, a state after it reopens it. */
export function postUpdate(ctx: Context, incident_id: string, input: NewUpdate): Promise<IncidentUpdate> {
  const given = NewUpdate.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, incident_id, given.version)
    const state = move(incident.state, given.state ?? (incident.state as IncidentState))
    const at = checkedMoment(ctx, given.display_at, incident.started_at)
    await refuseBeforeNewest(ctx, incident_id, at)
    const next_update_at = state === 'resolved' ? null : checkedPromise(ctx, given.next_update_at)
    const remedy = given.remedy ? await checkedRemedy(ctx, given) : {}
    const blamed = touches(given, ['cause', 'cause_release_id'])
    const cause = blamed ? await checkedCause(ctx, given, incident) : {}
    const named = await checkedComponents(ctx, given.components)
    if (reopens(incident, state)) await nameHealed(ctx, incident, named)

    const changes = await changeImpacts(ctx, { incident_id, named, state, from: at, at })
    const stamps = { ...milestones(incident, state, at), next_update_at, updated_at: nowText(ctx) }
    if (!(await writeIncident(ctx, incident, { ...cause, ...remedy, state, ...stamps })))
      throw stale(incident)
    const id = newId()
    const said = { state, body: given.body, display_at: at, next_update_at, actor_name: ctx.actor.name }
    await insertUpdate(ctx, { id, incident_id, ...said, ...born(ctx) }, changes)
    const components = changes.map((change) => [change.component_id, change.new_status])
    const detail = { title: incident.title, update: id, state, ...cause, ...remedy, components }
    await record(ctx, { action: wordFor(incident, state), subject: ['incident', incident_id], detail })
    return updateById(ctx, incident_id, id)
  })
}

function reopens(incident: Incident, state: IncidentState) {
  return incident.state === 'resolved' && state !== 'resolved'
}

function wordFor(incident: Incident, state: IncidentState) {
  if (reopens(incident, state)) return 'incident.reopened'
  return state === 'resolved' && incident.state !== 'resolved' ? 'incident.resolved' : 'incident.updated'
}

/** Reopening hurts again whom the incident had hurt to the end, unless the update says otherwise of them. */
async function nameHealed(ctx: Context, incident: Incident, named: Map<string, NamedComponent>) {
  for (const impact of await healedAt(ctx, incident.id, incident.resolved_at ?? '')) {
    const component = await componentById(ctx, impact.component_id)
    if (named.has(component.id) || component.archived_at) continue
    named.set(component.id, { component, status: impact.status as ComponentStatus })
  }
}

/** Mends the text of an update, or the time it stands under; what it said of components stays. */
export function editUpdate(
  ctx: Context,
  incident_id: string,
  id: string,
  input: UpdateChange,
): Promise<IncidentUpdate> {
  const { version, ...given } = UpdateChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, incident_id, undefined)
    const update = await updateById(ctx, incident_id, id)
    if (version !== undefined && version !== update.version) throw stale(update)
    const { body = update.body } = given
    const display_at = given.display_at
      ? checkedMoment(ctx, given.display_at, incident.started_at)
      : update.display_at
    // customers are told of an edit: the same again is none
    if (body === update.body && display_at === update.display_at) return update
    const change = { body, display_at, updated_at: nowText(ctx) }
    if (!(await writeUpdate(ctx, update, change))) throw stale(await updateById(ctx, incident_id, id))
    await keepRevision(ctx, { incident_id, update_id: id }, update, change)
    const detail = { title: incident.title, update: id, before: update.body }
    await record(ctx, { action: 'incident.update_edited', subject: ['incident', incident_id], detail })
    return updateById(ctx, incident_id, id)
  })
}

/** Takes an update off the page so that whoever did it can take that back. */
export async function takeUpdateOff(ctx: Context, incident_id: string, id: string) {
  const given = { what: 'deletion_of_an_update' as const, incident_id }
  await undoable(ctx, given, async (ctx) => {
    await deleteUpdate(ctx, incident_id, id)
    return undefined
  })
}

/** Takes an update off the page. The state it brought stays: that is changed by saying so in another update. */
export function deleteUpdate(ctx: Context, incident_id: string, id: string, version?: number): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, incident_id, undefined)
    const update = await updateById(ctx, incident_id, id)
    if (version !== undefined && version !== update.version) throw stale(update)
    if ((await updatesOf(ctx, [incident_id])).length === 1) {
      throw new Refusal('conflict', 'An incident keeps one update at least. Delete the incident instead.')
    }
    const at = nowText(ctx)
    if (!(await writeUpdate(ctx, update, { deleted_at: at, updated_at: at }))) throw stale(update)
    const detail = { title: incident.title, update: id, before: update.body }
    await record(ctx, { action: 'incident.update_deleted', subject: ['incident', incident_id], detail })
  })
}
