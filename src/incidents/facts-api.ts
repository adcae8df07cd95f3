import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { componentStatuses } from '../components/model.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { editImpacts, ImpactsChange } from './impact-edits.ts'
import { IncidentJson, incidentJson } from './json.ts'
import { Merger, mergeIncident, splitIncident } from './merging.ts'
import { type Incident, impactsOf, incidentById } from './store.ts'
import { hideIncident, publishIncident } from './visibility-actions.ts'
import { wholeIncident } from './whole.ts'

const params = z.object({ id: z.string().max(100) })
const read = { policy: token('incidents:read') }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incidents/:id'

const ImpactsJson = z.object({
  /** The incident's: send it back with a change. */
  version: z.int(),
  data: z.array(
    z.object({
      id: z.string(),
      component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
      status: z.enum(componentStatuses),
      started_at: z.string(),
      ended_at: z.string().nullable(),
    }),
  ),
})

/** The facts of an incident afterwards, by API: what it did as intervals, who may read of it, whose duplicate it is. */
export function factsApiRoutes(app: App) {
  const impacts = { tags, params, response: { 200: ImpactsJson } }
  app.get(`${address}/impacts`, { config: read, schema: impacts }, async ({ ctx, params }) =>
    impactsJson(ctx, await incidentById(ctx, params.id)),
  )
  const put = { ...impacts, body: ImpactsChange }
  app.put(`${address}/impacts`, { config: write, schema: put }, async ({ ctx, params, body }) =>
    impactsJson(ctx, await editImpacts(ctx, params.id, body)),
  )

  const one = { tags, params, response: { 200: IncidentJson } }
  const whole = async (ctx: Context, incident: Incident) => incidentJson(await wholeIncident(ctx, incident))
  app.post(`${address}/publication`, { config: write, schema: one }, async ({ ctx, params }) =>
    whole(ctx, await publishIncident(ctx, params.id)),
  )
  app.delete(`${address}/publication`, { config: write, schema: one }, async ({ ctx, params }) =>
    whole(ctx, await hideIncident(ctx, params.id)),
  )
  const merge = { ...one, body: Merger }
  app.post(`${address}/merger`, { config: write, schema: merge }, async ({ ctx, params, body }) =>
    whole(ctx, await mergeIncident(ctx, params.id, body)),
  )
  app.delete(`${address}/merger`, { config: write, schema: one }, async ({ ctx, params }) =>
    whole(ctx, await splitIncident(ctx, params.id)),
  )
}

async function impactsJson(ctx: Context, incident: Incident): Promise<z.output<typeof ImpactsJson>> {
  const impacts = await impactsOf(ctx, [incident.id])
  const data = impacts.map(({ id, component_id, slug, name, status, started_at, ended_at }) => ({
    id,
    component: { id: component_id, slug, name },
    status: status as 'major_outage',
    started_at,
    ended_at,
  }))
  return { version: incident.version, data }
}
