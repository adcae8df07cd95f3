import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { may, operator } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import { attempt, attemptForm } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { sourceById } from '../sources/store.ts'
import { readAgain } from './again.ts'
import { confirmationOf, noteYes, sayYes } from './confirming.ts'
import { deliveryWhole } from './deliveries.ts'
import { dismissWaiting, inbox, mapToNew, mapWaiting } from './inbox.ts'
import { rulePages } from './rule-pages.ts'
import { deliveryById, listDeliveries } from './store.ts'
import { eventsCounted, readingWords, replayedWords } from './words.ts'

const service = { source_id: z.string().max(100), service: z.string().max(200) }
const Mapping = z.object({ ...service, component: z.string().trim().min(1, 'Choose a component.').max(100) })
const Making = z.object({ ...service, name: z.string().trim().min(1, 'Give it a name.').max(100) })
/** The source's page, where its list of deliveries has the same button. */
const Back = z.object({
  source_id: z
    .string()
    .regex(/^\w{1,100}$/)
    .optional()
    .catch(undefined),
})
type One = { Params: { id: string } }
const address = '/admin/inbox'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }
const admin = { config: { policy: operator('admin') } }
const shown = 50

/** The inbox: what tools speak of that nobody has said the component of yet; and what came in, as it came. */
export async function routes(app: App) {
  inboxRoutes(app)
  deliveryRoutes(app)
  rulePages(app)
}

function inboxRoutes(app: App) {
  app.get(address, viewer, (request, reply) => show(request, reply))

  app.post(`${address}/mappings`, editor, async (request, reply) => {
    const made = await attemptForm(Mapping, request.body, (said) =>
      // what a tool says is a name, whatever letters are in it
      mapWaiting(request.ctx, { ...said, match: 'exact' }),
    )
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
    return done(reply, `${eventsCounted(dismissed)} dismissed.`)
  })
}

function deliveryRoutes(app: App) {
  app.get<One>('/admin/deliveries/:id', viewer, showDelivery)

  app.post<One>('/admin/deliveries/:id/readings', editor, async (request, reply) => {
    const { id } = request.params
    const words = readingWords(await readAgain(request.ctx, id))
    const from = Back.parse(request.body ?? {}).source_id
    return done(reply, words, from ? `/admin/sources/${from}` : `/admin/deliveries/${id}`)
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

/** What was typed is in `values`, and stands where it was typed: beside its service. */
async function show(request: FastifyRequest, reply: FastifyReply, errors: object = {}) {
  const { ctx } = request
  const services = await inbox(ctx, { limit: shown })
  const components = (await listComponents(ctx)).map(({ id, slug, name }) => ({ id, slug, name }))
  const invalid = await listDeliveries(ctx, { state: 'invalid', limit: shown })
  const may_edit = may(request, 'editor')
  const may_rule = may(request, 'admin')
  const given = { services, components, invalid, may_edit, may_rule, values: request.body ?? {}, errors }
  return reply.view('/ingest/inbox', { title: 'Inbox', ...given })
}

function done(reply: FastifyReply, words: string, to = address) {
  reply.flash(words)
  return reply.redirect(to, 303)
}
