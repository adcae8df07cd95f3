import { z } from 'zod'
import { allowFromAnywhere } from '../accounts/elsewhere.ts'
import { anyoneOr, hasToken, token } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { type App, listOf, listQuery, pageAfter } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import {
  archiveComponent,
  createComponent,
  editComponent,
  moveComponent,
  restoreComponent,
  setStatusByHand,
} from './actions.ts'
import { groupRoutes } from './groups-api.ts'
import { LiveVersion, liveJson, liveVersions } from './live.ts'
import {
  ComponentChange,
  componentStatuses,
  Move,
  NewComponent,
  StatusByHand,
  visibilities,
} from './model.ts'
import { withStatus } from './overview.ts'
import { listPublicComponents, PublicComponent, publicComponent } from './public.ts'
import { type Component, componentByIdOrSlug, listComponents } from './store.ts'
import { uptimeRoutes } from './uptime-api.ts'

const ComponentJson = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  group: z.object({ id: z.string(), name: z.string() }).nullable(),
  visibility: z.enum(visibilities),
  position: z.int(),
  started_on: z.string(),
  status: z.enum(componentStatuses),
  live: z.array(LiveVersion),
  archived_at: z.string().nullable(),
  owners: z.string(),
  owners_url: z.string(),
  chat_url: z.string(),
  runbook_url: z.string(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
const params = z.object({ component: z.string().max(100).describe('A slug or an id.') })
const read = { policy: anyoneOr('components:read'), kept: {} }
const readList = { ...read, kept: { query: ['cursor', 'limit', 'archived'] } }
const write = { policy: token('components:write') }
const tags = ['components']
const address = '/api/v1/components'

/** Components by API: whatever the operators' page does. */
export async function routes(app: App) {
  readRoutes(app)
  writeRoutes(app)
  stateRoutes(app)
  await groupRoutes(app)
  await uptimeRoutes(app)
}

function readRoutes(app: App) {
  const query = listQuery.extend({ archived: z.stringbool().optional() })
  const list = {
    tags,
    querystring: query,
    response: { 200: listOf(z.union([ComponentJson, PublicComponent])) },
  }
  allowFromAnywhere(app, address, `${address}/:component`)
  app.get(address, { config: readList, schema: list }, async ({ ctx, query }) => {
    if (!hasToken(ctx)) return listPublicComponents(ctx, query)
    const all = await listComponents(ctx, { archived: query.archived === true })
    const { data, next_cursor } = pageAfter(all, query)
    return { data: await json(ctx, data), next_cursor }
  })

  const one = { tags, params, response: { 200: z.union([ComponentJson, PublicComponent]) } }
  app.get(`${address}/:component`, { config: read, schema: one }, async ({ ctx, params }) => {
    if (!hasToken(ctx)) return publicComponent(ctx, params.component)
    return single(ctx, await componentByIdOrSlug(ctx, params.component))
  })
}

function writeRoutes(app: App) {
  const make = { tags, body: NewComponent, response: { 201: ComponentJson } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, async (ctx) => single(ctx, await createComponent(ctx, request.body))),
  )

  const edit = { tags, params, body: ComponentChange, response: { 200: ComponentJson } }
  app.patch(`${address}/:component`, { config: write, schema: edit }, async (request) => {
    const { id } = await componentByIdOrSlug(request.ctx, request.params.component)
    return single(request.ctx, await editComponent(request.ctx, id, request.body))
  })

  app.delete(`${address}/:component`, { config: write, schema: { tags, params } }, async (request, reply) => {
    const { id } = await componentByIdOrSlug(request.ctx, request.params.component)
    await archiveComponent(request.ctx, id)
    return reply.code(204).send()
  })
}

function stateRoutes(app: App) {
  const response = { 200: ComponentJson }
  const restore = { tags, params, response }
  app.post(`${address}/:component/restoration`, { config: write, schema: restore }, async (request) => {
    const { id } = await componentByIdOrSlug(request.ctx, request.params.component)
    return single(request.ctx, await restoreComponent(request.ctx, id))
  })

  const status = { tags, params, body: StatusByHand, response }
  app.put(`${address}/:component/status`, { config: write, schema: status }, async (request) => {
    const component = await componentByIdOrSlug(request.ctx, request.params.component)
    await setStatusByHand(request.ctx, { component_id: component.id, status: request.body.status })
    return single(request.ctx, component)
  })

  const move = { tags, params, body: Move, response }
  app.put(`${address}/:component/position`, { config: write, schema: move }, async (request) => {
    const { id } = await componentByIdOrSlug(request.ctx, request.params.component)
    return single(request.ctx, await moveComponent(request.ctx, id, request.body))
  })
}

async function json(ctx: Context, components: Component[]) {
  const shown = await withStatus(ctx, components)
  const live = Map.groupBy(await liveVersions(ctx), (version) => version.component_id)
  return shown.map(({ group_id, group_name, ...component }) => ({
    ...component,
    live: (live.get(component.id) ?? []).map(liveJson),
    group: group_id && group_name ? { id: group_id, name: group_name } : null,
    visibility: component.visibility as (typeof visibilities)[number],
  }))
}

async function single(ctx: Context, component: Component) {
  const [one] = await json(ctx, [component])
  if (!one) throw new Error('one component in, one component out')
  return one
}
