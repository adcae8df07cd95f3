import type { FastifyReply, FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import { attemptForm } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import {
  archiveComponent,
  createComponent,
  editComponent,
  moveComponent,
  restoreComponent,
  setStatusByHand,
} from './actions.ts'
import { createGroup, editGroup, moveGroup, removeGroup } from './groups.ts'
import { ComponentChange, GroupChange, Hidden, Move, NewComponent, NewGroup, StatusByHand } from './model.ts'
import { componentsOverview } from './overview.ts'
import { componentById, groupById, listGroups } from './store.ts'

type One = { Params: { id: string } }
const list = '/admin/components'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }

/** The operators' pages for components and groups. */
export async function routes(app: App) {
  app.get(list, viewer, (request, reply) => showList(request, reply))
  formRoutes(app)
  buttonRoutes(app)
  groupRoutes(app)
}

async function showList(request: FastifyRequest, reply: FastifyReply, kept: object = {}) {
  const overview = await componentsOverview(request.ctx)
  const may_edit = may(request, 'editor')
  const view = { title: 'Components', may_edit, ...overview, values: {}, errors: {}, ...kept }
  return reply.view('/components/index', view)
}

function formRoutes(app: App) {
  app.get<{ Querystring: { group?: string } }>(`${list}/new`, editor, async (request, reply) => {
    const values = { group: request.query.group ?? '', visibility: 'public' }
    return showForm(request, reply, { component: null, values, errors: {}, current: null })
  })

  app.post(list, editor, async (request, reply) => {
    const made = await attemptForm(NewComponent, request.body, (said) => createComponent(request.ctx, said))
    if (made.ok) return done(reply, `${made.data.name} was added.`)
    const kept = { component: null, values: request.body, errors: made.errors, current: null }
    return showForm(request, reply.code(made.status), kept)
  })

  app.get<One>(`${list}/:id`, editor, async (request, reply) => {
    const component = await componentById(request.ctx, request.params.id)
    const values = { ...component, group: component.group_id ?? '' }
    return showForm(request, reply, { component, values, errors: {}, current: null })
  })

  app.post<One>(`${list}/:id`, editor, async (request, reply) => {
    const component = await componentById(request.ctx, request.params.id)
    const made = await attemptForm(ComponentChange, request.body, (said) =>
      editComponent(request.ctx, component.id, said),
    )
    if (made.ok) return done(reply, 'Saved.')
    const kept = { component, values: request.body, errors: made.errors, current: made.current }
    return showForm(request, reply.code(made.status), kept)
  })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  given: { component: { name: string } | null; values: unknown; errors: object; current: unknown },
) {
  const title = given.component ? `Edit ${given.component.name}` : 'New component'
  return reply.view('/components/form', { title, groups: await listGroups(request.ctx), ...given })
}

function buttonRoutes(app: App) {
  app.post<One>(`${list}/:id/status`, editor, async (request, reply) => {
    const { status } = StatusByHand.parse(request.body)
    await setStatusByHand(request.ctx, { component_id: request.params.id, status })
    return done(reply, 'The status is set.')
  })

  app.post<One>(`${list}/:id/position`, editor, async (request, reply) => {
    await moveComponent(request.ctx, request.params.id, Move.parse(request.body))
    return done(reply, 'Moved.')
  })

  app.post<One>(`${list}/:id/visibility`, editor, async (request, reply) => {
    const { visibility } = Hidden.parse(request.body)
    const { name } = await editComponent(request.ctx, request.params.id, { visibility })
    return done(
      reply,
      visibility === 'public' ? `Customers see ${name} now.` : `${name} is hidden from customers.`,
    )
  })

  app.post<One>(`${list}/:id/archive`, editor, async (request, reply) => {
    const { name } = await archiveComponent(request.ctx, request.params.id)
    return done(reply, `${name} is archived. It can be restored below.`)
  })

  app.post<One>(`${list}/:id/restoration`, editor, async (request, reply) => {
    const { name } = await restoreComponent(request.ctx, request.params.id)
    return done(reply, `${name} is back.`)
  })
}

function groupRoutes(app: App) {
  app.post('/admin/groups', editor, async (request, reply) => {
    const made = await attemptForm(NewGroup, request.body, (said) => createGroup(request.ctx, said))
    if (made.ok) return done(reply, `The group ${made.data.name} was added.`)
    return showList(request, reply.code(made.status), { values: request.body, errors: made.errors })
  })

  app.get<One>('/admin/groups/:id', editor, async (request, reply) => {
    const group = await groupById(request.ctx, request.params.id)
    return reply.view('/components/group', {
      title: `Group ${group.name}`,
      group,
      values: group,
      errors: {},
      current: null,
    })
  })

  app.post<One>('/admin/groups/:id', editor, async (request, reply) => {
    const group = await groupById(request.ctx, request.params.id)
    const made = await attemptForm(GroupChange, request.body, (said) =>
      editGroup(request.ctx, group.id, said),
    )
    if (made.ok) return done(reply, 'Saved.')
    const values = { ...(request.body as object), version: group.version }
    const { errors, current } = made
    const view = { title: `Group ${group.name}`, group, values, errors, current }
    return reply.code(made.status).view('/components/group', view)
  })

  app.post<One>('/admin/groups/:id/position', editor, async (request, reply) => {
    await moveGroup(request.ctx, request.params.id, Move.parse(request.body))
    return done(reply, 'Moved.')
  })

  app.post<One>('/admin/groups/:id/removal', editor, async (request, reply) => {
    await removeGroup(request.ctx, request.params.id)
    return done(reply, 'The group is gone; its components stay.')
  })
}

function done(reply: FastifyReply, words: string) {
  reply.flash(words)
  return reply.redirect(list, 303)
}
