import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { type App, listOf, listQuery, originFor, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { NewRollbackRequest } from './request-input.ts'
import { RollbackRequestJson, requestJson } from './request-json.ts'
import { listRequests, requestById } from './request-store.ts'
import { wholeRequest } from './request-whole.ts'
import { requestRollback, withdrawRequest } from './requests.ts'

const address = '/api/v1/rollback-requests'
const tags = ['rollbacks']
const params = z.object({ id: z.string().max(100) })
const read = { policy: token('releases:read') }
const write = { policy: token('releases:write') }

/** Asking for a rollback by API, and following it. */
export function requestRoutes(app: App, { origin }: { origin: string | null }) {
  const make = {
    tags,
    summary: 'Roll back now',
    description:
      'Asks the component’s receiver. 201 with a new request; 200 with the one that stands already: two who press at once make one rollback. 409 when there is no safe way back, with the reasons.',
    body: NewRollbackRequest,
    response: { 200: RollbackRequestJson, 201: RollbackRequestJson },
  }
  app.post(address, { config: write, schema: make }, (request, reply) => {
    let is_new = true
    const work = async (ctx: Context) => {
      const { request: asked, made } = await requestRollback(ctx, request.body, originFor(request, origin))
      is_new = made
      return requestJson(await wholeRequest(ctx, asked))
    }
    return once(request, reply, work, () => (is_new ? 201 : 200))
  })

  const list = { tags, querystring: listQuery, response: { 200: listOf(RollbackRequestJson) } }
  app.get(address, { config: read, schema: list }, async ({ ctx, query }) => {
    const { data, next_cursor } = pageOf(await listRequests(ctx, query), query.limit)
    return {
      data: await Promise.all(data.map(async (one) => requestJson(await wholeRequest(ctx, one)))),
      next_cursor,
    }
  })

  const one = { tags, params, response: { 200: RollbackRequestJson } }
  app.get(`${address}/:id`, { config: read, schema: one }, async ({ ctx, params }) =>
    requestJson(await wholeRequest(ctx, await requestById(ctx, params.id))),
  )

  const withdraw = { tags, summary: 'Take a request back', params, response: { 200: RollbackRequestJson } }
  app.delete(`${address}/:id`, { config: write, schema: withdraw }, async ({ ctx, params }) =>
    requestJson(await wholeRequest(ctx, await withdrawRequest(ctx, params.id))),
  )
}
