import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { type App, listOf, listQuery, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { readAgain } from './again.ts'
import { noteYes, sayYes } from './confirming.ts'
import { deliveryWhole } from './deliveries.ts'
import { dismissWaiting, inbox } from './inbox.ts'
import { reading as whatCame } from './model.ts'
import { listDeliveries } from './store.ts'

const suggestion = z.object({ component_id: z.string(), slug: z.string(), name: z.string(), why: z.string() })
const waitingService = z.object({
  id: z.string(),
  source_id: z.string(),
  source: z.string(),
  service: z.string(),
  waiting: z.number(),
  environment: z.string(),
  newest_version: z.string().nullable(),
  first_at: z.string(),
  newest_at: z.string(),
  suggestion: suggestion.nullable(),
})
const delivery = z.object({
  id: z.string(),
  source_id: z.string(),
  source: z.string(),
  scope: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  content_type: z.string(),
  received_at: z.string(),
})
const wholeDelivery = delivery.omit({ source: true }).extend({
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable().describe('As it came; null once it is no longer kept.'),
  events: z.array(
    z.object({
      event: z.string(),
      type: z.string(),
      service: z.string(),
      environment: z.string(),
      release: z.string().nullable(),
      state: z.string().nullable(),
      matched: z.boolean(),
    }),
  ),
})
const deliveriesQuery = listQuery.extend({
  source_id: z.string().max(100).optional(),
  state: z.enum(['accepted', 'ignored', 'invalid']).optional(),
})

/** What waits, and what it is. */
export function inboxRoutes(app: App) {
  const read = { policy: token('sources:read') }
  const write = { policy: token('sources:write') }

  const list = { tags: ['inbox'], querystring: listQuery, response: { 200: listOf(waitingService) } }
  app.get('/api/v1/inbox', { config: read, schema: list }, async (request) => {
    const { cursor, limit } = request.query
    return pageOf(await inbox(request.ctx, { cursor, limit: limit + 1 }), limit)
  })

  const dismissal = {
    tags: ['inbox'],
    body: z.object({ source_id: z.string().max(100), service: z.string().max(200) }),
    response: { 201: z.object({ dismissed: z.number() }) },
  }
  app.post('/api/v1/inbox/dismissals', { config: write, schema: dismissal }, (request, reply) =>
    once(request, reply, (ctx) => dismissWaiting(ctx, request.body)),
  )
}

/** What came in, as it came. */
export function deliveryRoutes(app: App) {
  const read = { policy: token('sources:read') }
  const tags = ['inbox']
  const params = z.object({ id: z.string().max(100) })
  const list = { tags, querystring: deliveriesQuery, response: { 200: listOf(delivery) } }
  app.get('/api/v1/deliveries', { config: read, schema: list }, async (request) => {
    const { limit } = request.query
    return pageOf(await listDeliveries(request.ctx, { ...request.query, limit: limit + 1 }), limit)
  })

  const one = { tags, params, response: { 200: wholeDelivery } }
  app.get('/api/v1/deliveries/:id', { config: read, schema: one }, (request) =>
    deliveryWhole(request.ctx, request.params.id),
  )

  const reading = {
    tags,
    params,
    description:
      'Reads a delivery anew, as it came. Nothing is told twice: what was kept stays, what is understood besides is added.',
    response: { 201: whatCame },
  }
  const write = { policy: token('sources:write') }
  app.post('/api/v1/deliveries/:id/readings', { config: write, schema: reading }, (request, reply) =>
    once(request, reply, (ctx) => readAgain(ctx, request.params.id)),
  )

  const confirmation = {
    tags,
    params,
    description: 'Confirms the subscription that a delivery asks to confirm, by a call to its sender.',
    response: { 201: z.object({ delivery: z.string(), reason: z.string() }) },
  }
  app.post(
    '/api/v1/deliveries/:id/confirmation',
    { config: write, schema: confirmation },
    async (request, reply) => {
      await sayYes(request.ctx, request.params.id)
      return once(request, reply, (ctx) => noteYes(ctx, request.params.id))
    },
  )
}
