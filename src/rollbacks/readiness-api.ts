import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import type { App } from '../platform/http.ts'
import { BadMark, clearBad, markBad } from '../releases/bad.ts'
import { planOf, setPlan } from './plan-actions.ts'
import { answerReadiness } from './readiness-actions.ts'
import { PlanChange, ReadinessChange } from './readiness-input.ts'
import { BadJson, badJson, PlanJson, planJson, ReadinessJson, readinessJson } from './readiness-json.ts'
import { readinessOf } from './readiness-of.ts'

const params = z.object({ id: z.string().max(100) })
const release = '/api/v1/releases/:id'
const tags = ['releases']

/** How well releases can be taken back, what is said of it, and what is never to be gone back to. */
export function readinessRoutes(app: App) {
  releaseRoutes(app)
  badRoutes(app)
  planRoutes(app)
}

function releaseRoutes(app: App) {
  const response = { 200: ReadinessJson }
  const read = { config: { policy: token('releases:read') }, schema: { tags, params, response } }
  app.get(`${release}/readiness`, read, async ({ ctx, params }) =>
    readinessJson(await readinessOf(ctx, params.id)),
  )

  const answer = { tags, params, body: ReadinessChange, response }
  const write = { config: { policy: token('releases:write') }, schema: answer }
  app.put(`${release}/readiness`, write, async ({ ctx, params, body }) =>
    readinessJson(await answerReadiness(ctx, params.id, body)),
  )
}

function badRoutes(app: App) {
  const config = { policy: token('releases:write') }
  const response = { 200: BadJson }
  const mark = { config, schema: { tags, params, body: BadMark, response } }
  app.put(`${release}/bad`, mark, async ({ ctx, params, body }) =>
    badJson(await markBad(ctx, params.id, body)),
  )

  const clear = { config, schema: { tags, params, response } }
  app.delete(`${release}/bad`, clear, async ({ ctx, params }) => badJson(await clearBad(ctx, params.id)))
}

function planRoutes(app: App) {
  const plan = '/api/v1/components/:id/rollback-plan'
  const one = z.object({ id: z.string().max(100).describe('A slug or an id.') })
  const shape = { tags: ['components'], params: one, response: { 200: PlanJson } }
  app.get(plan, { config: { policy: token('components:read') }, schema: shape }, async ({ ctx, params }) => {
    const { id } = await componentByIdOrSlug(ctx, params.id)
    return planJson(await planOf(ctx, id))
  })

  const set = { config: { policy: token('components:write') }, schema: { ...shape, body: PlanChange } }
  app.put(plan, set, async ({ ctx, params, body }) => {
    const { id } = await componentByIdOrSlug(ctx, params.id)
    return planJson(await setPlan(ctx, id, body))
  })
}
