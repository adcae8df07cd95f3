import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { type Context, nowText } from '../platform/context.ts'
import { type App, listOf, listQuery, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { FreezeChange, freezeState, freezeStates, NewFreeze } from './freeze.ts'
import { stopFreezes } from './freeze-series-edits.ts'
import { undoable, undoFreeze } from './freeze-undo.ts'
import { editFreeze, endFreeze, planFreeze } from './freezes.ts'
import { type Freeze, freezeById, listFreezes } from './store.ts'

const FreezeJson = z.object({
  id: z.string(),
  reason: z.string(),
  state: z.enum(freezeStates),
  starts_at: z.string(),
  ends_at: z.string(),
  components: z
    .array(z.object({ id: z.string(), slug: z.string(), name: z.string() }))
    .describe('Of these; when empty, of all.'),
  may_pass: z.array(z.string()).describe('Names of people, and of API tokens.'),
  ended_at: z.string().nullable().describe('When somebody ended it early.'),
  repeats: z
    .string()
    .nullable()
    .describe('The RRULE of a freeze that repeats; each time of it is a freeze of its own.'),
  series_id: z.string().nullable(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
const params = z.object({ id: z.string().max(100) })
const query = listQuery.extend({ show: z.enum([...freezeStates, 'all']).default('all') })
const read = { policy: token('releases:read') }
// a deploy's own token may not open the gate it is asked at
const write = { policy: token('components:write') }
const tags = ['gate']
const address = '/api/v1/freezes'

/** Freezes by API: whatever the operators' page does. */
export function freezeRoutes(app: App) {
  const list = { tags, querystring: query, response: { 200: listOf(FreezeJson) } }
  app.get(address, { config: read, schema: list }, async ({ ctx, query }) => {
    const { data, next_cursor } = pageOf(await listFreezes(ctx, query), query.limit)
    return { data: data.map((freeze) => json(ctx, freeze)), next_cursor }
  })

  const one = { tags, params, response: { 200: FreezeJson } }
  app.get(`${address}/:id`, { config: read, schema: one }, async ({ ctx, params }) =>
    json(ctx, await freezeById(ctx, params.id)),
  )

  const plan = { tags, body: NewFreeze, response: { 201: FreezeJson } }
  app.post(address, { config: write, schema: plan }, (request, reply) =>
    once(request, reply, async (ctx) => json(ctx, await planFreeze(ctx, request.body))),
  )

  const edit = { ...one, body: FreezeChange }
  app.patch(`${address}/:id`, { config: write, schema: edit }, async ({ ctx, params, body }) =>
    json(
      ctx,
      await undoable(ctx, { what: 'edit', id: params.id }, (ctx) => editFreeze(ctx, params.id, body)),
    ),
  )

  app.post(`${address}/:id/end`, { config: write, schema: one }, async ({ ctx, params }) =>
    json(ctx, await undoable(ctx, { what: 'end', id: params.id }, (ctx) => endFreeze(ctx, params.id))),
  )

  const stop = { ...one, summary: 'End a freeze that repeats, and all that follow' }
  app.post(`${address}/:id/stop`, { config: write, schema: stop }, async ({ ctx, params }) =>
    json(ctx, await undoable(ctx, { what: 'stop', id: params.id }, (ctx) => stopFreezes(ctx, params.id))),
  )

  const back = { ...one, summary: 'Take back what this token changed or ended in the last 20 seconds' }
  app.post(`${address}/:id/undo`, { config: write, schema: back }, async ({ ctx, params }) =>
    json(ctx, await undoFreeze(ctx, params.id)),
  )
}

function json(ctx: Context, freeze: Freeze): z.output<typeof FreezeJson> {
  return { ...freeze, state: freezeState(freeze, nowText(ctx)) }
}
