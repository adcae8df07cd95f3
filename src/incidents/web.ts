import { z } from 'zod'
import { may, operator } from '../accounts/guard.ts'
import { type App, listQuery, pageOf } from '../platform/http.ts'
import type { Above } from './above.ts'
import { deleteIncident, restoreIncident } from './actions.ts'
import { declareRoutes } from './declaring.ts'
import { draftsListed, typedFromDraft } from './desk.ts'
import { deskRoutes } from './desk-web.ts'
import { draftRoutes } from './drafts-web.ts'
import { editRoutes } from './editing.ts'
import { factsRoutes } from './facts-web.ts'
import { noted } from './noted.ts'
import { noteRoutes } from './notes-web.ts'
import { incidentById, listIncidents } from './store.ts'
import { typedFromUpdate } from './taken-back.ts'
import { showIncident, tellRoutes } from './telling.ts'
import { templateRoutes } from './templates-web.ts'
import { undoable } from './undo.ts'
import { wholeIncidents } from './whole.ts'

type One = { Params: { id: string } }
const query = listQuery.pick({ cursor: true }).extend({ show: z.string().max(20).optional() })
const list = '/admin/incidents'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }

/** The operators' pages for incidents. */
export async function routes(app: App, above: Above) {
  listRoute(app)
  declareRoutes(app, above)
  const named = z.string().max(100).optional()
  const one = { ...viewer, schema: { querystring: z.object({ draft: named, taken_back: named }) } }
  type Begun = { Querystring: { draft?: string; taken_back?: string } }
  app.get<One & Begun>(`${list}/:id`, one, async (request, reply) => {
    const { draft, taken_back } = request.query
    const incident = await incidentById(request.ctx, request.params.id)
    const typed = draft
      ? await typedFromDraft(request.ctx, draft)
      : await typedFromUpdate(request.ctx, incident.id, taken_back)
    return showIncident(request, reply, incident, above, { typed, errors: {}, overtaken: false })
  })
  tellRoutes(app, above)
  editRoutes(app)
  deletionRoutes(app)
  deskRoutes(app, above)
  draftRoutes(app, above)
  templateRoutes(app)
  factsRoutes(app)
  noteRoutes(app)
}

function listRoute(app: App) {
  app.get(list, { ...viewer, schema: { querystring: query } }, async (request, reply) => {
    const { ctx, query } = request
    const deleted = query.show === 'deleted'
    const open = query.cursor || deleted ? [] : await listIncidents(ctx, { show: 'open', limit: 100 })
    const show = deleted ? 'deleted' : 'resolved'
    const past = pageOf(await listIncidents(ctx, { show, limit: 20, cursor: query.cursor }), 20)
    return reply.view('/incidents/index', {
      title: deleted ? 'Deleted incidents' : 'Incidents',
      may_edit: may(request, 'editor'),
      deleted,
      drafts: deleted || query.cursor ? [] : await draftsListed(ctx),
      open: (await wholeIncidents(ctx, open)).map(noted),
      past: (await wholeIncidents(ctx, past.data)).map(noted),
      newer: query.cursor ? list : null,
      older: past.next_cursor ? `${list}?cursor=${past.next_cursor}${deleted ? '&show=deleted' : ''}` : null,
    })
  })
}

function deletionRoutes(app: App) {
  app.post<One>(`${list}/:id/deletion`, editor, async (request, reply) => {
    const { ctx, params } = request
    await undoable(ctx, { what: 'deletion', incident_id: params.id }, (ctx) => deleteIncident(ctx, params.id))
    reply.flash('The incident is deleted: nobody sees it any more. It can be restored here.')
    return reply.redirect(`${list}/${request.params.id}`, 303)
  })

  app.post<One>(`${list}/:id/restoration`, editor, async (request, reply) => {
    await restoreIncident(request.ctx, request.params.id)
    reply.flash('The incident is back.')
    return reply.redirect(`${list}/${request.params.id}`, 303)
  })
}
