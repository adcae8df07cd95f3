import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { sayAgain } from './again.ts'
import { draftRoutes } from './drafts-api.ts'
import { IncidentJson, incidentJson, UpdateJson, updateJson } from './json.ts'
import { othersAt } from './presence.ts'
import { revisionsOf } from './revisions.ts'
import { incidentById } from './store.ts'
import { templateRoutes } from './templates-api.ts'
import { undo, undoable } from './undo.ts'
import { wholeIncident } from './whole.ts'

const params = z.object({ id: z.string().max(100) })
const read = { policy: token('incidents:read') }
const write = { policy: token('incidents:write') }
const tags = ['incidents']
const address = '/api/v1/incidents/:id'

const RevisionJson = z.object({
  id: z.string(),
  update_id: z.string().nullable(),
  before: z.record(z.string(), z.string().nullable()),
  edited_at: z.string(),
  edited_by: z.string(),
})
const PresenceJson = z.object({ name: z.string(), opened_at: z.string(), seen_at: z.string() })

/** The desk of whoever tells customers how it goes on, by API. */
export function deskRoutes(app: App) {
  templateRoutes(app)
  draftRoutes(app)
  const summary = 'Tell customers that the work goes on, with a new promise as far ahead as the last one'
  const body = z.object({ version: z.int().optional() }).nullish()
  const again = { tags, summary, params, body, response: { 201: UpdateJson } }
  app.post(`${address}/again`, { config: write, schema: again }, (request, reply) =>
    once(request, reply, async (ctx) => {
      const given = { what: 'update' as const, incident_id: request.params.id }
      const said = await undoable(ctx, given, (ctx) =>
        sayAgain(ctx, given.incident_id, request.body?.version),
      )
      const incident = await wholeIncident(ctx, await incidentById(ctx, given.incident_id))
      return updateJson(incident.updates.find((update) => update.id === said.id))
    }),
  )

  const back = 'Take back what this token published of the incident in the last 20 seconds'
  const taken = { tags, summary: back, params, response: { 200: IncidentJson } }
  app.post(`${address}/undo`, { config: write, schema: taken }, async ({ ctx, params }) =>
    incidentJson(await wholeIncident(ctx, (await undo(ctx, params.id)).incident)),
  )

  const edits = { tags, params, response: { 200: z.object({ data: z.array(RevisionJson) }) } }
  app.get(`${address}/revisions`, { config: read, schema: edits }, async ({ ctx, params }) => ({
    data: await revisionsOf(ctx, (await incidentById(ctx, params.id)).id),
  }))
  const present = { tags, params, response: { 200: z.object({ data: z.array(PresenceJson) }) } }
  app.get(`${address}/presence`, { config: read, schema: present }, async ({ ctx, params }) => ({
    data: await othersAt(ctx, (await incidentById(ctx, params.id)).id),
  }))
}
