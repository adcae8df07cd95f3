import { z } from 'zod'
import { allowFromAnywhere } from '../accounts/elsewhere.ts'
import { anyoneOr, hasToken, token } from '../accounts/guard.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { type App, listOf, listQuery, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { readSite } from '../site/store.ts'
import { deleteIncident, editIncident, restoreIncident } from './actions.ts'
import { deskRoutes } from './desk-api.ts'
import { factsApiRoutes } from './facts-api.ts'
import { IncidentJson, incidentJson, SuspectJson } from './json.ts'
import { IncidentChange, moment } from './model.ts'
import { noteApiRoutes } from './notes-api.ts'
import { listPublicIncidents, publicIncident } from './public.ts'
import { publicSameAs } from './public-duplicates.ts'
import { PublicIncident } from './public-fields.ts'
import { logIncident, ToldIncident } from './retrospective.ts'
import { incidentById, incidentFilters, listIncidents } from './store.ts'
import { reasonFor } from './suspect-words.ts'
import { suspectsFor } from './suspects.ts'
import { undoable } from './undo.ts'
import { updateRoutes } from './updates-api.ts'
import { wholeIncident, wholeIncidents } from './whole.ts'

const params = z.object({ id: z.string().max(100) })
const read = { policy: anyoneOr('incidents:read'), kept: {} }
const readList = { ...read, kept: { query: ['cursor', 'limit', 'show'] } }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incidents'

/** Incidents by API: whatever the operators' pages do. */
export async function routes(app: App) {
  readRoutes(app)
  writeRoutes(app)
  suspectRoutes(app)
  await updateRoutes(app)
  factsApiRoutes(app)
  noteApiRoutes(app)
  deskRoutes(app)
}

function readRoutes(app: App) {
  const query = listQuery.extend({ show: z.enum(incidentFilters).default('all') })
  const list = {
    tags,
    querystring: query,
    response: { 200: listOf(z.union([IncidentJson, PublicIncident])) },
  }
  allowFromAnywhere(app, address, `${address}/:id`)
  app.get(address, { config: readList, schema: list }, async ({ ctx, query }) => {
    if (!hasToken(ctx)) return listPublicIncidents(ctx, query)
    const { data, next_cursor } = pageOf(await listIncidents(ctx, query), query.limit)
    return { data: (await wholeIncidents(ctx, data)).map(incidentJson), next_cursor }
  })

  const one = { tags, params, response: { 200: z.union([IncidentJson, PublicIncident]) } }
  app.get(`${address}/:id`, { config: read, schema: one }, async ({ ctx, params }, reply) => {
    if (!hasToken(ctx)) {
      const into = await publicSameAs(ctx, params.id)
      if (into) return reply.redirect(`${address}/${into}`, 303)
      return publicIncident(ctx, params.id)
    }
    return incidentJson(await wholeIncident(ctx, await incidentById(ctx, params.id)))
  })
}

function writeRoutes(app: App) {
  const make = { tags, body: ToldIncident, response: { 201: IncidentJson } }
  app.post(address, { config: write, schema: make }, (request, reply) =>
    once(request, reply, async (ctx) => {
      const given = { what: 'declaration' as const, incident_id: null }
      return wholeIncident(ctx, await undoable(ctx, given, (ctx) => logIncident(ctx, request.body)))
    }),
  )

  const edit = { tags, params, body: IncidentChange, response: { 200: IncidentJson } }
  app.patch(`${address}/:id`, { config: write, schema: edit }, async ({ ctx, params, body }) =>
    incidentJson(await wholeIncident(ctx, await editIncident(ctx, params.id, body))),
  )

  app.delete(`${address}/:id`, { config: write, schema: { tags, params } }, async (request, reply) => {
    const { ctx, params } = request
    await undoable(ctx, { what: 'deletion', incident_id: params.id }, (ctx) => deleteIncident(ctx, params.id))
    return reply.code(204).send()
  })

  const restore = { tags, params, response: { 200: IncidentJson } }
  app.post(`${address}/:id/restoration`, { config: write, schema: restore }, async ({ ctx, params }) =>
    incidentJson(await wholeIncident(ctx, await restoreIncident(ctx, params.id))),
  )
}

function suspectRoutes(app: App) {
  const config = { policy: token('incidents:read') }
  const response = { 200: z.object({ data: z.array(SuspectJson) }) }
  const query = z.object({
    started_at: moment.optional(),
    components: z.string().max(5000).default('').describe('Slugs or ids, separated by commas.'),
  })
  const schema = { tags, querystring: query, response }
  app.get('/api/v1/suspects', { config, schema }, async ({ ctx, query }) => {
    const named = query.components.split(',').filter((name) => name.trim() !== '')
    const ids: string[] = []
    for (const name of named) ids.push((await componentByIdOrSlug(ctx, name.trim())).id)
    return { data: await suspects(ctx, query.started_at ?? nowText(ctx), ids) }
  })

  const own = { tags, params, response }
  app.get(`${address}/:id/suspects`, { config, schema: own }, async ({ ctx, params }) => {
    const incident = await wholeIncident(ctx, await incidentById(ctx, params.id))
    const affected = incident.components.map((component) => component.id)
    return { data: await suspects(ctx, incident.started_at, affected) }
  })
}

async function suspects(ctx: Context, started_at: string, component_ids: string[]) {
  const { time_zone } = await readSite(ctx)
  const found = await suspectsFor(ctx, { started_at, component_ids })
  const beside = { started_at, time_zone, component_ids }
  return found.map((suspect) => ({ ...suspect, reason: reasonFor(suspect, beside) }))
}
