import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { attempt } from '../platform/attempt.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import { declareIncident } from './actions.ts'
import { causeChoices, componentRows, stateChoices } from './choices.ts'
import type { IncidentState, NewIncident } from './model.ts'
import { previewOf } from './preview.ts'
import {
  type Place,
  shownStart,
  type Typed,
  typedCause,
  typedFields,
  typedPromise,
  typedStart,
  typedStatuses,
} from './typed.ts'

const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') } }
const named = z.string().max(100).optional()
const query = z.object({ component: named, release: named })
type Query = z.output<typeof query>

/** The one screen on which an incident is declared. */
export function declareRoutes(app: App) {
  app.get(`${list}/new`, { ...editor, schema: { querystring: query } }, async (request, reply) => {
    const typed = await startingWith(request.ctx, request.query)
    return showForm(request, reply, { typed, errors: {}, preview: null })
  })

  // "Look again" and "Preview": the same form, with the suspects of what was typed and a look at the page
  app.post(`${list}/draft`, editor, async (request, reply) => {
    const typed = typedFields(request.body)
    const place = await placeOf(request.ctx)
    const { chosen } = await causesFor(request.ctx, typed, place)
    const preview = await previewOf(request.ctx, () => declared({ ...typed, cause: chosen }, place))
    return showForm(request, reply, { typed, errors: {}, preview })
  })

  app.post(list, editor, async (request, reply) => {
    const typed = typedFields(request.body)
    const place = await placeOf(request.ctx)
    const made = await attempt(() => declareIncident(request.ctx, declared(typed, place)))
    if (!made.ok) {
      return showForm(request, reply.code(made.status), { typed, errors: made.errors, preview: null })
    }
    reply.flash('Published. Customers see it now.')
    return reply.redirect(`${list}/${made.data.id}`, 303)
  })
}

/** A component or a release may bring its own page here, already chosen. */
async function startingWith(ctx: Context, { component, release }: Query): Promise<Typed> {
  const typed: Typed = release ? { cause: `release:${release}`, cause_offered: '' } : {}
  if (!component) return typed
  const { id } = await componentByIdOrSlug(ctx, component)
  return { ...typed, [`status_${id}`]: 'degraded_performance' }
}

function declared(typed: Typed, place: Place): NewIncident {
  const hurt = [...typedStatuses(typed)].filter(([, status]) => status !== 'operational')
  return {
    title: typed.title ?? '',
    body: typed.body ?? '',
    state: typed.state as IncidentState | undefined,
    started_at: typedStart(typed, place),
    ...typedCause(typed),
    components: hurt.map(
      ([component, status]) => ({ component, status }) as { component: string; status: 'operational' },
    ),
    next_update_at: typedPromise(typed, place),
  }
}

type Shown = { typed: Typed; errors: Record<string, string>; preview: unknown }

async function showForm(request: FastifyRequest, reply: FastifyReply, { typed, errors, preview }: Shown) {
  const { ctx } = request
  const place = await placeOf(ctx)
  const cause = await causesFor(ctx, typed, place)
  return reply.view('/incidents/new', {
    title: 'New incident',
    typed: { ...shownStart(startOrNow(typed, place), place), ...typed },
    errors,
    preview,
    cause,
    component_rows: await componentRows(ctx, typed, new Map()),
    states: stateChoices(typed.state ?? 'investigating'),
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
