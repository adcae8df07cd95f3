import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { UpdateJson, updateJson } from './json.ts'
import { NewUpdate, UpdateChange } from './model.ts'
import { incidentById } from './store.ts'
import { undoable } from './undo.ts'
import { editUpdate, postUpdate, takeUpdateOff } from './updates.ts'
import { wholeIncident } from './whole.ts'

const config = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incidents/:id/updates'

/** What is said of an incident, by API. */
export async function updateRoutes(app: App) {
  const params = z.object({ id: z.string().max(100) })
  const make = { tags, params, body: NewUpdate, response: { 201: UpdateJson } }
  app.post(address, { config, schema: make }, (request, reply) =>
    once(request, reply, async (ctx) => {
      const given = { what: 'update' as const, incident_id: request.params.id }
      const { id } = await undoable(ctx, given, (ctx) => postUpdate(ctx, given.incident_id, request.body))
      return oneUpdate(ctx, request.params.id, id)
    }),
  )

  const one = params.extend({ update: z.string().max(100) })
  const edit = { tags, params: one, body: UpdateChange, response: { 200: UpdateJson } }
  app.patch(`${address}/:update`, { config, schema: edit }, async ({ ctx, params, body }) => {
    await editUpdate(ctx, params.id, params.update, body)
    return oneUpdate(ctx, params.id, params.update)
  })

  app.delete(`${address}/:update`, { config, schema: { tags, params: one } }, async (request, reply) => {
    await takeUpdateOff(request.ctx, request.params.id, request.params.update)
    return reply.code(204).send()
  })
}

async function oneUpdate(ctx: Context, incident_id: string, id: string) {
  const incident = await wholeIncident(ctx, await incidentById(ctx, incident_id))
  return updateJson(incident.updates.find((update) => update.id === id))
}
