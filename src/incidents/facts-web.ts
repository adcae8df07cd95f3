import type { FastifyReply, FastifyRequest } from 'fastify'
import { operator } from '../accounts/guard.ts'
import { attempt } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { impactFormRoutes } from './impacts-web.ts'
import { mergeIncident, splitIncident } from './merging.ts'
import { type Incident, incidentById, listIncidents } from './store.ts'
import { type Typed, typedFields } from './typed.ts'
import { hideIncident, publishIncident } from './visibility-actions.ts'
import { wholeIncident } from './whole.ts'

type One = { Params: { id: string } }
const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') } }
/** Whoever merges has the other one before their eyes: it is among the newest. */
const mostOthers = 20

/** The facts of an incident afterwards: what it did as intervals, who may read of it, whose duplicate it is. */
export function factsRoutes(app: App) {
  impactFormRoutes(app)
  visibilityRoutes(app)
  mergerRoutes(app)
}

function visibilityRoutes(app: App) {
  app.post<One>(`${list}/:id/publication`, editor, async (request, reply) => {
    await publishIncident(request.ctx, request.params.id)
    reply.flash('Published. Customers see it now, with all its updates.')
    return reply.redirect(`${list}/${request.params.id}`, 303)
  })

  app.post<One>(`${list}/:id/withdrawal`, editor, async (request, reply) => {
    await hideIncident(request.ctx, request.params.id)
    reply.flash('It is kept to the team now: customers find nothing of it. It can be published again here.')
    return reply.redirect(`${list}/${request.params.id}`, 303)
  })
}

function mergerRoutes(app: App) {
  app.get<One>(`${list}/:id/merger`, editor, async (request, reply) => {
    const incident = await incidentById(request.ctx, request.params.id)
    return showMerger(request, reply, incident, { typed: {}, errors: {} })
  })

  app.post<One>(`${list}/:id/merger`, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const { into = '', version } = typed
    const made = await attempt(() => mergeIncident(ctx, incident.id, { into, version }))
    if (!made.ok) {
      const now = await incidentById(ctx, incident.id)
      return showMerger(request, reply.code(made.status), now, { typed, errors: made.errors })
    }
    reply.flash('Merged. Its address leads here now.')
    return reply.redirect(`${list}/${made.data.merged_into_incident_id}`, 303)
  })

  app.post<One>(`${list}/:id/split`, editor, async (request, reply) => {
    await splitIncident(request.ctx, request.params.id)
    reply.flash('It stands for itself again.')
    return reply.redirect(`${list}/${request.params.id}`, 303)
  })
}

type Kept = { typed: Typed; errors: Record<string, string> }

async function showMerger(request: FastifyRequest, reply: FastifyReply, incident: Incident, kept: Kept) {
  const { ctx } = request
  const open = await listIncidents(ctx, { show: 'open', limit: mostOthers })
  const over = await listIncidents(ctx, { show: 'resolved', limit: mostOthers })
  const { components } = await wholeIncident(ctx, incident)
  return reply.view('/incidents/merger', {
    title: 'The same as another incident',
    incident,
    ...kept,
    others: [...open, ...over].filter(({ id }) => id !== incident.id).slice(0, mostOthers),
    alone: components.filter(({ worst_status }) => worst_status !== 'operational').map(({ name }) => name),
  })
}
