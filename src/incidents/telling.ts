import type { FastifyReply, FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import type { ComponentStatus } from '../components/model.ts'
import { attempt } from '../platform/attempt.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import type { Above } from './above.ts'
import { aroundIncident } from './around.ts'
import { componentRows, releaseChoices, stateChoices } from './choices.ts'
import { healedAt, statusesBy } from './consequences.ts'
import { placeOf } from './declaring.ts'
import { afterRefusal, deskOf, publishedWords } from './desk.ts'
import { endDraft } from './drafts.ts'
import type { Draft } from './drafts-store.ts'
import type { IncidentState, NewUpdate } from './model.ts'
import { noted } from './noted.ts'
import { type Preview, previewOfUpdate } from './preview.ts'
import { offeredUpdate } from './remedy.ts'
import { offeringReason, rollForwardReason } from './roll-forward.ts'
import { type Incident, incidentById } from './store.ts'
import { refuseOpenSlots } from './templates-filling.ts'
import {
  longestForm,
  type Place,
  type Typed,
  typedFields,
  typedPromise,
  typedRemedy,
  typedStatuses,
} from './typed.ts'
import { undoable } from './undo.ts'
import { postUpdate } from './updates.ts'
import { whomToAsk } from './who.ts'
import { wholeIncident } from './whole.ts'

type One = { Params: { id: string } }
const list = '/admin/incidents'

/** Saying how it goes on. */
export function tellRoutes(app: App, above: Above) {
  const editor = { config: { policy: operator('editor') }, bodyLimit: longestForm }
  app.post<One>(`${list}/:id/updates`, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const before = await statusesBefore(ctx, incident)
    const place = await placeOf(ctx)
    const made = await attempt(() =>
      undoable(ctx, { what: 'update', incident_id: incident.id }, async (ctx) => {
        await endDraft(ctx, typed)
        refuseOpenSlots(typed)
        return postUpdate(ctx, incident.id, told(typed, before, place))
      }),
    )
    if (!made.ok) {
      const { newer, ...kept } = await afterRefusal(ctx, typed, made.current)
      const overtaken = made.current !== null && newer === null
      const shown = { ...kept, errors: made.errors, overtaken, newer, preview: null }
      return showIncident(request, reply.code(made.status), incident, above, shown)
    }
    reply.flash(publishedWords(incident))
    return reply.redirect(`${list}/${incident.id}`, 303)
  })

  // the same page, with a look at what customers would read
  app.post<One>(`${list}/:id/preview`, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const before = await statusesBefore(ctx, incident)
    const place = await placeOf(ctx)
    const draft = () => ({ ...told(typed, before, place), version: undefined })
    const preview = await previewOfUpdate(ctx, incident.id, draft, above.publicPageOf)
    return showIncident(request, reply, incident, above, { typed, errors: {}, overtaken: false, preview })
  })
}

/** Only what was changed is named, so that an update tells what it is about. */
export function told(typed: Typed, before: Map<string, ComponentStatus>, place: Place): NewUpdate {
  const changed = [...typedStatuses(typed)].filter(
    ([id, status]) => status !== (before.get(id) ?? 'operational'),
  )
  return {
    version: typed.version,
    state: typed.state as IncidentState | undefined,
    body: typed.body ?? '',
    components: changed.map(
      ([component, status]) => ({ component, status }) as { component: string; status: 'operational' },
    ),
    next_update_at: typedPromise(typed, place),
    ...typedRemedy(typed),
  }
}

/** What the incident says of components now; of one that is over, what it would say again. */
export async function statusesBefore(
  ctx: Context,
  incident: Incident,
): Promise<Map<string, ComponentStatus>> {
  if (!incident.resolved_at) return statusesBy(ctx, incident.id)
  const healed = await healedAt(ctx, incident.id, incident.resolved_at)
  return new Map(healed.map((impact) => [impact.component_id, impact.status as ComponentStatus]))
}

type Kept = {
  typed: Typed
  errors: Record<string, string>
  overtaken: boolean
  preview?: Preview | null
  newer?: Draft | null
}

/** The page of one incident; `kept` is an update that could not be published yet. */
export async function showIncident(
  request: FastifyRequest,
  reply: FastifyReply,
  incident: Incident,
  above: Above,
  { typed, errors, overtaken, preview = null, newer = null }: Kept,
) {
  const { ctx } = request
  const shown = noted(await wholeIncident(ctx, incident))
  const { time_zone } = await placeOf(ctx)
  const rows = await componentRows(ctx, typed, await statusesBefore(ctx, incident))
  const back = `${list}/${incident.id}`
  const { cause_release_id } = incident
  const way_back =
    cause_release_id && !incident.deleted_at
      ? await above.wayBackFor(ctx, { release_id: cause_release_id, incident, back })
      : null
  const affected = new Set(shown.components.map((component) => component.id))
  return reply.view('/incidents/show', {
    title: shown.title,
    incident: shown,
    // an update that was typed while somebody merged it keeps its form
    may_edit:
      may(request, 'editor') && !shown.deleted_at && (!shown.merged_into_incident_id || 'form' in errors),
    may_note: may(request, 'editor'),
    around: await aroundIncident(ctx, shown),
    may_restore: may(request, 'editor') && shown.deleted_at !== null,
    way_back,
    offer: offeredUpdate(incident, shown.rollback ?? undefined, time_zone),
    typed: offeringReason(typed, await rollForwardReason(ctx, incident)),
    errors,
    overtaken,
    preview,
    newer,
    ...(await deskOf(request, incident, typed)),
    component_rows: rows.filter((row) => affected.has(row.id)),
    other_component_rows: rows.filter((row) => !affected.has(row.id)),
    states: stateChoices(typed.state ?? incident.state).filter((state) => mayBecome(incident, state.value)),
    releases: await releaseChoices(ctx, typed.remedy_release_id),
    ...(await whomToAsk(ctx, shown)),
  })
}

function mayBecome(incident: Incident, state: IncidentState) {
  return !incident.resolved_at || state !== 'monitoring'
}
