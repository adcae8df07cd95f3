import { type ComponentStatus, statusWords } from '../components/model.ts'
import type { Context } from '../platform/context.ts'
import { duplicatesOf } from './merging.ts'
import { isOwn, type Note, notesOf, ownDeletedNotes } from './notes.ts'
import { impactsOf, incidentById } from './store.ts'
import type { WholeIncident } from './whole.ts'

/** What only operators see around an incident: notes, intervals, duplicates, whose duplicate it is. */
export async function aroundIncident(ctx: Context, incident: WholeIncident) {
  const { id, merged_into_incident_id } = incident
  const notes = (await notesOf(ctx, id)).map((note) => ({ ...note, own: isOwn(ctx, note) }))
  const impacts = await impactsOf(ctx, [id])
  return {
    notes: between(notes, incident.updates),
    deleted_notes: await ownDeletedNotes(ctx, id),
    impacts: impacts.map((impact) => ({ ...impact, words: statusWords[impact.status as ComponentStatus] })),
    duplicates: await duplicatesOf(ctx, id),
    same_as: merged_into_incident_id ? await incidentById(ctx, merged_into_incident_id) : null,
  }
}

/** The notes that stand above each update (newest first), by its id; what is older than all stands under `last`. */
function between<T extends Note>(notes: T[], updates: { id: string; display_at: string }[]) {
  const place = (note: Note) => updates.find((update) => update.display_at <= note.created_at)?.id ?? 'last'
  return Object.fromEntries(Map.groupBy(notes, place))
}
