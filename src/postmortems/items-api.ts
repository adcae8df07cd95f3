import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { type App, listOf, listQuery, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { readSite } from '../site/store.ts'
import { addItem, editItem, finishItem, removeItem, reopenItem, restoreItem } from './items.ts'
import { ActionItemJson, shownItem } from './json.ts'
import { ActionItemChange, itemFilters, NewActionItem } from './model.ts'
import { type ActionItem, itemById, listItems } from './store.ts'

const params = z.object({ id: z.string().max(100) })
const read = { policy: token('incidents:read') }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/action-items'

/** What is to be done after incidents, by API. */
export function itemRoutes(app: App) {
  const querystring = listQuery.extend({
    show: z.enum(itemFilters).default('open'),
    incident: z.string().max(100).optional().describe('The id of an incident.'),
  })
  const list = { tags, querystring, response: { 200: listOf(ActionItemJson) } }
  app.get(address, { config: read, schema: list }, async ({ ctx, query }) => {
    const found = await listItems(ctx, { ...query, incident_id: query.incident })
    const { data, next_cursor } = pageOf(found, query.limit)
    const { time_zone } = await readSite(ctx)
    return { data: data.map((item) => shownItem(ctx, item, time_zone)), next_cursor }
  })

  const make = { tags, params, body: NewActionItem, response: { 201: ActionItemJson } }
  app.post('/api/v1/incidents/:id/action-items', { config: write, schema: make }, (request, reply) =>
    once(request, reply, async (ctx) => json(ctx, await addItem(ctx, request.params.id, request.body))),
  )

  const schema = { tags, params, response: { 200: ActionItemJson } }
  app.get(`${address}/:id`, { config: read, schema }, async ({ ctx, params }) =>
    json(ctx, await itemById(ctx, params.id)),
  )

  const edit = { ...schema, body: ActionItemChange }
  app.patch(`${address}/:id`, { config: write, schema: edit }, async ({ ctx, params, body }) =>
    json(ctx, await editItem(ctx, params.id, body)),
  )

  app.delete(`${address}/:id`, { config: write, schema: { tags, params } }, async (request, reply) => {
    await removeItem(request.ctx, request.params.id)
    return reply.code(204).send()
  })

  app.put(`${address}/:id/completion`, { config: write, schema }, async ({ ctx, params }) =>
    json(ctx, await finishItem(ctx, params.id)),
  )
  app.delete(`${address}/:id/completion`, { config: write, schema }, async ({ ctx, params }) =>
    json(ctx, await reopenItem(ctx, params.id)),
  )
  app.post(`${address}/:id/restoration`, { config: write, schema }, async ({ ctx, params }) =>
    json(ctx, await restoreItem(ctx, params.id)),
  )
}

async function json(ctx: Context, item: ActionItem) {
  return shownItem(ctx, item, (await readSite(ctx)).time_zone)
}
