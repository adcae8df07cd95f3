import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { may, operator } from '../accounts/guard.ts'
import { attempt } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { type IncidentState, incidentStates, stateWords } from './model.ts'
import { slotWords } from './slots.ts'
import {
  createTemplate,
  deleteTemplate,
  editTemplate,
  type NewTemplate,
  restoreTemplate,
} from './templates.ts'
import { listTemplates, type Template, templateById } from './templates-store.ts'
import { longestForm, type Typed, typedFields } from './typed.ts'

type One = { Params: { id: string } }
const list = '/admin/templates'
const editor = { config: { policy: operator('editor') }, bodyLimit: longestForm }
const query = z.object({ deleted: z.string().max(100).optional() })

/** The operators' pages for templates. */
export function templateRoutes(app: App) {
  const viewer = { config: { policy: operator('viewer') }, schema: { querystring: query } }
  app.get(list, viewer, async (request, reply) => {
    const { ctx, query } = request
    const gone = query.deleted ? await templateById(ctx, query.deleted) : null
    return reply.view('/incidents/templates', {
      title: 'Templates',
      may_edit: may(request, 'editor'),
      gone: gone?.deleted_at ? gone : null,
      templates: (await listTemplates(ctx)).map((template) => ({
        ...template,
        state_words: template.state ? stateWords[template.state as IncidentState] : null,
      })),
    })
  })
  formRoutes(app)
  deletionRoutes(app)
}

function formRoutes(app: App) {
  app.get(`${list}/new`, editor, async (_request, reply) =>
    showForm(reply, { typed: { used_for: 'incident' }, errors: {}, current: null, template: null }),
  )

  app.post(list, editor, async (request, reply) => {
    const typed = typedFields(request.body)
    const made = await attempt(() => createTemplate(request.ctx, given(typed)))
    if (made.ok) return done(reply, 'Saved. It is offered on the forms now.')
    return showForm(reply.code(made.status), { typed, errors: made.errors, current: null, template: null })
  })

  app.get<One>(`${list}/:id`, editor, async (request, reply) => {
    const template = await templateById(request.ctx, request.params.id)
    const { name, used_for, title, state, body, version } = template
    const typed = { name, used_for, title: title ?? '', state: state ?? '', body, version: String(version) }
    return showForm(reply, { typed, errors: {}, current: null, template })
  })

  app.post<One>(`${list}/:id`, editor, async (request, reply) => {
    const template = await templateById(request.ctx, request.params.id)
    const typed = typedFields(request.body)
    const change = { ...given(typed), version: typed.version }
    const made = await attempt(() => editTemplate(request.ctx, template.id, change))
    if (made.ok) return done(reply, 'Saved.')
    const current = made.current as Template | null
    const again = current ? { ...typed, version: String(current.version) } : typed
    return showForm(reply.code(made.status), { typed: again, errors: made.errors, current, template })
  })
}

function deletionRoutes(app: App) {
  app.post<One>(`${list}/:id/deletion`, editor, async (request, reply) => {
    const { id } = await deleteTemplate(request.ctx, request.params.id)
    return reply.redirect(`${list}?deleted=${id}`, 303)
  })

  app.post<One>(`${list}/:id/restoration`, editor, async (request, reply) => {
    await restoreTemplate(request.ctx, request.params.id)
    return done(reply, 'The template is back.')
  })
}

function done(reply: FastifyReply, words: string) {
  reply.flash(words)
  return reply.redirect(list, 303)
}

function given({ name = '', used_for, title, state, body = '' }: Typed) {
  return { name, used_for, title, state, body } as NewTemplate
}

type Kept = {
  typed: Typed
  errors: Record<string, string>
  current: Template | null
  template: Template | null
}

function showForm(reply: FastifyReply, kept: Kept) {
  return reply.view('/incidents/template', {
    title: kept.template ? `Edit “${kept.template.name}”` : 'New template',
    ...kept,
    slots: Object.entries(slotWords),
    states: incidentStates.map((value) => ({ value, words: stateWords[value] })),
  })
}
