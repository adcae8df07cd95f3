import { z } from 'zod'
import { allowFromAnywhere } from '../accounts/elsewhere.ts'
import { anyoneOr, hasToken } from '../accounts/guard.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import { impactsBetween, workOn } from './impacts.ts'
import { publicComponent } from './public.ts'
import { publicImpacts } from './public-impacts.ts'
import { componentByIdOrSlug } from './store.ts'
import { reportSince, UptimeReport, uptimeReport } from './uptime-report.ts'

const ComponentUptime = UptimeReport.extend({
  component: z.object({ id: z.string(), slug: z.string(), name: z.string(), started_on: z.string() }),
})
const params = z.object({ component: z.string().max(100).describe('A slug or an id.') })
const config = { policy: anyoneOr('components:read'), kept: {} }

/** How much of the time a component worked: from what customers may know, or with a token from everything. */
export async function uptimeRoutes(app: App) {
  const schema = { tags: ['components'], params, response: { 200: ComponentUptime } }
  allowFromAnywhere(app, '/api/v1/components/:component/uptime')
  app.get('/api/v1/components/:component/uptime', { config, schema }, ({ ctx, params }) =>
    hasToken(ctx) ? wholeUptime(ctx, params.component) : publicUptime(ctx, params.component),
  )
}

async function publicUptime(ctx: Context, name: string) {
  const component = await publicComponent(ctx, name)
  const clock = await clockOf(ctx)
  const impacts = await publicImpacts(ctx, { since: reportSince(clock), component_id: component.id })
  return answer(component, uptimeReport({ ...clock, impacts, started_on: component.started_on }))
}

async function wholeUptime(ctx: Context, name: string) {
  const component = await componentByIdOrSlug(ctx, name)
  const clock = await clockOf(ctx)
  const since = reportSince(clock)
  const impacts = [
    ...(await impactsBetween(ctx, since, clock.now, component.id)),
    ...(await workOn(ctx, { component_id: component.id, since })),
  ]
  return answer(component, uptimeReport({ ...clock, impacts, started_on: component.started_on }))
}

async function clockOf(ctx: Context) {
  const { time_zone } = await readSite(ctx)
  return { time_zone, now: nowText(ctx) }
}

type Named = z.output<typeof ComponentUptime>['component']

function answer({ id, slug, name, started_on }: Named, report: UptimeReport) {
  return { component: { id, slug, name, started_on }, ...report }
}
