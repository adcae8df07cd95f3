import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { OneRelease, wholeJson } from './api.ts'
import { markDrill } from './drills.ts'
import { changeExposure, Exposure } from './exposure.ts'

const params = z.object({ id: z.string().max(100) })
const config = { policy: token('releases:write') }
const tags = ['releases']
const address = '/api/v1/releases/:id'

/** How many customers have a release, and whether a rollback was a drill, by API. */
export async function routes(app: App) {
  const expose = { tags, params, body: Exposure, response: { 201: OneRelease } }
  app.post(`${address}/exposure`, { config, schema: expose }, (request, reply) =>
    once(request, reply, async (ctx) => {
      const { id } = await changeExposure(ctx, request.params.id, request.body)
      return wholeJson(ctx, id)
    }),
  )

  const response = { 200: OneRelease }
  const mark = { tags, params, body: z.object({ drill: z.boolean() }), response }
  app.put(`${address}/drill`, { config, schema: mark }, async ({ ctx, params, body }) => {
    const { id } = await markDrill(ctx, params.id, body.drill)
    return wholeJson(ctx, id)
  })

  const unmark = { tags, params, response }
  app.delete(`${address}/drill`, { config, schema: unmark }, async ({ ctx, params }) => {
    const { id } = await markDrill(ctx, params.id, null)
    return wholeJson(ctx, id)
  })
}
