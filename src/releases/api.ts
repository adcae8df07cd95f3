import { z } from 'zod'
import { allowFromAnywhere } from '../accounts/elsewhere.ts'
import { anyoneOr, hasToken, token } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { type App, listOf, listQuery, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { releaseKinds } from '../sources/events.ts'
import { correctKind } from './actions.ts'
import { withAvailable } from './available.ts'
import { HandRelease, recordByHand } from './by-hand.ts'
import { drillWarnings } from './drills.ts'
import { changeTier, listEnvironments } from './environments.ts'
import type { ReleaseFilter } from './filter.ts'
import { releaseStates, tiers } from './model.ts'
import { listPublicReleases, PublicRelease, publicRelease } from './public.ts'
import { asEvents, eventsTold, type ReleaseView, readRelease, readReleases, stepsTold } from './reading.ts'
import { remarksOn } from './remarks.ts'
import { nodesOf } from './rollout.ts'

const time = z.string().nullable()
const words = z.string().nullable()

const ReleaseJson = z.object({
  id: z.string(),
  component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  environment: z.string(),
  source: z.object({ id: z.string(), name: z.string() }),
  scope: z.string(),
  run_key: z.string(),
  version: words,
  commit: words,
  ref: words,
  kind: z.enum(releaseKinds),
  kind_by: z.enum(['tool', 'history', 'operator']),
  corrected_kind: z.enum(releaseKinds).nullable(),
  state: z.enum([...releaseStates, 'lost']),
  outcome: z.enum(['succeeded', 'failed', 'cancelled']).nullable(),
  percent: z.number().nullable(),
  /** The most customers it ever had. */
  most_percent: z.number().nullable(),
  dark_at: time,
  asked_at: time,
  rollback_request_id: words,
  drill_at: time,
  attempt: z.int(),
  previous_version: words,
  drift_version: words,
  previous_release_id: words,
  reverts_release_id: words,
  restores_release_id: words,
  undone_by_release_id: words,
  superseded_by_release_id: words,
  started_at: time,
  first_exposed_at: time,
  live_at: time,
  finished_at: time,
  undone_at: time,
  took_seconds: z.number().nullable(),
  deadline_at: time,
  skewed_at: time,
  backfilled_at: time,
  last_event_at: z.string(),
  actor_name: words,
  message: words,
  reason: words,
  run_url: words,
  target_url: words,
  commit_url: words,
  changelog_url: words,
  bad_at: time,
  bad_reason: words,
  bad_by: words,
  artifact: words,
  rollback: z.record(z.string(), z.unknown()).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
/** One release with what a list leaves out: its way to the customers, and what to know besides. */
export const OneRelease = ReleaseJson.extend({
  /** Where nodes report each for itself; null where none does. `failing` names 20 of them at most. */
  nodes: z.object({ heard: z.int(), ok: z.int(), failed: z.int(), failing: z.array(z.string()) }).nullable(),
  steps: z.array(z.object({ percent: z.number(), dark: z.boolean(), at: z.string(), until: time })),
  warnings: z.array(z.object({ code: z.string(), words: z.string() })),
})
const EnvironmentJson = z.object({
  name: z.string(),
  tier: z.enum(tiers),
  position: z.int(),
  created_at: z.string(),
})
const query = listQuery.extend({
  component: z.string().max(100).optional().describe('A slug or an id.'),
  environment: z.string().max(200).optional(),
  state: z.enum([...releaseStates, 'lost']).optional(),
  kind: z.enum(releaseKinds).optional(),
})
const params = z.object({ id: z.string().max(100) })
const read = { policy: token('releases:read') }
const write = { policy: token('releases:write') }
const tags = ['releases']
const address = '/api/v1/releases'

/** Releases by API: whatever the operators' pages do. */
export async function routes(app: App) {
  readRoutes(app)
  writeRoutes(app)
  environmentRoutes(app)
}

function readRoutes(app: App) {
  const config = { policy: anyoneOr('releases:read'), kept: {} }
  const filtered = { ...config, kept: { query: Object.keys(query.shape) } }
  const either = z.union([ReleaseJson, PublicRelease])
  const list = { tags, querystring: query, response: { 200: listOf(either) } }
  allowFromAnywhere(app, address, '/api/v1/rollbacks', `${address}/:id`)
  app.get(address, { config: filtered, schema: list }, ({ ctx, query }) => listed(ctx, query))

  const rollbacks = { ...list, querystring: query.omit({ kind: true }) }
  app.get('/api/v1/rollbacks', { config: filtered, schema: rollbacks }, ({ ctx, query }) =>
    listed(ctx, { ...query, kind: 'rollback' }),
  )

  const one = { tags, params, response: { 200: z.union([OneRelease, PublicRelease]) } }
  app.get(`${address}/:id`, { config, schema: one }, async ({ ctx, params }) =>
    hasToken(ctx) ? wholeJson(ctx, params.id) : publicRelease(ctx, params.id),
  )
}

async function listed(ctx: Context, query: ReleaseFilter) {
  if (!hasToken(ctx)) return listPublicReleases(ctx, query)
  const { data, next_cursor } = pageOf(await readReleases(ctx, query), query.limit)
  return { data: data.map(json), next_cursor }
}

function writeRoutes(app: App) {
  const make = { tags, body: HandRelease, response: { 201: OneRelease } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, async (ctx) => {
      const { id } = await recordByHand(ctx, request.body)
      return wholeJson(ctx, id)
    }),
  )

  const correct = {
    tags,
    params,
    body: z.object({ kind: z.enum(releaseKinds) }),
    response: { 200: ReleaseJson },
  }
  app.put(`${address}/:id/kind`, { config: write, schema: correct }, async (request) => {
    const { id } = await correctKind(request.ctx, request.params.id, request.body.kind)
    return json(await readRelease(request.ctx, id))
  })

  const uncorrect = { tags, params, response: { 200: ReleaseJson } }
  app.delete(`${address}/:id/kind`, { config: write, schema: uncorrect }, async (request) => {
    const { id } = await correctKind(request.ctx, request.params.id, null)
    return json(await readRelease(request.ctx, id))
  })
}

function environmentRoutes(app: App) {
  const list = { tags, response: { 200: listOf(EnvironmentJson) } }
  app.get('/api/v1/environments', { config: read, schema: list }, async (request) => ({
    data: EnvironmentJson.array().parse(await listEnvironments(request.ctx)),
    next_cursor: null,
  }))

  const change = {
    tags,
    params: z.object({ name: z.string().max(200) }),
    body: z.object({ tier: z.enum(tiers) }),
    response: { 200: EnvironmentJson },
  }
  const admin = { policy: token('admin') }
  app.put('/api/v1/environments/:name', { config: admin, schema: change }, async (request) =>
    EnvironmentJson.parse(await changeTier(request.ctx, request.params.name, request.body.tier)),
  )
}

/** One release as tokens read it. */
export async function wholeJson(ctx: Context, id: string): Promise<z.output<typeof OneRelease>> {
  const release = await withAvailable(ctx, await readRelease(ctx, id))
  const events = asEvents(await eventsTold(ctx, id))
  const steps = await stepsTold(ctx, release, events)
  const warnings = [...remarksOn(release), ...(await drillWarnings(ctx, release))]
  return { ...json(release), nodes: nodesOf(events), steps, warnings }
}

function json(release: ReleaseView): z.output<typeof ReleaseJson> {
  const { component_id: id, component_slug: slug, component_name: name } = release
  const source = { id: release.source_id, name: release.source_name }
  return ReleaseJson.parse({ ...release, component: { id, slug, name }, source })
}
