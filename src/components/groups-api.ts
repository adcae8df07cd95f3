import { z } from 'zod'
import { anyoneOr, hasToken, token } from '../accounts/guard.ts'
import { type App, listOf, listQuery, pageAfter } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { createGroup, editGroup, moveGroup, removeGroup } from './groups.ts'
import { GroupChange, Move, NewGroup } from './model.ts'
import { listComponents, listGroups } from './store.ts'

const GroupJson = z.object({
  id: z.string(),
  name: z.string(),
  position: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
const params = z.object({ id: z.string().max(100) })
const write = { policy: token('components:write') }
const tags = ['groups']
const address = '/api/v1/groups'

/** Groups by API. Without a token only those that hold something public. */
export async function groupRoutes(app: App) {
  const config = { policy: anyoneOr('components:read') }
  const list = { tags, querystring: listQuery, response: { 200: listOf(GroupJson) } }
  app.get(address, { config, schema: list }, async ({ ctx, query }) => {
    const components = await listComponents(ctx)
    const open = new Set(components.filter((one) => one.visibility === 'public').map((one) => one.group_id))
    const groups = (await listGroups(ctx)).filter((group) => hasToken(ctx) || open.has(group.id))
    return pageAfter(groups, query)
  })

  const make = { tags, body: NewGroup, response: { 201: GroupJson } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, (ctx) => createGroup(ctx, request.body)),
  )

  const edit = { tags, params, body: GroupChange, response: { 200: GroupJson } }
  app.patch(`${address}/:id`, { config: write, schema: edit }, async (request) =>
    editGroup(request.ctx, request.params.id, request.body),
  )

  const move = { tags, params, body: Move, response: { 200: GroupJson } }
  app.put(`${address}/:id/position`, { config: write, schema: move }, async (request) =>
    moveGroup(request.ctx, request.params.id, request.body),
  )

  app.delete(`${address}/:id`, { config: write, schema: { tags, params } }, async (request, reply) => {
    await removeGroup(request.ctx, request.params.id)
    return reply.code(204).send()
  })
}
