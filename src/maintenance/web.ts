import type { FastifyReply, FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import { placeOf } from '../incidents/declaring.ts'
import { attempt } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import { type App, listQuery, pageOf } from '../platform/http.ts'
import { foldLater } from '../platform/series.ts'
import { clock, dateIn } from '../platform/zone.ts'
import { cancelMaintenance, editMaintenance, planMaintenance } from './actions.ts'
import { besideWork } from './beside.ts'
import { isMove } from './checks.ts'
import { shown } from './look.ts'
import { endMaintenance, startMaintenance } from './running.ts'
import { stopSeries } from './series-edits.ts'
import { listMaintenances, type Maintenance, maintenanceById } from './store.ts'
import { changeIn, repetitions, saidIn, shownWork, type TypedWork, typedWork } from './typed.ts'
import { undoable, undoFor, undoMaintenance } from './undo.ts'

type One = { Params: { id: string } }
const list = '/admin/maintenance'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }
const most = 100

/** The operators' pages for planned work. */
export async function routes(app: App) {
  listRoute(app)
  planRoutes(app)
  showRoute(app)
  editRoutes(app)
  stepRoutes(app)
}

const query = listQuery.pick({ cursor: true })

function listRoute(app: App) {
  app.get(list, { ...viewer, schema: { querystring: query } }, async (request, reply) => {
    const { ctx, query } = request
    const { time_zone } = await placeOf(ctx)
    const those = async (show: 'now' | 'coming') =>
      query.cursor
        ? []
        : (await listMaintenances(ctx, { show, limit: most })).map((one) => shown(ctx, one, time_zone))
    const past = pageOf(await listMaintenances(ctx, { show: 'past', limit: 20, cursor: query.cursor }), 20)
    return reply.view('/maintenance/index', {
      title: 'Maintenance',
      may_edit: may(request, 'editor'),
      current: await those('now'),
      coming: foldLater(await those('coming'), ({ own_at }) => own_at !== null),
      past: past.data.map((one) => shown(ctx, one, time_zone)),
      newer: query.cursor ? list : null,
      older: past.next_cursor ? `${list}?cursor=${past.next_cursor}` : null,
    })
  })
}

const hour = 3_600_000

function planRoutes(app: App) {
  app.get(`${list}/new`, editor, async (request, reply) => {
    const { time_zone, now } = await placeOf(request.ctx)
    const later = (hours: number) => new Date(Date.parse(now) + hours * hour).toISOString()
    const typed = { starts_on: dateIn(later(24), time_zone), ends_on: dateIn(later(24), time_zone) }
    const times = { starts_clock: clock(later(24), time_zone), ends_clock: '' }
    return showForm(request, reply, {
      known: null,
      form: { typed: { ...typed, ...times }, components: [] },
      errors: {},
    })
  })

  app.post(list, editor, async (request, reply) => {
    const form = typedWork(request.body)
    const place = await placeOf(request.ctx)
    const made = await attempt(async () => planMaintenance(request.ctx, saidIn(form, place)))
    if (!made.ok)
      return showForm(request, reply.code(made.status), { known: null, form, errors: made.errors })
    reply.flash('Planned. Customers see it now.')
    return reply.redirect(`${list}/${made.data.id}`, 303)
  })
}

function showRoute(app: App) {
  app.get<One>(`${list}/:id`, viewer, async (request, reply) => {
    const { ctx, params } = request
    const known = await maintenanceById(ctx, params.id)
    const { time_zone } = await placeOf(ctx)
    return reply.view('/maintenance/show', {
      title: known.title,
      work: shown(ctx, known, time_zone),
      beside: await besideWork(ctx, known),
      may_edit: may(request, 'editor'),
      undo: await undoFor(ctx, known.id),
    })
  })
}

function editRoutes(app: App) {
  app.get<One>(`${list}/:id/edit`, editor, async (request, reply) => {
    const known = await maintenanceById(request.ctx, request.params.id)
    const form = shownWork(known, await placeOf(request.ctx))
    return showForm(request, reply, { known, form, errors: {} })
  })

  app.post<One>(`${list}/:id`, editor, async (request, reply) => {
    const { ctx } = request
    const known = await maintenanceById(ctx, request.params.id)
    const form = typedWork(request.body)
    const place = await placeOf(ctx)
    const made = await attempt(() =>
      undoable(ctx, { what: 'edit', id: known.id }, (ctx) =>
        editMaintenance(ctx, known.id, changeIn(form, known, place)),
      ),
    )
    if (!made.ok) {
      const current = made.current as Maintenance | null
      return showForm(request, reply.code(made.status), { known, form, errors: made.errors, current })
    }
    reply.flash(savedWords(isMove(known, made.data), form.typed.which === 'later'))
    return reply.redirect(`${list}/${known.id}`, 303)
  })
}

function savedWords(isMoved: boolean, withLater: boolean) {
  const what = isMoved ? 'Moved' : 'Saved'
  return `${what}${withLater ? ', this one and all later ones' : ''}.${isMoved ? ' Both times are told.' : ''}`
}

const steps = {
  start: [startMaintenance, 'It has started.'],
  end: [endMaintenance, 'It has ended.'],
  cancel: [takenBack('cancel', cancelMaintenance), 'It is called off. The page and the calendar say so.'],
  stop: [takenBack('stop', stopSeries), 'It is called off, and so are all that follow.'],
  undo: [undoMaintenance, 'Taken back: all stands as it did before.'],
} as const

/** The same verb, with what it takes to take it back. */
function takenBack(what: 'cancel' | 'stop', verb: typeof cancelMaintenance): typeof cancelMaintenance {
  return (ctx, id, input) => undoable(ctx, { what, id }, (ctx) => verb(ctx, id, input))
}

function stepRoutes(app: App) {
  for (const [name, [verb, words]] of Object.entries(steps)) {
    app.post<One>(`${list}/:id/${name}`, editor, async (request, reply) => {
      const { note = '' } = fields(request.body)
      const made = await attempt(() =>
        verb(request.ctx, request.params.id, { note: String([note].flat().at(-1)) }),
      )
      reply.flash(made.ok ? words : (Object.values(made.errors)[0] ?? ''))
      return reply.redirect(`${list}/${request.params.id}`, 303)
    })
  }
}

type Kept = {
  known: Maintenance | null
  form: TypedWork
  errors: Record<string, string>
  current?: Maintenance | null
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  { known, form, errors, current = null }: Kept,
) {
  const { ctx } = request
  const { time_zone } = await placeOf(ctx)
  const all = await listComponents(ctx)
  const gone = (known?.components ?? []).filter(({ id }) => all.every((one) => one.id !== id))
  return reply.view('/maintenance/form', {
    title: known ? `Change “${known.title}”` : 'Plan maintenance',
    known,
    begun: known?.started_at !== null && known !== null,
    current: current && shown(ctx, current, time_zone),
    typed: current ? { ...form.typed, version: String(current.version) } : form.typed,
    errors,
    repetitions,
    components: [...all, ...gone].map(({ id, name }) => ({
      id,
      name,
      checked: form.components.includes(id),
    })),
  })
}
