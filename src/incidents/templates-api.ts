import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { type App, listOf, listQuery, pageAfter } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { incidentStates } from './model.ts'
import type { Slot } from './slots.ts'
import { slotWords } from './slots.ts'
import {
  createTemplate,
  deleteTemplate,
  editTemplate,
  NewTemplate,
  restoreTemplate,
  TemplateChange,
  uses,
} from './templates.ts'
import { filledTemplate, slotsOfNow } from './templates-filling.ts'
import { listTemplates, type Template, templateById } from './templates-store.ts'

const text = z.string().nullable()
const TemplateJson = z.object({
  id: z.string(),
  name: z.string(),
  used_for: z.enum(uses),
  title: text,
  state: z.enum(incidentStates).nullable(),
  body: z.string(),
  deleted_at: text,
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
const FilledJson = TemplateJson.pick({
  name: true,
  used_for: true,
  title: true,
  state: true,
  body: true,
}).extend({
  unfilled: z.array(z.string()).describe('Slots that stand in the text still.'),
})
const slots = Object.keys(slotWords) as Slot[]
const Slots = z.object(Object.fromEntries(slots.map((name) => [name, z.string().max(500).optional()])))

/** The store's words are wider than the schema's closed lists; the schema checks them on the way out. */
const json = (template: Template) => template as unknown as z.output<typeof TemplateJson>

const params = z.object({ id: z.string().max(100) })
const read = { policy: token('incidents:read') }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/templates'

/** Texts to begin with, by API. */
export function templateRoutes(app: App) {
  const response = { 200: TemplateJson }
  const query = listQuery.extend({ used_for: z.enum(uses).optional() })
  const list = { tags, querystring: query, response: { 200: listOf(TemplateJson) } }
  app.get(address, { config: read, schema: list }, async ({ ctx, query }) =>
    pageAfter((await listTemplates(ctx, query.used_for)).map(json), query),
  )
  app.get(`${address}/:id`, { config: read, schema: { tags, params, response } }, async ({ ctx, params }) =>
    json(await templateById(ctx, params.id)),
  )

  const make = { tags, body: NewTemplate, response: { 201: TemplateJson } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, (ctx) => createTemplate(ctx, request.body)),
  )
  const edit = { tags, params, body: TemplateChange, response }
  app.patch(`${address}/:id`, { config: write, schema: edit }, async ({ ctx, params, body }) =>
    json(await editTemplate(ctx, params.id, body)),
  )
  app.delete(`${address}/:id`, { config: write, schema: { tags, params } }, async (request, reply) => {
    await deleteTemplate(request.ctx, request.params.id)
    return reply.code(204).send()
  })
  const restore = { config: write, schema: { tags, params, response } }
  app.post(`${address}/:id/restoration`, restore, async ({ ctx, params }) =>
    json(await restoreTemplate(ctx, params.id)),
  )

  const summary = 'Fill in a template; nothing is published'
  const fill = { tags, summary, params, body: Slots, response: { 200: FilledJson } }
  app.post(`${address}/:id/filling`, { config: read, schema: fill }, async ({ ctx, params, body }) => {
    const template = await templateById(ctx, params.id)
    const values = { ...(await slotsOfNow(ctx)), ...body }
    return filledTemplate(template, values) as z.output<typeof FilledJson>
  })
}
