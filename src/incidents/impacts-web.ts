import type { FastifyReply, FastifyRequest } from 'fastify'
import { operator } from '../accounts/guard.ts'
import { type ComponentStatus, levels, statusWords } from '../components/model.ts'
import { listComponents } from '../components/store.ts'
import { attempt } from '../platform/attempt.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { clock, dateIn, full } from '../platform/zone.ts'
import { placeOf } from './declaring.ts'
import { editImpacts, hurting, type ImpactsChange } from './impact-edits.ts'
import { fault } from './model.ts'
import { type Incident, impactsOf, incidentById } from './store.ts'
import { type Place, type Typed, typedFields, wallClock } from './typed.ts'

type One = { Params: { id: string } }
const address = '/admin/incidents/:id/impacts'
const editor = { config: { policy: operator('editor') } }
const most = 200

/** One interval as the form shows it. */
type Row = Record<'id' | 'component' | 'status' | 'from_on' | 'from_clock' | 'to_on' | 'to_clock', string>
type Impact = Awaited<ReturnType<typeof impactsOf>>[number]

/** What an incident did to components, as rows that can be changed, added and removed. */
export function impactFormRoutes(app: App) {
  app.get<One>(address, editor, async (request, reply) => {
    const incident = await incidentById(request.ctx, request.params.id)
    const known = await impactsOf(request.ctx, [incident.id])
    const place = await placeOf(request.ctx)
    const rows = [...known.map((impact) => rowOf(impact, place)), emptyRow]
    return showForm(request, reply, incident, { rows, errors: {}, overtaken: false })
  })

  app.post<One>(`${address}/more`, editor, async (request, reply) => {
    const incident = await incidentById(request.ctx, request.params.id)
    const rows = [...typedRows(typedFields(request.body)), emptyRow].slice(0, most)
    return showForm(request, reply, incident, { rows, errors: {}, overtaken: false })
  })

  app.post<One>(address, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const rows = typedRows(typed)
    const known = await impactsOf(ctx, [incident.id])
    const place = await placeOf(ctx)
    const given = () => ({ version: typed.version, impacts: rowsGiven(rows, known, place) })
    const made = await attempt(async () => editImpacts(ctx, incident.id, given()))
    if (!made.ok) {
      const now = await incidentById(ctx, incident.id)
      const kept = { rows, errors: atRows(made.errors, rows), overtaken: made.current !== null }
      return showForm(request, reply.code(made.status), now, kept)
    }
    reply.flash('Saved. Uptime and history follow.')
    return reply.redirect(`/admin/incidents/${incident.id}`, 303)
  })
}

const emptyRow: Row = {
  id: '',
  component: '',
  status: 'degraded_performance',
  from_on: '',
  from_clock: '',
  to_on: '',
  to_clock: '',
}

function rowOf({ id, component_id, status, started_at, ended_at }: Impact, { time_zone }: Place): Row {
  return {
    id,
    component: component_id,
    status,
    from_on: dateIn(started_at, time_zone),
    from_clock: clock(started_at, time_zone),
    to_on: ended_at ? dateIn(ended_at, time_zone) : '',
    to_clock: ended_at ? clock(ended_at, time_zone) : '',
  }
}

function typedRows(typed: Typed): Row[] {
  const rows: Row[] = []
  for (let index = 0; index < most && typed[`component_${index}`] !== undefined; index++) {
    const field = (name: string) => typed[`${name}_${index}`] ?? ''
    rows.push({
      id: field('id'),
      component: field('component'),
      status: field('hurt'),
      from_on: field('from_on'),
      from_clock: field('from_clock'),
      to_on: field('to_on'),
      to_clock: field('to_clock'),
    })
  }
  return rows
}

/** Rows that name a component, as the verb takes them. A moment that still shows its minute keeps its seconds. */
function rowsGiven(rows: Row[], known: Impact[], place: Place): ImpactsChange['impacts'] {
  return rows.filter(isMeant).map((row, index) => {
    const before = known.find(({ id }) => id === row.id)
    const shown = before && rowOf(before, place)
    const kept = (which: 'from' | 'to') =>
      shown?.[`${which}_on`] === row[`${which}_on`] && shown[`${which}_clock`] === row[`${which}_clock`]
    const started_at = before && kept('from') ? before.started_at : momentIn(row, 'from', index, place)
    const ended_at = before && kept('to') ? before.ended_at : momentIn(row, 'to', index, place)
    if (!started_at) throw fault(`impacts.${index}`, 'Say from when it was so.')
    return {
      id: row.id || undefined,
      component: row.component,
      status: row.status as 'major_outage',
      started_at,
      ended_at,
    }
  })
}

function isMeant(row: Row) {
  return row.component !== ''
}

/** The verb counts the rows that were meant; the form shows the others too. */
function atRows(errors: Record<string, string>, rows: Row[]): Record<string, string> {
  const places = rows.flatMap((row, index) => (isMeant(row) ? [index] : []))
  return Object.fromEntries(
    Object.entries(errors).map(([field, words]) => {
      const [, index] = /^impacts\.(\d+)/.exec(field) ?? []
      return [index === undefined ? field : `impacts.${places[Number(index)] ?? index}`, words]
    }),
  )
}

function momentIn(row: Row, which: 'from' | 'to', index: number, { time_zone, now }: Place): string | null {
  const [on, time] = [row[`${which}_on`], row[`${which}_clock`]]
  if (on === '' && time === '') return null
  const at = wallClock(on || dateIn(now, time_zone), time, time_zone)
  if (!at) throw fault(`impacts.${index}`, 'Write each moment as a day and a time, like 14:06.')
  return at
}

type Kept = { rows: Row[]; errors: Record<string, string>; overtaken: boolean }

async function showForm(request: FastifyRequest, reply: FastifyReply, incident: Incident, kept: Kept) {
  const { ctx } = request
  const known = await impactsOf(ctx, [incident.id])
  const { time_zone } = await placeOf(ctx)
  const names = new Map(known.map((impact) => [impact.id, impact.name]))
  return reply.view('/incidents/impacts', {
    title: 'What it did to components',
    incident,
    version: incident.version,
    errors: kept.errors,
    current: kept.overtaken ? known.map((impact) => inWords(impact, time_zone)) : null,
    impact_rows: kept.rows.map((row) => ({ ...row, legend: names.get(row.id) ?? 'A new interval' })),
    components: await choosable(ctx, known),
    hurting: levels(hurting, ''),
  })
}

/** Archived ones may stay where they stood; no other can be chosen. */
async function choosable(ctx: Context, known: Impact[]) {
  const each = new Map(known.map(({ component_id: id, name }) => [id, { id, name }]))
  for (const { id, name } of await listComponents(ctx)) each.set(id, { id, name })
  return [...each.values()]
}

function inWords({ name, status, started_at, ended_at }: Impact, time_zone: string): string {
  const until = ended_at ? `until ${full(ended_at, time_zone)}` : 'until now'
  return `${name}: ${statusWords[status as ComponentStatus]}, from ${full(started_at, time_zone)} ${until}`
}
