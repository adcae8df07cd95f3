import type { FastifyReply, FastifyRequest } from 'fastify'
import { operator } from '../accounts/guard.ts'
import { attemptForm } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { addNote, deleteNote, editNote, isOwn, type Note, NoteText, noteById, restoreNote } from './notes.ts'
import { incidentById } from './store.ts'
import { longestForm, typedFields } from './typed.ts'

type One = { Params: { id: string } }
type OneNote = { Params: { id: string; note: string } }
const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') }, bodyLimit: longestForm }

/** What the team notes beside an incident: written on its page, mended on a page of its own. */
export function noteRoutes(app: App) {
  app.post<One>(`${list}/:id/notes`, editor, async (request, reply) => {
    const { ctx, params, body } = request
    const made = await attemptForm(NoteText, body, (said) => addNote(ctx, params.id, said))
    if (!made.ok) {
      const kept = { note: null, typed: typedFields(body), errors: made.errors, current: null }
      return showNote(request, reply.code(made.status), params.id, kept)
    }
    reply.flash('Noted, for the team alone.')
    return reply.redirect(`${list}/${params.id}#notes`, 303)
  })

  app.get<OneNote>(`${list}/:id/notes/:note`, editor, async (request, reply) => {
    const { ctx, params } = request
    const note = await noteById(ctx, params.id, params.note)
    if (!isOwn(ctx, note) || note.deleted_at)
      throw new Refusal('not-found', 'There is no such note of yours.')
    const typed = { body: note.body, version: String(note.version) }
    return showNote(request, reply, params.id, { note, typed, errors: {}, current: null })
  })

  app.post<OneNote>(`${list}/:id/notes/:note`, editor, async (request, reply) => {
    const { ctx, params, body } = request
    const note = await noteById(ctx, params.id, params.note)
    const made = await attemptForm(NoteText, body, (said) => editNote(ctx, params.id, note.id, said))
    if (!made.ok) {
      const current = made.current as Note | null
      const typed = { ...typedFields(body), version: String(current?.version ?? note.version) }
      return showNote(request, reply.code(made.status), params.id, {
        note,
        typed,
        errors: made.errors,
        current,
      })
    }
    reply.flash('Saved.')
    return reply.redirect(`${list}/${params.id}#notes`, 303)
  })

  app.post<OneNote>(`${list}/:id/notes/:note/deletion`, editor, async (request, reply) => {
    await deleteNote(request.ctx, request.params.id, request.params.note)
    reply.flash('The note is deleted. You can restore it here.')
    return reply.redirect(`${list}/${request.params.id}#notes`, 303)
  })

  app.post<OneNote>(`${list}/:id/notes/:note/restoration`, editor, async (request, reply) => {
    await restoreNote(request.ctx, request.params.id, request.params.note)
    reply.flash('The note is back.')
    return reply.redirect(`${list}/${request.params.id}#notes`, 303)
  })
}

type Kept = {
  note: Note | null
  typed: Record<string, string>
  errors: Record<string, string>
  current: Note | null
}

async function showNote(request: FastifyRequest, reply: FastifyReply, incident_id: string, kept: Kept) {
  const incident = await incidentById(request.ctx, incident_id)
  const title = kept.note ? 'Edit a note' : 'A note for the team'
  return reply.view('/incidents/note', { title, incident, ...kept })
}
