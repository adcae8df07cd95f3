import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { type App, listOf, listQuery, pageAfter } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { addNote, deleteNote, editNote, type Note, NoteText, notesOf, restoreNote } from './notes.ts'
import { incidentById } from './store.ts'

const params = z.object({ id: z.string().max(100) })
const one = params.extend({ note: z.string().max(100) })
const read = { policy: token('incidents:read') }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incidents/:id/notes'

const NoteJson = z.object({
  id: z.string(),
  incident_id: z.string(),
  body: z.string(),
  actor_name: z.string(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

/** What the team notes beside an incident, by API; customers read none of it. */
export function noteApiRoutes(app: App) {
  const list = { tags, params, querystring: listQuery, response: { 200: listOf(NoteJson) } }
  app.get(address, { config: read, schema: list }, async ({ ctx, params, query }) => {
    await incidentById(ctx, params.id)
    const { data, next_cursor } = pageAfter(await notesOf(ctx, params.id), query)
    return { data: data.map(noteJson), next_cursor }
  })
  const make = { tags, params, body: NoteText, response: { 201: NoteJson } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, async (ctx) => noteJson(await addNote(ctx, request.params.id, request.body))),
  )
  const edit = { tags, params: one, body: NoteText, response: { 200: NoteJson } }
  app.patch(`${address}/:note`, { config: write, schema: edit }, async ({ ctx, params, body }) =>
    noteJson(await editNote(ctx, params.id, params.note, body)),
  )
  app.delete(`${address}/:note`, { config: write, schema: { tags, params: one } }, async (request, reply) => {
    await deleteNote(request.ctx, request.params.id, request.params.note)
    return reply.code(204).send()
  })
  const restore = { tags, params: one, response: { 200: NoteJson } }
  app.post(`${address}/:note/restoration`, { config: write, schema: restore }, async ({ ctx, params }) =>
    noteJson(await restoreNote(ctx, params.id, params.note)),
  )
}

function noteJson({ id, incident_id, body, actor_name, version, created_at, updated_at }: Note) {
  return { id, incident_id, body, actor_name, version, created_at, updated_at }
}
