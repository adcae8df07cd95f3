import type { FastifyReply, FastifyRequest } from 'fastify'
import { operator } from '../accounts/guard.ts'
import { attempt } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { editIncident } from './actions.ts'
import { causeChoices, releaseChoices } from './choices.ts'
import { placeOf } from './declaring.ts'
import { openedBy } from './desk.ts'
import { type IncidentChange, remedyWords, severities } from './model.ts'
import { noted, severityWords } from './noted.ts'
import { offeringReason, rollForwardReason } from './roll-forward.ts'
import { type Incident, type IncidentUpdate, incidentById, updateById } from './store.ts'
import {
  longestForm,
  type Place,
  shownStart,
  type Typed,
  typedCause,
  typedFields,
  typedRemedy,
  typedStart,
} from './typed.ts'
import { editUpdate, takeUpdateOff } from './updates.ts'
import { wholeIncident } from './whole.ts'

type One = { Params: { id: string } }
type OneUpdate = { Params: { id: string; update: string } }
const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') }, bodyLimit: longestForm }

/** Mending what was said: the facts of an incident, and the text of an update. */
export function editRoutes(app: App) {
  factRoutes(app)
  textRoutes(app)
}

function factRoutes(app: App) {
  app.get<One>(`${list}/:id/edit`, editor, async (request, reply) => {
    const incident = await incidentById(request.ctx, request.params.id)
    const typed = factsOf(incident, await placeOf(request.ctx))
    return showFacts(request, reply, incident, { typed, errors: {}, current: null })
  })

  app.post<One>(`${list}/:id`, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const place = await placeOf(ctx)
    const made = await attempt(() => editIncident(ctx, incident.id, change(typed, incident, place)))
    if (!made.ok) {
      const current = made.current ? noted(await wholeIncident(ctx, made.current as Incident)) : null
      return showFacts(request, reply.code(made.status), incident, { typed, errors: made.errors, current })
    }
    reply.flash('Saved.')
    return reply.redirect(`${list}/${incident.id}`, 303)
  })
}

function factsOf(incident: Incident, place: Place): Typed {
  const { title, impact, cause, cause_release_id, remedy, remedy_release_id, remedy_reason } = incident
  return {
    title,
    impact: impact ?? '',
    cause: cause === 'release' ? `release:${cause_release_id}` : cause,
    cause_offered: '',
    remedy: remedy ?? '',
    remedy_release_id: remedy_release_id ?? '',
    remedy_reason: remedy_reason ?? '',
    version: String(incident.version),
    ...shownStart(incident.started_at, place),
  }
}

/** A start that still shows the minute it had is left alone, seconds and all. */
function change(typed: Typed, incident: Incident, place: Place): IncidentChange {
  const shown = shownStart(incident.started_at, place)
  const moved = typed.started_on !== shown.started_on || typed.started_clock !== shown.started_clock
  return {
    version: typed.version,
    title: typed.title ?? '',
    impact: typed.impact ? (typed.impact as IncidentChange['impact']) : null,
    ...(moved ? { started_at: typedStart(typed, place) } : {}),
    ...typedCause(typed),
    ...typedRemedy(typed),
  }
}

type Kept = { typed: Typed; errors: Record<string, string>; current: { version: number } | null }

async function showFacts(request: FastifyRequest, reply: FastifyReply, incident: Incident, kept: Kept) {
  const { ctx } = request
  const { time_zone } = await placeOf(ctx)
  const whole = await wholeIncident(ctx, incident)
  const component_ids = whole.components.map((component) => component.id)
  const { started_at } = incident
  const typed = kept.current ? { ...kept.typed, version: String(kept.current.version) } : kept.typed
  return reply.view('/incidents/edit', {
    title: `Edit “${incident.title}”`,
    incident: noted(whole),
    ...(await openedBy(ctx, incident.id)),
    ...kept,
    typed: offeringReason(typed, await rollForwardReason(ctx, incident)),
    cause: await causeChoices(ctx, { typed, started_at, component_ids, time_zone }),
    remedies: remedyWords,
    severities: severities.map((value) => ({ value, words: severityWords[value] })),
    releases: await releaseChoices(ctx, typed.remedy_release_id),
  })
}

function textRoutes(app: App) {
  app.get<OneUpdate>(`${list}/:id/updates/:update`, editor, async (request, reply) => {
    const { id, update } = request.params
    const found = await updateById(request.ctx, id, update)
    const typed = { body: found.body, version: String(found.version) }
    return showText(request, reply, found, { typed, errors: {}, current: null })
  })

  app.post<OneUpdate>(`${list}/:id/updates/:update`, editor, async (request, reply) => {
    const { id, update } = request.params
    const found = await updateById(request.ctx, id, update)
    const { body = '', version, ...rest } = typedFields(request.body)
    const made = await attempt(() => editUpdate(request.ctx, id, update, { body, version }))
    if (!made.ok) {
      const current = made.current as IncidentUpdate | null
      const typed = { ...rest, body, version: String(current?.version ?? version) }
      return showText(request, reply.code(made.status), found, { typed, errors: made.errors, current })
    }
    reply.flash('Saved.')
    return reply.redirect(`${list}/${id}`, 303)
  })

  app.post<OneUpdate>(`${list}/:id/updates/:update/deletion`, editor, async (request, reply) => {
    await takeUpdateOff(request.ctx, request.params.id, request.params.update)
    reply.flash('The update is deleted. The incident stays as it is.')
    return reply.redirect(`${list}/${request.params.id}`, 303)
  })
}

async function showText(request: FastifyRequest, reply: FastifyReply, update: IncidentUpdate, kept: Kept) {
  const incident = await incidentById(request.ctx, update.incident_id)
  const last = (await wholeIncident(request.ctx, incident)).updates.length === 1
  return reply.view('/incidents/update', {
    title: 'Edit an update',
    incident,
    update,
    last,
    ...kept,
    ...(await openedBy(request.ctx, incident.id)),
  })
}
