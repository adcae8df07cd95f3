import { z } from 'zod'
import { type GuardSettings, token } from '../accounts/guard.ts'
import { type App, listOf, listQuery, originFor, pageAfter } from '../platform/http.ts'
import { changeSource, createSource, removeRule, rotateSecret } from './actions.ts'
import { NewSource, Rotation, SourceChange } from './model.ts'
import { type ShownSource, shownSource, sourcesOverview } from './overview.ts'
import { rulesOf } from './rules-store.ts'
import { sourceById } from './store.ts'

const SourceJson = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.string()).describe('What its kind asks for, by name.'),
  address: z.string().nullable().describe('Where the tool posts to.'),
  seen_at: z.string().nullable(),
  last_error: z.string().nullable(),
  last_error_at: z.string().nullable(),
  disabled_at: z.string().nullable(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
const secret = z.string().nullable().describe('Shown this once; null: the tool made it.')
const RuleJson = z.object({
  id: z.string(),
  service: z.string(),
  match: z.string().describe('`exact` or `pattern`: then `*` is any letters or none, and `?` one.'),
  environment: z.string().describe('A name or a pattern; `*` is all.'),
  component_id: z.string(),
  component_slug: z.string(),
  becomes_environment: z.string().nullable().describe('Null: it stays the one that the tool says.'),
  created_at: z.string(),
})
const params = z.object({ id: z.string().max(100) })
const read = { policy: token('sources:read') }
const write = { policy: token('sources:write') }
const tags = ['sources']

/** Sources by API. What makes a secret keeps no answer for an `Idempotency-Key`: a secret is stored nowhere. */
export async function routes(app: App, { origin }: GuardSettings) {
  readRoutes(app, origin)
  writeRoutes(app, origin)
  ruleRoutes(app)
}

type Origin = GuardSettings['origin']

function readRoutes(app: App, origin: Origin) {
  const list = { tags, querystring: listQuery, response: { 200: listOf(SourceJson) } }
  app.get('/api/v1/sources', { config: read, schema: list }, async (request) => {
    return pageAfter(await sourcesOverview(request.ctx, originFor(request, origin)), request.query)
  })

  const one = { tags, params, response: { 200: SourceJson } }
  app.get('/api/v1/sources/:id', { config: read, schema: one }, async (request): Promise<ShownSource> => {
    return shownSource(await sourceById(request.ctx, request.params.id), originFor(request, origin))
  })
}

function writeRoutes(app: App, origin: Origin) {
  const make = { tags, body: NewSource, response: { 201: SourceJson.extend({ secret }) } }
  app.post('/api/v1/sources', { config: write, schema: make }, async (request, reply) => {
    const made = await createSource(request.ctx, request.body)
    return reply
      .code(201)
      .send({ ...shownSource(made.source, originFor(request, origin)), secret: made.secret || null })
  })

  const change = { tags, params, body: SourceChange, response: { 200: SourceJson } }
  app.patch(
    '/api/v1/sources/:id',
    { config: write, schema: change },
    async (request): Promise<ShownSource> => {
      return shownSource(
        await changeSource(request.ctx, request.params.id, request.body),
        originFor(request, origin),
      )
    },
  )

  const turn = {
    tags,
    params,
    body: Rotation.nullish(),
    response: { 201: z.object({ secret, old_valid_until: z.string() }) },
  }
  app.post('/api/v1/sources/:id/rotation', { config: write, schema: turn }, async (request, reply) => {
    const { secret, old_valid_until } = await rotateSecret(
      request.ctx,
      request.params.id,
      request.body ?? { overlap_hours: 24 },
    )
    return reply.code(201).send({ secret: secret || null, old_valid_until })
  })
}

/** A rule is added by the inbox, which also replays what waited. */
function ruleRoutes(app: App) {
  const description = 'In the order of precedence: the first one that is about an event counts.'
  const list = { tags, params, description, response: { 200: listOf(RuleJson) } }
  app.get('/api/v1/sources/:id/rules', { config: read, schema: list }, async (request) => {
    const { id } = await sourceById(request.ctx, request.params.id)
    return { data: await rulesOf(request.ctx, id), next_cursor: null }
  })

  const end = { tags, params: params.extend({ rule: z.string().max(100) }) }
  app.delete('/api/v1/sources/:id/rules/:rule', { config: write, schema: end }, async (request, reply) => {
    await removeRule(request.ctx, request.params.id, request.params.rule)
    return reply.code(204).send()
  })
}
