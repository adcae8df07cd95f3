import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import { versionName } from '../components/live.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { attempt } from '../platform/attempt.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import type { Above } from './above.ts'
import { causeChoices, componentRows, stateChoices } from './choices.ts'
import { afterRefusal, draftsBeside, publishedWords, typedFromDraft } from './desk.ts'
import { endDraft } from './drafts.ts'
import type { Draft } from './drafts-store.ts'
import { fault, type IncidentState } from './model.ts'
import { momentWords } from './moment-words.ts'
import { type Preview, previewOf } from './preview.ts'
import { logIncident, type ToldIncident } from './retrospective.ts'
import { releasesNamed } from './store.ts'
import { typedFromIncident } from './taken-back.ts'
import { fillOf, refuseOpenSlots, typedWith } from './templates-filling.ts'
import {
  longestForm,
  type Place,
  shownStart,
  type Typed,
  typedCause,
  typedEnd,
  typedFields,
  typedPromise,
  typedStart,
  typedStatuses,
} from './typed.ts'
import { undoable } from './undo.ts'

const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') } }
const writing = { ...editor, bodyLimit: longestForm }
const named = z.string().max(100).optional()
const query = z.object({ component: named, release: named, draft: named, taken_back: named })
type Query = z.output<typeof query>

/** The one screen on which an incident is declared. */
export function declareRoutes(app: App, above: Above) {
  app.get(`${list}/new`, { ...editor, schema: { querystring: query } }, async (request, reply) => {
    const typed = await startingWith(request.ctx, request.query)
    return showForm(request, reply, above, { typed, errors: {}, preview: null })
  })

  // "Look again" and "Preview": the same form, with the suspects of what was typed and a look at the page
  app.post(`${list}/draft`, writing, async (request, reply) => {
    const { ctx } = request
    const given = typedFields(request.body)
    const place = await placeOf(ctx)
    const { chosen } = await causesFor(ctx, given, place)
    const typed = given.fill ? await filledIncident(ctx, given, chosen) : given
    const draft = () => declared({ ...typed, cause: chosen }, place)
    const preview = await previewOf(ctx, draft, above.publicPageOf)
    return showForm(request, reply, above, { typed, errors: {}, preview })
  })

  app.post(list, writing, async (request, reply) => {
    const typed = typedFields(request.body)
    const place = await placeOf(request.ctx)
    const made = await attempt(() => publish(request.ctx, typed, place))
    if (!made.ok) {
      const kept = await afterRefusal(request.ctx, typed, made.current)
      const shown = { ...kept, errors: made.errors, preview: null }
      return showForm(request, reply.code(made.status), above, shown)
    }
    reply.flash(publishedWords(made.data))
    return reply.redirect(`${list}/${made.data.id}`, 303)
  })
}

/** Declares what was typed, and ends the draft that it came from, both or neither. */
function publish(ctx: Context, typed: Typed, place: Place) {
  return undoable(ctx, { what: 'declaration', incident_id: null }, async (ctx) => {
    await endDraft(ctx, typed)
    refuseOpenSlots(typed)
    return logIncident(ctx, declared(typed, place))
  })
}

/** The form with the chosen template in it. */
async function filledIncident(ctx: Context, typed: Typed, chosen: string): Promise<Typed> {
  if (!typed.template) return typed
  const names: string[] = []
  for (const [id, status] of typedStatuses(typed)) {
    if (status !== 'operational') names.push((await componentByIdOrSlug(ctx, id)).name)
  }
  const [release] = await releasesNamed(ctx, [chosen.split(':')[1] ?? null])
  const values = {
    component: names.join(', '),
    version: (release && versionName(release)) ?? '',
    title: typed.title ?? '',
    next_update: typed.next_update_clock ?? '',
  }
  return typedWith(ctx, typed, { state: 'investigating', values })
}

/** A component or a release may bring its own page here, already chosen. */
async function startingWith(ctx: Context, { component, release, draft, taken_back }: Query): Promise<Typed> {
  if (draft) return typedFromDraft(ctx, draft)
  if (taken_back) return typedFromIncident(ctx, taken_back, await placeOf(ctx))
  const typed: Typed = release ? { cause: `release:${release}`, cause_offered: '' } : {}
  if (!component) return typed
  const { id } = await componentByIdOrSlug(ctx, component)
  return { ...typed, [`status_${id}`]: 'degraded_performance' }
}

/** What was typed, as the verb takes it. What is over already ends where it was said to. */
export function declared(typed: Typed, place: Place): ToldIncident {
  const hurt = [...typedStatuses(typed)].filter(([, status]) => status !== 'operational')
  const started_at = typedStart(typed, place)
  return {
    title: typed.title ?? '',
    visibility: typed.visibility === 'private' ? 'private' : 'public',
    started_at,
    ...typedCause(typed),
    components: hurt.map(
      ([component, status]) => ({ component, status }) as { component: string; status: 'operational' },
    ),
    ...said(typed, place, started_at),
  }
}

/** One update of now; of what is over, one at its end, or one at its start and the closing words at its end. */
function said(typed: Typed, place: Place, started_at: string | undefined) {
  const { body = '', closing_body = '' } = typed
  const ended_at = typedEnd(typed, place)
  if (!ended_at) {
    const state = typed.state as IncidentState | undefined
    return { body, state, next_update_at: typedPromise(typed, place) }
  }
  if (ended_at <= (started_at ?? place.now)) throw fault('ended_at', 'It ended before it began.')
  if (ended_at > place.now) throw fault('ended_at', 'The end lies in the future.')
  const end = { state: 'resolved' as const, display_at: ended_at }
  if (closing_body.trim() === '') return { body, ...end }
  const state = typed.state && typed.state !== 'resolved' ? (typed.state as IncidentState) : undefined
  return { body, state, display_at: started_at, updates: [{ body: closing_body, ...end }] }
}

type Shown = { typed: Typed; errors: Record<string, string>; preview: Preview | null; newer?: Draft | null }

/** The form to declare with, with what was typed; `newer` is what its draft says since another device saved it. */
export async function showForm(request: FastifyRequest, reply: FastifyReply, above: Above, shown: Shown) {
  const { ctx } = request
  const { typed, errors, preview, newer = null } = shown
  const place = await placeOf(ctx)
  const cause = await causesFor(ctx, typed, place)
  const [, release_id = null] = cause.chosen.split(':')
  const way_back = release_id ? await above.wayBackBrief(ctx, release_id) : null
  const fields = { ...shownStart(startOrNow(typed, place), place), ...typed }
  return reply.view('/incidents/new', {
    title: 'New incident',
    typed: fields,
    errors,
    preview,
    newer,
    ...(await draftsBeside(ctx, null, typed)),
    fill: await fillOf(ctx, 'incident', typed),
    cause: { ...cause, way_back },
    component_rows: await componentRows(ctx, typed, new Map()),
    states: stateChoices(typed.state ?? 'investigating'),
    moments: { started: momentWords(fields, 'started', place), ended: momentWords(fields, 'ended', place) },
  })
}

/** The suspects of what was typed so far, the likely one chosen. */
function causesFor(ctx: Context, typed: Typed, place: Place) {
  const started_at = startOrNow(typed, place)
  const hurt = [...typedStatuses(typed)].filter(([, status]) => status !== 'operational')
  const component_ids = hurt.map(([id]) => id)
  return causeChoices(ctx, { typed, started_at, component_ids, time_zone: place.time_zone })
}

/** While the start cannot be read, suspects are those of now. */
function startOrNow(typed: Typed, place: Place) {
  try {
    return typedStart(typed, place) ?? place.now
  } catch {
    return place.now
  }
}

export async function placeOf(ctx: Context): Promise<Place> {
  return { time_zone: (await readSite(ctx)).time_zone, now: nowText(ctx) }
}
