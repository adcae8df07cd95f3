import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type GuardSettings, may, operator } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import { attempt, attemptForm } from '../platform/attempt.ts'
import { type App, originFor } from '../platform/http.ts'
import { NewRule } from '../sources/model.ts'
import { sourcePage } from '../sources/overview.ts'
import { sourceById } from '../sources/store.ts'
import { readAgain } from './actions.ts'
import { confirmationOf, noteYes, sayYes } from './confirming.ts'
import { deliveryWhole } from './deliveries.ts'
import { dismissWaiting, inbox, mapToNew, mapWaiting } from './inbox.ts'
import { deliveryById, listDeliveries } from './store.ts'

const service = { source_id: z.string().max(100), service: z.string().max(200) }
const Mapping = z.object({ ...service, component: z.string().trim().min(1, 'Choose a component.').max(100) })
const Making = z.object({ ...service, name: z.string().trim().min(1, 'Give it a name.').max(100) })
type One = { Params: { id: string } }
const address = '/admin/inbox'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }
const admin = { config: { policy: operator('admin') } }
const shown = 50

/** The inbox: what tools speak of that nobody has said the component of yet; and what came in, as it came. */
export async function routes(app: App, { origin }: Pick<GuardSettings, 'origin'>) {
  inboxRoutes(app)
  deliveryRoutes(app)
  ruleRoutes(app, origin)
}

function inboxRoutes(app: App) {
  app.get(address, viewer, (request, reply) => show(request, reply))

  app.post(`${address}/mappings`, editor, async (request, reply) => {
    const made = await attemptForm(Mapping, request.body, (said) => mapWaiting(request.ctx, said))
    if (!made.ok) return show(request, reply.code(made.status), made.errors)
    return done(reply, replayedWords(made.data.replayed))
  })

  app.post(`${address}/components`, editor, async (request, reply) => {
    const made = await attemptForm(Making, request.body, (said) => mapToNew(request.ctx, said))
    if (!made.ok) return show(request, reply.code(made.status), made.errors)
    const { slug, replayed } = made.data
    return done(reply, `The component ${slug} was added, hidden from customers. ${replayedWords(replayed)}`)
  })

  app.post(`${address}/dismissals`, editor, async (request, reply) => {
    const { dismissed } = await dismissWaiting(request.ctx, z.object(service).parse(request.body))
    return done(reply, `${counted(dismissed)} dismissed.`)
  })
}

function deliveryRoutes(app: App) {
  app.get<One>('/admin/deliveries/:id', viewer, showDelivery)

  app.post<One>('/admin/deliveries/:id/readings', editor, async (request, reply) => {
    const { outcome, reason } = await readAgain(request.ctx, request.params.id)
    const words = outcome === 'accepted' ? 'It was understood this time.' : `It came to this: ${reason}`
    return done(reply, words, `/admin/deliveries/${request.params.id}`)
  })

  app.post<One>('/admin/deliveries/:id/confirmation', admin, async (request, reply) => {
    const { ctx, params } = request
    const made = await attempt(async () => {
      await sayYes(ctx, params.id)
      return noteYes(ctx, params.id)
    })
    if (!made.ok) return showDelivery(request, reply.code(made.status), made.errors)
    return done(
      reply,
      'The subscription is confirmed. What the topic tells comes in from now on.',
      `/admin/deliveries/${params.id}`,
    )
  })
}

async function showDelivery(request: FastifyRequest<One>, reply: FastifyReply, errors: object = {}) {
  const { ctx, params } = request
  const delivery = await deliveryWhole(ctx, params.id)
  const source = await sourceById(ctx, delivery.source_id)
  const asks =
    may(request, 'admin') && (await confirmationOf(ctx, await deliveryById(ctx, params.id))) !== null
  const given = { delivery, source, asks, may_edit: may(request, 'editor'), errors }
  return reply.view('/ingest/delivery', { title: 'Delivery', ...given })
}

function ruleRoutes(app: App, origin: string | null) {
  app.post<One>('/admin/sources/:id/rules', admin, async (request, reply) => {
    const { ctx, params } = request
    const made = await attemptForm(NewRule, request.body, (said) =>
      mapWaiting(ctx, { source_id: params.id, ...said }),
    )
    if (made.ok) return done(reply, replayedWords(made.data.replayed), `/admin/sources/${params.id}`)

    const page = await sourcePage(ctx, params.id, originFor(request, origin), null)
    const components = (await listComponents(ctx)).map(({ slug, name }) => ({ slug, name }))
    const values = { name: page.source.name, ...(request.body as object) }
    const given = {
      title: page.source.name,
      ...page,
      components,
      may_edit: true,
      secret: null,
      current: null,
    }
    return reply.code(422).view('/sources/show', { ...given, values, errors: made.errors })
  })
}

/** What was typed is in `values`, and stands where it was typed: beside its service. */
async function show(request: FastifyRequest, reply: FastifyReply, errors: object = {}) {
  const { ctx } = request
  const services = await inbox(ctx, { limit: shown })
  const components = (await listComponents(ctx)).map(({ id, slug, name }) => ({ id, slug, name }))
  const invalid = await listDeliveries(ctx, { state: 'invalid', limit: shown })
  const may_edit = may(request, 'editor')
  const given = { services, components, invalid, may_edit, values: request.body ?? {}, errors }
  return reply.view('/ingest/inbox', { title: 'Inbox', ...given })
}

function replayedWords(replayed: number) {
  if (replayed === 0) return 'The rule is kept. Nothing waited for it.'
  return `${counted(replayed)} that waited ${replayed === 1 ? 'was' : 'were'} replayed.`
}

function counted(events: number) {
  return events === 1 ? 'One event' : `${events} events`
}

function done(reply: FastifyReply, words: string, to = address) {
  reply.flash(words)
  return reply.redirect(to, 303)
}
