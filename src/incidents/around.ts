import { type ComponentStatus, statusWords } from '../components/model.ts'
import { careBetween } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import { duplicatesOf } from './merging.ts'
import { isOwn, type Note, notesOf, ownDeletedNotes } from './notes.ts'
import { impactsOf, incidentById } from './store.ts'
import type { WholeIncident } from './whole.ts'

/** What only operators see around an incident: notes, intervals, duplicates, whose duplicate it is, planned work. */
export async function aroundIncident(ctx: Context, incident: WholeIncident) {
  const { id, merged_into_incident_id } = incident
  const notes = (await notesOf(ctx, id)).map((note) => ({ ...note, own: isOwn(ctx, note) }))
  const impacts = await impactsOf(ctx, [id])
  return {
    notes: between(notes, incident.updates),
    deleted_notes: await ownDeletedNotes(ctx, id),
    impacts: impacts.map((impact) => ({ ...impact, words: statusWords[impact.status as ComponentStatus] })),
    duplicates: await duplicatesOf(ctx, id),
    work: await workDuring(ctx, incident),
    same_as: merged_into_incident_id ? await incidentById(ctx, merged_into_incident_id) : null,
  }
}

/** Planned work that ran on what it hurts while it lasted: it hides nothing, and may well be the reason. */
async function workDuring(ctx: Context, { components, started_at, resolved_at }: WholeIncident) {
  if (components.length === 0) return []
  const ids = components.map(({ id }) => id)
  return careBetween(ctx.db, { since: started_at, now: resolved_at ?? nowText(ctx) })
    .where('of.component_id', 'in', ids)
    .select(['work.id', 'work.title', 'work.runs_from'])
    .distinct()
    .orderBy('work.runs_from')
    .orderBy('work.id')
    .limit(20)
    .execute()
}

/** The notes that stand above each update (newest first), by its id; what is older than all stands under `last`. */
function between<T extends Note>(notes: T[], updates: { id: string; display_at: string }[]) {
  const place = (note: Note) => updates.find((update) => update.display_at <= note.created_at)?.id ?? 'last'
  return Object.fromEntries(Map.groupBy(notes, place))
}
