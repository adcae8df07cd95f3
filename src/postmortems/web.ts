import type { FastifyReply, FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import { placeOf } from '../incidents/declaring.ts'
import { fault } from '../incidents/model.ts'
import { noted } from '../incidents/noted.ts'
import { type Incident, incidentById } from '../incidents/store.ts'
import { type Place, type Typed, typedFields, wallClock } from '../incidents/typed.ts'
import { attempt } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { clock, dateIn } from '../platform/zone.ts'
import { saveAndPublish, savePostmortem, unpublishPostmortem } from './actions.ts'
import { itemForms } from './items-web.ts'
import { shownItem } from './json.ts'
import type { PostmortemText } from './model.ts'
import { draftFor, factsOf } from './reading.ts'
import { itemsOf, type Postmortem, postmortemOf } from './store.ts'
import { factRows } from './words.ts'

type One = { Params: { id: string } }
const page = '/admin/incidents/:id/postmortem'
const editor = { config: { policy: operator('editor') } }

/** What was learned from an incident: written, looked at, published, and what is to be done. */
export async function routes(app: App) {
  app.get<One>(page, { config: { policy: operator('viewer') } }, async (request, reply) => {
    const incident = await incidentById(request.ctx, request.params.id)
    return showPostmortem(request, reply, incident)
  })

  // "Preview" and "Draft anew": the same form, with what was typed, and beside it what was asked for
  app.post<One>(`${page}/look`, editor, async (request, reply) => {
    const incident = await incidentById(request.ctx, request.params.id)
    const typed = typedFields(request.body)
    const drafted = typed.look === 'draft' ? await draftFor(request.ctx, incident) : null
    return showPostmortem(request, reply, incident, { typed, drafted, preview: drafted === null })
  })

  app.post<One>(page, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const place = await placeOf(ctx)
    const known = await postmortemOf(ctx, incident.id)
    const verb = typed.publish === 'yes' ? saveAndPublish : savePostmortem
    const made = await attempt(async () => verb(ctx, incident.id, textIn(typed, place, known)))
    if (!made.ok) {
      const current = made.current as Postmortem | null
      const kept = { typed, errors: made.errors, current }
      return showPostmortem(request, reply.code(made.status), incident, kept)
    }
    reply.flash(savedWords(made.data, incident))
    return reply.redirect(`/admin/incidents/${incident.id}/postmortem`, 303)
  })

  app.post<One>(`${page}/unpublication`, editor, async (request, reply) => {
    await unpublishPostmortem(request.ctx, request.params.id)
    reply.flash('Customers do not see it any more. The text is still here.')
    return reply.redirect(`/admin/incidents/${request.params.id}/postmortem`, 303)
  })
  itemForms(app, showPostmortem)
}

function savedWords({ published_at }: Postmortem, { resolved_at }: Incident) {
  if (!published_at) return 'Saved as a draft. Customers do not see it.'
  return resolved_at
    ? 'Published. Customers see it now.'
    : 'Saved. Customers see it once the incident is over.'
}

/** A moment that still shows the minute it had keeps its seconds. */
function textIn(typed: Typed, place: Place, known: Postmortem | undefined): PostmortemText {
  const { noticed_on = '', noticed_clock = '', body = '', how_noticed = '' } = typed
  // who began from the draft means to be the first
  const version = typed.version ?? (typed.begins ? '0' : undefined)
  const said = { body, how_noticed, version }
  if (noticed_on === '' && noticed_clock === '') return { ...said, noticed_at: null }
  const shown = shownMoment(known?.noticed_at ?? null, place)
  if (shown.noticed_on === noticed_on && shown.noticed_clock === noticed_clock) return said
  const noticed_at = wallClock(
    noticed_on || dateIn(place.now, place.time_zone),
    noticed_clock,
    place.time_zone,
  )
  if (!noticed_at) throw fault('noticed_at', 'Write it as a day and a time, like 14:06.')
  return { ...said, noticed_at }
}

function shownMoment(at: string | null, { time_zone }: Place) {
  return at === null
    ? { noticed_on: '', noticed_clock: '' }
    : { noticed_on: dateIn(at, time_zone), noticed_clock: clock(at, time_zone) }
}

/** What the page shows besides what is saved: what was typed and is not saved yet, or what was asked for. */
type Kept = {
  typed?: Typed
  errors?: Record<string, string>
  current?: Postmortem | null
  drafted?: string | null
  preview?: boolean
  item?: { id: string | null; typed: Typed; errors: Record<string, string>; current: object | null }
}
export type ShowPostmortem = typeof showPostmortem

async function showPostmortem(
  request: FastifyRequest,
  reply: FastifyReply,
  incident: Incident,
  { typed, errors = {}, current = null, drafted = null, preview = false, item }: Kept = {},
) {
  const { ctx } = request
  const place = await placeOf(ctx)
  const known = await postmortemOf(ctx, incident.id)
  const { whole, facts, way } = await factsOf(ctx, incident)
  const all = (await itemsOf(ctx, incident.id)).map((one) => shownItem(ctx, one, place.time_zone))
  const saved = known && { ...known, ...shownMoment(known.noticed_at, place) }
  const beginning = saved ?? { body: await draftFor(ctx, incident) }
  return reply.view('/postmortems/edit', {
    title: `Postmortem of “${incident.title}”`,
    incident: noted(whole),
    postmortem: known ?? null,
    /** What stands in the form; of two editors the second may save theirs over the first. */
    typed: { ...(typed ?? beginning), ...(current && { version: current.version }) },
    errors,
    current,
    drafted,
    preview,
    facts: factRows(facts, way),
    items: all.filter((one) => !one.deleted_at),
    removed: all.filter((one) => one.deleted_at),
    item: item ?? { id: null, typed: {}, errors: {}, current: null },
    may_edit: may(request, 'editor') && !incident.deleted_at,
  })
}
