import { z } from 'zod'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import { type Incident, incidentById } from './store.ts'

export type Note = Tables['incident_notes']

export const NoteText = z.object({
  body: z
    .string()
    .trim()
    .min(1, 'Write something first.')
    .max(20_000, 'Keep the note under 20,000 characters.'),
  version: z.coerce.number().int().optional(),
})
type NoteText = z.input<typeof NoteText>

/** The notes of an incident that were not deleted, newest first. */
export function notesOf({ db }: Context, incident_id: string): Promise<Note[]> {
  const query = db.selectFrom('incident_notes').selectAll().where('incident_id', '=', incident_id)
  return query.where('deleted_at', 'is', null).orderBy('created_at', 'desc').orderBy('id', 'desc').execute()
}

/** What this person deleted of their own, newest first: they may bring it back. */
export async function ownDeletedNotes(ctx: Context, incident_id: string): Promise<Note[]> {
  const query = ctx.db.selectFrom('incident_notes').selectAll().where('incident_id', '=', incident_id)
  const deleted = await query.where('deleted_at', 'is not', null).orderBy('deleted_at', 'desc').execute()
  return deleted.filter((note) => isOwn(ctx, note))
}

/** Deleted ones too: whoever wrote it may bring it back. */
export async function noteById({ db }: Context, incident_id: string, id: string): Promise<Note> {
  const query = db.selectFrom('incident_notes').selectAll().where('id', '=', id)
  const note = await query.where('incident_id', '=', incident_id).executeTakeFirst()
  if (!note) throw new Refusal('not-found', 'There is no such note.')
  return note
}

/** Whether a note is this person's (or this token's) own. */
export function isOwn({ actor }: Context, note: Note): boolean {
  return note.actor_kind === actor.kind && note.actor_id === actor.id
}

/** Notes something for the team; customers never read it. */
export function addNote(ctx: Context, incident_id: string, input: NoteText): Promise<Note> {
  const { body } = NoteText.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentById(ctx, incident_id)
    const { kind, id: actor_id, name } = ctx.actor
    const at = nowText(ctx)
    const born = { version: 1, created_at: at, updated_at: at, deleted_at: null }
    const row = { id: newId(), incident_id, body, actor_kind: kind, actor_id, actor_name: name, ...born }
    await ctx.db.insertInto('incident_notes').values(row).execute()
    await recordNote(ctx, 'incident.note_added', incident, row)
    return row
  })
}

/** Changes the text of one's own note. */
export function editNote(ctx: Context, incident_id: string, id: string, input: NoteText): Promise<Note> {
  const { body, version } = NoteText.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const note = await ownNote(ctx, incident_id, id)
    if (note.deleted_at) throw new Refusal('gone', 'This note was deleted. Restore it first.')
    if (version !== undefined && version !== note.version) throw staleNote(note)
    await write(ctx, note, { body })
    await recordNote(ctx, 'incident.note_edited', await incidentById(ctx, incident_id), note, note.body)
    return noteById(ctx, incident_id, id)
  })
}

/** Takes one's own note away; restoring brings it back. */
export function deleteNote(ctx: Context, incident_id: string, id: string): Promise<Note> {
  return inTransaction(ctx, async (ctx) => {
    const note = await ownNote(ctx, incident_id, id)
    if (note.deleted_at) return note
    await write(ctx, note, { deleted_at: nowText(ctx) })
    await recordNote(ctx, 'incident.note_deleted', await incidentById(ctx, incident_id), note)
    return noteById(ctx, incident_id, id)
  })
}

/** Brings a deleted note of one's own back. */
export function restoreNote(ctx: Context, incident_id: string, id: string): Promise<Note> {
  return inTransaction(ctx, async (ctx) => {
    const note = await ownNote(ctx, incident_id, id)
    if (!note.deleted_at) return note
    await write(ctx, note, { deleted_at: null })
    await recordNote(ctx, 'incident.note_restored', await incidentById(ctx, incident_id), note)
    return noteById(ctx, incident_id, id)
  })
}

async function ownNote(ctx: Context, incident_id: string, id: string): Promise<Note> {
  const note = await noteById(ctx, incident_id, id)
  if (!isOwn(ctx, note)) throw new Refusal('forbidden', 'Only whoever wrote a note changes it.')
  return note
}

async function write(ctx: Context, note: Note, change: Partial<Pick<Note, 'body' | 'deleted_at'>>) {
  const { numUpdatedRows } = await ctx.db
    .updateTable('incident_notes')
    .set({ ...change, version: note.version + 1, updated_at: nowText(ctx) })
    .where('id', '=', note.id)
    .where('version', '=', note.version)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw staleNote(await noteById(ctx, note.incident_id, note.id))
}

function staleNote(current: Note) {
  return new Refusal('stale', 'The note was changed meanwhile. Nothing of yours was saved yet.', { current })
}

type Word = `incident.note_${'added' | 'edited' | 'deleted' | 'restored'}`

async function recordNote(ctx: Context, action: Word, incident: Incident, note: Note, before?: string) {
  const detail = { title: incident.title, note: note.id, ...(before === undefined ? {} : { before }) }
  await record(ctx, { action, subject: ['incident', incident.id], detail })
}
