import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { listEnvironments } from '../releases/environments.ts'
import { type OverviewFilter, rollbackOverview } from './overview.ts'

const time = z.string().nullable()
const duration = z.number().nullable()
const component = z.object({ id: z.string(), slug: z.string(), name: z.string() })

const SummaryJson = z.object({
  quarters: z.array(z.object({ quarter: z.string(), from: z.string(), until: z.string() })),
  /** Newest quarter first, and only where anything happened. */
  counts: z.array(
    z.object({
      component,
      environment: z.string(),
      quarter: z.string(),
      releases: z.int(),
      rollbacks: z.int(),
      rolled_forward: z.int(),
      drills: z.int(),
      incidents: z.int(),
      share: z.number().nullable(),
      seconds_back: duration,
      seconds_back_in_drills: duration,
      seconds_to_release: duration,
      is_slower: z.boolean(),
    }),
  ),
  /** When each way back was last walked, for need or as a drill; null: never. */
  walked: z.array(
    z.object({
      component,
      environment: z.string(),
      release_id: z.string().nullable(),
      walked_at: time,
      was_drill: z.boolean(),
      took_seconds: duration,
    }),
  ),
})

const query = z.object({
  component: z.string().max(100).optional().describe('A slug or an id.'),
  environment: z.string().max(200).optional(),
  quarter: z.string().max(20).optional().describe('As 2026Q4; the last four when left out.'),
})

/** The numbers of `/admin/rollbacks`, for a token. */
export function overviewApiRoutes(app: App) {
  const schema = {
    tags: ['rollbacks'],
    summary: 'How often, how fast, and when the way back was last walked',
    querystring: query,
    response: { 200: SummaryJson },
  }
  const config = { policy: token('releases:read') }
  app.get('/api/v1/rollbacks/summary', { config, schema }, async ({ ctx, query }) => summary(ctx, query))
}

async function summary(ctx: Context, filter: OverviewFilter): Promise<z.output<typeof SummaryJson>> {
  const { quarters, counts, walks } = await rollbackOverview(ctx, filter)
  const all = [...(await listComponents(ctx)), ...(await listComponents(ctx, { archived: true }))]
  const components = new Map(all.map(({ id, slug, name }) => [id, { id, slug, name }]))
  const environments = new Map((await listEnvironments(ctx)).map(({ id, name }) => [id, name]))
  return {
    quarters: quarters.map(({ quarter, from, until }) => ({ quarter, from, until })),
    counts: counts.flatMap(({ component_id, environment_id, ...numbers }) => {
      const component = components.get(component_id)
      return component ? [{ component, environment: environments.get(environment_id) ?? '', ...numbers }] : []
    }),
    walked: walks.map(({ environment_id, ...walk }) => walk),
  }
}
