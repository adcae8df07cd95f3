import type { FastifyReply, FastifyRequest } from 'fastify'
import { type GuardSettings, may, operator } from '../accounts/guard.ts'
import { handOver, takeOver } from '../accounts/hand-over.ts'
import { listComponents } from '../components/store.ts'
import { attemptForm } from '../platform/attempt.ts'
import { submitted } from '../platform/forms.ts'
import { type App, originFor } from '../platform/http.ts'
import {
  changeSource,
  createSource,
  disableSource,
  enableSource,
  removeRule,
  rotateSecret,
} from './actions.ts'
import { sourceKinds } from './adapters/index.ts'
import { NewSource, Rotation, SourceChange } from './model.ts'
import { sourcePage, sourcesOverview } from './overview.ts'

type One = { Params: { id: string } }
const list = '/admin/sources'
const viewer = { config: { policy: operator('viewer') } }
const admin = { config: { policy: operator('admin') } }

/** The operators' pages for the tools that report releases. */
export async function routes(app: App, settings: GuardSettings) {
  listRoutes(app, settings)
  pageRoutes(app, settings)
  buttonRoutes(app, settings)
}

function listRoutes(app: App, settings: GuardSettings) {
  app.get(list, viewer, async (request, reply) => {
    const sources = await sourcesOverview(request.ctx, originFor(request, settings.origin))
    return reply.view('/sources/index', { title: 'Sources', sources, may_edit: mayEdit(request) })
  })

  const form = { title: 'New source', kinds: sourceKinds, values: {}, errors: {} }
  app.get(`${list}/new`, admin, (_request, reply) => reply.view('/sources/new', form))

  app.post(list, admin, async (request, reply) => {
    const said = submitted(NewSource, request.body)
    if (!said.ok) {
      return reply.code(422).view('/sources/new', { ...form, values: said.values, errors: said.errors })
    }
    const { source, secret } = await createSource(request.ctx, said.data)
    handOver(settings, [request, reply], { path: `${list}/${source.id}`, id: source.id, secret })
    return done(reply, `${source.name} was added.`, source.id)
  })
}

function pageRoutes(app: App, { origin }: GuardSettings) {
  async function show(request: FastifyRequest<One>, reply: FastifyReply, kept: object = {}) {
    const { id } = request.params
    const secret = takeOver(request, reply, { path: `${list}/${id}`, id })
    const page = await sourcePage(request.ctx, id, originFor(request, origin), secret)
    const components = (await listComponents(request.ctx)).map(({ slug, name }) => ({ slug, name }))
    const { name, version } = page.source
    const given = { title: name, secret, components, may_edit: mayEdit(request), values: { name, version } }
    return reply.view('/sources/show', { ...given, errors: {}, current: null, ...page, ...kept })
  }

  app.get<One>(`${list}/:id`, viewer, (request, reply) => show(request, reply))

  app.post<One>(`${list}/:id`, admin, async (request, reply) => {
    const made = await attemptForm(SourceChange.pick({ name: true, version: true }), request.body, (said) =>
      changeSource(request.ctx, request.params.id, said),
    )
    if (made.ok) return done(reply, 'Saved.', request.params.id)
    const kept = { values: request.body, errors: made.errors, current: made.current }
    return show(request, reply.code(made.status), kept)
  })
}

function buttonRoutes(app: App, settings: GuardSettings) {
  app.post<One>(`${list}/:id/rotation`, admin, async (request, reply) => {
    const { id } = request.params
    const { secret } = await rotateSecret(request.ctx, id, Rotation.parse(request.body))
    handOver(settings, [request, reply], { path: `${list}/${id}`, id, secret })
    return done(reply, 'The secret was rotated. The new one is shown below, this once.', id)
  })

  app.post<One>(`${list}/:id/disablement`, admin, async (request, reply) => {
    const { id, name } = await disableSource(request.ctx, request.params.id)
    return done(reply, `${name} is disabled: whatever it posts is answered 404.`, id)
  })

  app.post<One>(`${list}/:id/enablement`, admin, async (request, reply) => {
    const { id, name } = await enableSource(request.ctx, request.params.id)
    return done(reply, `${name} may report again.`, id)
  })

  type Rule = { Params: { id: string; rule: string } }
  app.post<Rule>(`${list}/:id/rules/:rule/removal`, admin, async (request, reply) => {
    const { id, rule } = request.params
    await removeRule(request.ctx, id, rule)
    return done(reply, 'The rule is gone. What it has matched stays where it is.', id)
  })
}

function mayEdit(request: FastifyRequest) {
  return may(request, 'admin')
}

function done(reply: FastifyReply, words: string, id: string) {
  reply.flash(words)
  return reply.redirect(`${list}/${id}`, 303)
}
