import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { type Component, componentByIdOrSlug } from '../components/store.ts'
import type { Context } from '../platform/context.ts'
import { asksForText } from '../platform/errors.ts'
import type { App } from '../platform/http.ts'
import { oneLine } from '../platform/one-line.ts'
import { Refusal } from '../platform/refusal.ts'
import { environmentByName } from '../releases/environments.ts'
import { nameOf } from '../releases/reading.ts'
import { type Release, releaseById } from '../releases/store.ts'
import type { Lane } from './lane-store.ts'
import { readinessStates } from './model.ts'
import { RemarkJson } from './readiness-json.ts'
import { targetFor, type WayBack } from './targets.ts'

const words = z.string().nullable()
const Named = z.object({ release_id: z.string(), version: words, commit: words, live_at: words })
const TargetJson = z.object({
  component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  environment: z.string(),
  version: words,
  commit: words,
  artifact: words,
  release_id: z.string(),
  good_since: words,
  /** What is live, or the canary that the way back was asked from. */
  from: Named,
  undone: z.array(Named),
  readiness: z.enum(readinessStates).nullable(),
  warnings: z.array(RemarkJson),
})

const query = z.object({
  component: z.string('Say which component: a slug or an id.').min(1).max(100).describe('A slug or an id.'),
  environment: z.string().min(1).max(255).default('production'),
  from: z
    .string()
    .max(100)
    .optional()
    .describe(
      'A release that part of the customers have, to go back from that alone. Default: what is live.',
    ),
})

/** Asked by machines in a hurry: which version to go back to. `Accept: text/plain` gets the bare version. */
export function targetRoute(app: App) {
  const schema = {
    tags: ['rollbacks'],
    summary: 'The version to go back to',
    description:
      'The newest version that was live there and good. 409 with the reasons when there is no safe way back. With `Accept: text/plain` the answer is the bare version.',
    querystring: query,
    response: { 200: TargetJson },
  }
  const config = { policy: token('releases:read') }
  app.get('/api/v1/rollback-target', { config, schema }, async (request, reply) => {
    const answer = await wayBackJson(request.ctx, request.query)
    if (!asksForText(request)) return answer
    return reply.type('text/plain; charset=utf-8').send(`${oneLine(nameOf(answer))}\n` as never) as never
  })
}

async function wayBackJson(
  ctx: Context,
  { component: named, environment: said, from }: z.output<typeof query>,
) {
  const component = await componentByIdOrSlug(ctx, named)
  const environment = await environmentByName(ctx, said)
  if (!environment) throw new Refusal('not-found', 'There is no such environment.')
  const lane = { component_id: component.id, environment_id: environment.id }
  if (from !== undefined) await refuseElsewhere(ctx, from, lane)
  const way = await targetFor(ctx, { ...lane, from_release_id: from ?? null })
  if (!way.safe || !way.target || !way.from) throw noWayBack(component, environment.name, way)
  return TargetJson.parse({
    component,
    environment: environment.name,
    ...candidate(way.target),
    artifact: way.artifact,
    from: shortOf(way.from),
    undone: way.undone.map(shortOf),
    readiness: way.readiness?.state ?? null,
    warnings: way.warnings,
  })
}

async function refuseElsewhere(ctx: Context, id: string, lane: Lane) {
  const { component_id, environment_id } = await releaseById(ctx, id)
  if (component_id === lane.component_id && environment_id === lane.environment_id) return
  throw new Refusal('invalid', 'That release is of another component or environment.')
}

/** The no says what there would be, for who has to go back all the same. */
function noWayBack({ name }: Component, environment: string, { reasons, warnings, target, live }: WayBack) {
  const told = reasons.map(({ words }) => words).join(' ')
  return new Refusal('conflict', `There is no safe way back for ${name} in ${environment}. ${told}`, {
    reasons,
    warnings,
    candidate: target && candidate(target),
    live: live && shortOf(live),
  })
}

function candidate({ id, version, commit, artifact, live_at }: Release) {
  return { release_id: id, version, commit, artifact, good_since: live_at }
}

function shortOf({ id, version, commit, live_at }: Release) {
  return { release_id: id, version, commit, live_at }
}
