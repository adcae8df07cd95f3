import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { type App, listOf, listQuery, pageAfter } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { discardDraft, ownDraft, saveDraft } from './drafts.ts'
import { publishDraft } from './drafts-publishing.ts'
import { type Draft, listDrafts } from './drafts-store.ts'
import { IncidentJson, incidentJson } from './json.ts'
import { moment } from './model.ts'
import { ownerOf } from './owner.ts'
import { incidentById } from './store.ts'
import { wholeIncident } from './whole.ts'

const text = z.string().nullable()
const DraftJson = z.object({
  id: z.string(),
  owner_name: z.string(),
  incident_id: text,
  fields: z
    .record(z.string(), z.string())
    .nullable()
    .describe('What was typed; null in the draft of somebody else.'),
  publish_at: text,
  failed_because: text,
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
const NewDraft = z.object({
  incident_id: z.string().max(100).nullish(),
  fields: z
    .record(z.string().max(200), z.string().max(20_000))
    .describe(
      'As the fields of the form: title, body, state, cause, status_<component id>, next_update_clock …',
    ),
  publish_at: moment.nullish(),
  version: z.int().optional(),
})

const params = z.object({ id: z.string().max(100) })
const read = { policy: token('incidents:read') }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incident-drafts'

/** What waits to be published, by API: each token has drafts of its own, and sees that others have some. */
export function draftRoutes(app: App) {
  const list = { tags, querystring: listQuery, response: { 200: listOf(DraftJson) } }
  app.get(address, { config: read, schema: list }, async ({ ctx, query }) => {
    const owner = ownerOf(ctx)
    return pageAfter(
      (await listDrafts(ctx)).map((draft) => seenBy(owner, draft)),
      query,
    )
  })
  const one = { tags, params, response: { 200: DraftJson } }
  app.get(`${address}/:id`, { config: read, schema: one }, async ({ ctx, params }) =>
    ownDraft(ctx, params.id),
  )

  const make = { tags, body: NewDraft, response: { 201: DraftJson } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, (ctx) => {
      const { incident_id = null, ...given } = request.body
      return saveDraft(ctx, { incident_id, ...given })
    }),
  )
  app.delete(`${address}/:id`, { config: write, schema: { tags, params } }, async (request, reply) => {
    await discardDraft(request.ctx, request.params.id)
    return reply.code(204).send()
  })

  const publish = { tags, params, response: { 201: IncidentJson } }
  app.post(`${address}/:id/publication`, { config: write, schema: publish }, (request, reply) =>
    once(request, reply, async (ctx) => {
      const id = await publishDraft(ctx, await ownDraft(ctx, request.params.id))
      return incidentJson(await wholeIncident(ctx, await incidentById(ctx, id)))
    }),
  )
}

function seenBy(owner: string, draft: Draft) {
  return { ...draft, fields: draft.owner === owner ? draft.fields : null }
}
