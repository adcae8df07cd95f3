import type { FastifyReply, FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import { placeOf } from '../incidents/declaring.ts'
import { attempt } from '../platform/attempt.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { clock, dateIn } from '../platform/zone.ts'
import { freezeState } from './freeze.ts'
import { stopFreezes } from './freeze-series-edits.ts'
import { undoable, undoFreeze } from './freeze-undo.ts'
import { editFreeze, endFreeze, planFreeze } from './freezes.ts'
import { listed } from './frozen.ts'
import { type Freeze, freezeById } from './store.ts'
import { changeIn, saidIn, shownFreeze, type TypedFreeze, typedFreeze } from './typed.ts'

type One = { Params: { id: string } }
const list = '/admin/freezes'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }

/** Planning, changing and ending a freeze. */
export function formRoutes(app: App) {
  planRoutes(app)
  editRoutes(app)
  stopRoute(app)
  app.post<One>(`${list}/:id/end`, editor, async (request, reply) => {
    const { id } = request.params
    const { starts_at, ended_at } = await undoable(request.ctx, { what: 'end', id }, (ctx) =>
      endFreeze(ctx, id),
    )
    const begun = ended_at === null || starts_at <= ended_at
    reply.flash(begun ? 'The freeze has ended. Releases may go out.' : 'The freeze is called off.')
    return reply.redirect(list, 303)
  })
}

/** Ending a freeze that repeats, with all that follow; and taking back what was done a moment ago. */
function stopRoute(app: App) {
  app.post<One>(`${list}/:id/stop`, editor, async (request, reply) => {
    const { id } = request.params
    await undoable(request.ctx, { what: 'stop', id }, (ctx) => stopFreezes(ctx, id))
    reply.flash('The freeze repeats no more.')
    return reply.redirect(list, 303)
  })

  app.post<One>(`${list}/:id/undo`, editor, async (request, reply) => {
    const made = await attempt(() => undoFreeze(request.ctx, request.params.id))
    reply.flash(made.ok ? 'Taken back: all stands as it did before.' : (Object.values(made.errors)[0] ?? ''))
    return reply.redirect(list, 303)
  })
}

function planRoutes(app: App) {
  app.get(`${list}/new`, editor, async (request, reply) => {
    const { time_zone, now } = await placeOf(request.ctx)
    const typed = { starts_on: dateIn(now, time_zone), starts_clock: clock(now, time_zone) }
    return showForm(request, reply, { freeze: null, form: { typed, components: [] }, errors: {} })
  })

  app.post(list, editor, async (request, reply) => {
    const form = typedFreeze(request.body)
    const place = await placeOf(request.ctx)
    const made = await attempt(async () => planFreeze(request.ctx, saidIn(form, place)))
    if (!made.ok) {
      return showForm(request, reply.code(made.status), { freeze: null, form, errors: made.errors })
    }
    const state = freezeState(made.data, nowText(request.ctx))
    reply.flash(state === 'now' ? 'The freeze is in force.' : 'The freeze is planned.')
    return reply.redirect(list, 303)
  })
}

function editRoutes(app: App) {
  app.get<One>(`${list}/:id`, viewer, async (request, reply) => {
    const freeze = await freezeById(request.ctx, request.params.id)
    const form = shownFreeze(freeze, await placeOf(request.ctx))
    return showForm(request, reply, { freeze, form, errors: {} })
  })

  app.post<One>(`${list}/:id`, editor, async (request, reply) => {
    const { ctx } = request
    const freeze = await freezeById(ctx, request.params.id)
    const form = typedFreeze(request.body)
    const place = await placeOf(ctx)
    const made = await attempt(() =>
      undoable(ctx, { what: 'edit', id: freeze.id }, (ctx) =>
        editFreeze(ctx, freeze.id, changeIn(form, freeze, place)),
      ),
    )
    if (!made.ok) {
      const current = made.current as Freeze | null
      const kept = { freeze, form, errors: made.errors, current }
      return showForm(request, reply.code(made.status), kept)
    }
    reply.flash(form.typed.which === 'later' ? 'Saved, this one and all later ones.' : 'Saved.')
    return reply.redirect(list, 303)
  })
}

type Kept = {
  freeze: Freeze | null
  form: TypedFreeze
  errors: Record<string, string>
  current?: Freeze | null
}

/** The form; for who may not edit, and for what is over, only what it says. */
async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  { freeze, form, errors, current = null }: Kept,
) {
  const state = freeze ? freezeState(freeze, nowText(request.ctx)) : 'coming'
  return reply.view('/gate/freeze', {
    title: freeze ? `Freeze “${freeze.reason}”` : 'Plan a freeze',
    state,
    may_edit: may(request, 'editor') && state !== 'past',
    freeze: freeze && listed(freeze),
    current: current && listed(current),
    typed: current ? { ...form.typed, version: String(current.version) } : form.typed,
    errors,
    components: await choices(request.ctx, form.components, freeze),
  })
}

/** What can be frozen; an archived component only while it is named already. */
async function choices(ctx: Context, chosen: string[], freeze: Freeze | null) {
  const all = await listComponents(ctx)
  const gone = (freeze?.components ?? []).filter(({ id }) => all.every((one) => one.id !== id))
  return [...all, ...gone].map(({ id, name }) => ({ id, name, checked: chosen.includes(id) }))
}
