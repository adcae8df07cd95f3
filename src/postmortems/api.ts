import { z } from 'zod'
import { allowFromAnywhere } from '../accounts/elsewhere.ts'
import { anyoneOr, hasToken, token } from '../accounts/guard.ts'
import { incidentById } from '../incidents/store.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { publishPostmortem, savePostmortem, theOne, unpublishPostmortem } from './actions.ts'
import { itemRoutes } from './items-api.ts'
import { PostmortemJson, PublicPostmortemJson, postmortemJson } from './json.ts'
import { PostmortemText } from './model.ts'
import { draftFor, publicPostmortem } from './reading.ts'

const params = z.object({ id: z.string().max(100) })
const read = { policy: anyoneOr('incidents:read'), kept: {} }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incidents/:id/postmortem'

/** What was learned from incidents, by API: whatever the operators' pages do. */
export async function routes(app: App) {
  const one = { tags, params, response: { 200: z.union([PostmortemJson, PublicPostmortemJson]) } }
  allowFromAnywhere(app, address)
  app.get(address, { config: read, schema: one }, async ({ ctx, params }) =>
    hasToken(ctx) ? json(ctx, params.id) : publicPostmortem(ctx, params.id),
  )

  const draft = { tags, params, response: { 200: z.object({ body: z.string() }) } }
  const config = { policy: token('incidents:read') }
  app.get(`${address}/draft`, { config, schema: draft }, async ({ ctx, params }) => ({
    body: await draftFor(ctx, await incidentById(ctx, params.id)),
  }))

  const schema = { tags, params, response: { 200: PostmortemJson } }
  const put = { ...schema, body: PostmortemText }
  app.put(address, { config: write, schema: put }, async ({ ctx, params, body }) => {
    await savePostmortem(ctx, params.id, body)
    return json(ctx, params.id)
  })

  app.put(`${address}/publication`, { config: write, schema }, async ({ ctx, params }) => {
    await publishPostmortem(ctx, params.id)
    return json(ctx, params.id)
  })

  app.delete(`${address}/publication`, { config: write, schema }, async ({ ctx, params }) => {
    await unpublishPostmortem(ctx, params.id)
    return json(ctx, params.id)
  })
  itemRoutes(app)
}

async function json(ctx: Context, incident_id: string) {
  const incident = await incidentById(ctx, incident_id)
  return postmortemJson(ctx, incident, await theOne(ctx, incident_id))
}
