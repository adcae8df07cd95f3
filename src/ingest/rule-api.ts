import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { NewRule } from '../sources/rules.ts'
import { mapWaiting } from './inbox.ts'
import { previewRule } from './rule-preview.ts'

const kept = z.object({
  id: z.string().describe('Of the rule.'),
  component_id: z.string(),
  replayed: z.number(),
})
const about = z.object({
  service: z.string(),
  match: z.string(),
  environment: z.string(),
  component_id: z.string(),
  becomes_environment: z.string().nullable(),
})
const other = about.extend({ id: z.string(), component_slug: z.string() })
const events = z.object({
  count: z.number(),
  newest: z.array(
    z.object({
      id: z.string(),
      delivery_id: z.string().nullable(),
      received_at: z.string(),
      type: z.string(),
      service: z.string(),
      environment: z.string().describe('As the tool says it.'),
      version: z.string().nullable(),
      release_id: z.string().nullable(),
      component: z.string().nullable().describe('Where it went; null: it waits.'),
      in_environment: z.string().nullable(),
      would_be_in: z.string().describe('The environment by this rule.'),
    }),
  ),
})
const preview = z.object({
  rule: about.extend({ component: z.string() }),
  since: z.string().describe('What went elsewhere before is not looked at.'),
  waiting: events.describe('They would be replayed when the rule is added.'),
  elsewhere: events.describe('They would go elsewhere by this rule today, and stay where they are.'),
  there_already: z.number(),
  replaces: other.nullable().describe('The rule about the very same, which would point here instead.'),
  conflicts: z.array(
    other.extend({ comes_first: z.boolean().describe('Whether it counts where both are about the same.') }),
  ),
  new_environment: z.string().nullable().describe('Nothing was ever released in it.'),
})

/** A rule belongs to its source; it is added here, because what waited is replayed with it. */
export function ruleRoutes(app: App) {
  const tags = ['sources']
  const params = z.object({ id: z.string().max(100) })
  const rule = {
    tags,
    params,
    description: 'Says which component a service is, by name or pattern, and replays what waited for it.',
    body: NewRule,
    response: { 201: kept },
  }
  const write = { policy: token('sources:write') }
  app.post('/api/v1/sources/:id/rules', { config: write, schema: rule }, (request, reply) =>
    once(request, reply, (ctx) => mapWaiting(ctx, { source_id: request.params.id, ...request.body })),
  )

  const look = {
    tags,
    params,
    description: 'What a rule would do, were it added now. Nothing is changed.',
    body: NewRule,
    response: { 200: preview },
  }
  const read = { policy: token('sources:read') }
  app.post('/api/v1/sources/:id/rules/preview', { config: read, schema: look }, (request) =>
    previewRule(request.ctx, request.params.id, request.body),
  )
}
