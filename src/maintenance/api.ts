import { z } from 'zod'
import { allowFromAnywhere } from '../accounts/elsewhere.ts'
import { anyoneOr, hasToken, token } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { type App, listOf, listQuery, pageOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { cancelMaintenance, editMaintenance, planMaintenance } from './actions.ts'
import { MaintenanceJson, maintenanceJson } from './json.ts'
import { MaintenanceChange, NewMaintenance, Step } from './model.ts'
import { PublicMaintenance, publicMaintenance, ToldMaintenance } from './public.ts'
import { listPublicMaintenances } from './public-lists.ts'
import { endMaintenance, startMaintenance } from './running.ts'
import { stopSeries } from './series-edits.ts'
import { listed, listMaintenances, type Maintenance, maintenanceById } from './store.ts'
import { undoable, undoMaintenance } from './undo.ts'

const params = z.object({ id: z.string().max(100) })
const read = { policy: anyoneOr('incidents:read'), kept: {} }
const readList = { ...read, kept: { query: ['cursor', 'limit', 'show'] } }
const write = { policy: token('incidents:write') }
const tags = ['maintenances']
const address = '/api/v1/maintenances'

/** Planned work by API: whatever the operators' pages do. */
export async function routes(app: App) {
  readRoutes(app)
  writeRoutes(app)
  stepRoutes(app)
}

function readRoutes(app: App) {
  const query = listQuery.extend({ show: z.enum(listed).default('all') })
  const list = {
    tags,
    querystring: query,
    response: { 200: listOf(z.union([MaintenanceJson, PublicMaintenance])) },
  }
  allowFromAnywhere(app, address, `${address}/:id`)
  app.get(address, { config: readList, schema: list }, async ({ ctx, query }) => {
    if (!hasToken(ctx)) return listPublicMaintenances(ctx, query)
    const { data, next_cursor } = pageOf(await listMaintenances(ctx, query), query.limit)
    return { data: data.map((one) => maintenanceJson(ctx, one)), next_cursor }
  })

  const one = { tags, params, response: { 200: z.union([MaintenanceJson, ToldMaintenance]) } }
  app.get(`${address}/:id`, { config: read, schema: one }, async ({ ctx, params }) => {
    if (!hasToken(ctx)) return publicMaintenance(ctx, params.id)
    return maintenanceJson(ctx, await maintenanceById(ctx, params.id))
  })
}

function writeRoutes(app: App) {
  const plan = { tags, body: NewMaintenance, response: { 201: MaintenanceJson } }
  app.post(address, { config: write, schema: plan }, (request, reply) =>
    once(request, reply, async (ctx) => maintenanceJson(ctx, await planMaintenance(ctx, request.body))),
  )

  const edit = { tags, params, body: MaintenanceChange, response: { 200: MaintenanceJson } }
  app.patch(`${address}/:id`, { config: write, schema: edit }, async ({ ctx, params, body }) =>
    maintenanceJson(
      ctx,
      await undoable(ctx, { what: 'edit', id: params.id }, (ctx) => editMaintenance(ctx, params.id, body)),
    ),
  )
}

const steps: Record<string, [summary: string, verb: typeof cancelMaintenance]> = {
  start: ['Start it now', startMaintenance],
  end: ['End it now', endMaintenance],
  cancel: [
    'Call it off',
    (ctx, id, step) => undoable(ctx, { what: 'cancel', id }, (ctx) => cancelMaintenance(ctx, id, step)),
  ],
  stop: [
    'Call it off with all that follow it',
    (ctx, id, step) => undoable(ctx, { what: 'stop', id }, (ctx) => stopSeries(ctx, id, step)),
  ],
  undo: ['Take back what this token changed or called off in the last 20 seconds', undoMaintenance],
}

function stepRoutes(app: App) {
  const body = Step.nullish()
  for (const [name, [summary, verb]] of Object.entries(steps)) {
    const schema = { tags, summary, params, body, response: { 200: MaintenanceJson } }
    app.post(`${address}/:id/${name}`, { config: write, schema }, async ({ ctx, params, body }) =>
      answered(ctx, await verb(ctx, params.id, body ?? {})),
    )
  }
}

function answered(ctx: Context, known: Maintenance) {
  return maintenanceJson(ctx, known)
}
