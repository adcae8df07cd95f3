import type { FastifyReply, FastifyRequest } from 'fastify'
import { type GuardSettings, may, operator } from '../accounts/guard.ts'
import { handOver, takeOver } from '../accounts/hand-over.ts'
import { attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import { type App, originFor } from '../platform/http.ts'
import {
  changeSource,
  createSource,
  disableSource,
  enableSource,
  removeRule,
  rotateSecret,
} from './actions.ts'
import { groupedKinds, sourceKinds } from './adapters/index.ts'
import { NewSource, Rotation, SourceChange, withSettings } from './model.ts'
import { askedOf, sourcePage, sourcesOverview } from './overview.ts'
import { sourceById } from './store.ts'

type One = { Params: { id: string } }
const list = '/admin/sources'
const viewer = { config: { policy: operator('viewer') } }
const admin = { config: { policy: operator('admin') } }

/** The operators' pages for the tools that report releases. */
export async function routes(app: App, settings: GuardSettings) {
  listRoutes(app, settings)
  const show = showing(settings)
  pageRoutes(app, show)
  buttonRoutes(app, settings, show)
}

function listRoutes(app: App, settings: GuardSettings) {
  app.get(list, viewer, async (request, reply) => {
    const sources = await sourcesOverview(request.ctx, originFor(request, settings.origin))
    return reply.view('/sources/index', { title: 'Sources', sources, may_edit: mayEdit(request) })
  })

  app.get<{ Querystring: { kind?: string } }>(`${list}/new`, admin, (request, reply) =>
    showForm(reply, String(request.query.kind ?? '')),
  )

  app.post(list, admin, async (request, reply) => {
    const body = fields(request.body)
    const kind = String(body.kind ?? '')
    const made = await attemptForm(NewSource, withSettings(kind, body), (said) =>
      createSource(request.ctx, said),
    )
    if (!made.ok) return showForm(reply.code(made.status), kind, body, made.errors)
    const { source, secret } = made.data
    if (secret) handOver(settings, [request, reply], { path: `${list}/${source.id}`, id: source.id, secret })
    return done(reply, `${source.name} was added.`, source.id)
  })
}

/** First the kind is chosen; then its form asks for what the kind needs, and keeps what was typed but secrets. */
function showForm(reply: FastifyReply, kind: string, body: object = {}, errors: object = {}) {
  const chosen = sourceKinds.find((one) => one.kind === kind)
  const title = chosen ? `New source: ${chosen.label}` : 'New source'
  const values = { ...body, secret: undefined }
  return reply.view('/sources/new', {
    title,
    groups: groupedKinds,
    chosen,
    ...askedOf(kind),
    values,
    errors,
  })
}

type Show = (request: FastifyRequest<One>, reply: FastifyReply, kept?: object) => Promise<unknown>

/** Shows the page of one source, with what was typed and is wrong laid over what is stored. */
function showing({ origin }: GuardSettings): Show {
  return async (request, reply, kept = {}) => {
    const { id } = request.params
    const secret = takeOver(request, reply, { path: `${list}/${id}`, id })
    const page = await sourcePage(request.ctx, id, originFor(request, origin), secret)
    const { name, version, settings } = page.source
    const values = { name, version, ...settings }
    const rights = { may_edit: mayEdit(request), may_replay: may(request, 'editor') }
    const given = { title: name, secret, ...rights, values }
    return reply.view('/sources/show', { ...given, errors: {}, current: null, ...page, ...kept })
  }
}

function pageRoutes(app: App, show: Show) {
  app.get<One>(`${list}/:id`, viewer, (request, reply) => show(request, reply))

  app.post<One>(`${list}/:id`, admin, async (request, reply) => {
    const { kind } = await sourceById(request.ctx, request.params.id)
    const body = withSettings(kind, fields(request.body))
    const made = await attemptForm(SourceChange.omit({ disabled: true }), body, (said) =>
      changeSource(request.ctx, request.params.id, said),
    )
    if (made.ok) return done(reply, 'Saved.', request.params.id)
    const kept = { values: request.body, errors: made.errors, current: made.current }
    return show(request, reply.code(made.status), kept)
  })
}

function buttonRoutes(app: App, settings: GuardSettings, show: Show) {
  app.post<One>(`${list}/:id/rotation`, admin, async (request, reply) => {
    const { id } = request.params
    const made = await attemptForm(Rotation, request.body, (said) => rotateSecret(request.ctx, id, said))
    if (!made.ok) return show(request, reply.code(made.status), { errors: made.errors })
    const { secret } = made.data
    if (!secret) return done(reply, 'The secret was rotated to the one that you pasted.', id)
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
