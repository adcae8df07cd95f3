import { componentByIdOrSlug } from '../components/store.ts'
import { fault } from '../incidents/model.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { faultOfSeries } from '../platform/recurrence.ts'
import { Refusal } from '../platform/refusal.ts'
import { wallMinute } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import {
  faultOfTimes,
  MaintenanceChange,
  NewMaintenance,
  type Step,
  Step as StepInput,
  stateAt,
} from './model.ts'
import { layOut } from './series.ts'
import {
  insertMaintenance,
  insertSeries,
  type Maintenance,
  maintenanceById,
  openSeries,
  type Row,
  type Series,
  updateMaintenance,
  updateSeries,
  writeComponents,
  writeUpdate,
} from './store.ts'

type Said = ReturnType<typeof NewMaintenance.parse>

/** Plans work, once or (with `repeats`) as often as the rule says. What begins in the past and still goes on runs at once. */
export function planMaintenance(ctx: Context, input: NewMaintenance): Promise<Maintenance> {
  const said = NewMaintenance.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    refuseTimes(said, at)
    const ids = await idsOf(ctx, said.components, [])
    const release = await releaseOf(ctx, said)
    const series = said.repeats ? await makeSeries(ctx, said, said.repeats, ids) : null
    const row = { ...plain(said), ...release, id: newId(), ...born(at) }
    const own = series
      ? { series_id: series.id, occurs_at: said.starts_at }
      : { series_id: null, occurs_at: null }
    await insertMaintenance(ctx, { ...row, ...own }, ids)
    await writeUpdate(ctx, row, { kind: 'planned', at })
    if (series) await layOut(ctx, series)
    const detail = { ...detailOf(row), ...(series && { repeats: series.rule }) }
    await record(ctx, { action: 'maintenance.planned', subject: ['maintenance', row.id], detail })
    return maintenanceById(ctx, row.id)
  })
}

/** Changes what is given. With other times it is moved, and both times are told. What is over stays as it was. */
export function editMaintenance(ctx: Context, id: string, input: MaintenanceChange): Promise<Maintenance> {
  const { components, note, version, release, ...change } = MaintenanceChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const at = nowText(ctx)
    if (version !== undefined && version !== known.version) throw stale(known)
    const wanted = { ...known, ...change, release: release === undefined ? releaseIn(known) : release }
    const isMoved = wanted.starts_at !== known.starts_at || wanted.ends_at !== known.ends_at
    refuseChange(known, wanted, isMoved, at)
    const named = await releaseOf(ctx, wanted)
    const changed = { ...change, ...named, updated_at: at, ...(isMoved && { timed_at: at }) }
    if (!(await updateMaintenance(ctx, known, changed))) throw stale(await maintenanceById(ctx, id))
    if (components) await writeComponents(ctx, id, await idsOf(ctx, components, known.components))
    const kind = isMoved ? 'moved' : 'edited'
    await writeUpdate(ctx, wanted, { kind, note, at, ...(isMoved && { was: known }) })
    const was = isMoved ? { was_starts_at: known.starts_at, was_ends_at: known.ends_at } : {}
    const detail = { ...detailOf(wanted), ...was }
    await record(ctx, { action: `maintenance.${kind}`, subject: ['maintenance', id], detail })
    return maintenanceById(ctx, id)
  })
}

/** Calls off what has not begun; one of a series alone, the others stay. Whoever comes second finds it called off. */
export function cancelMaintenance(ctx: Context, id: string, input: Step = {}): Promise<Maintenance> {
  const { note } = StepInput.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const at = nowText(ctx)
    const state = stateAt(known, at)
    if (state === 'cancelled') return known
    if (state !== 'scheduled') throw new Refusal('conflict', 'It has begun already. End it instead.')
    if (!(await updateMaintenance(ctx, known, { cancelled_at: at, updated_at: at }))) throw stale(known)
    await writeUpdate(ctx, known, { kind: 'cancelled', note, at })
    const detail = detailOf(known)
    await record(ctx, { action: 'maintenance.cancelled', subject: ['maintenance', id], detail })
    return maintenanceById(ctx, id)
  })
}

/** Calls off one of a series and all that follow it. Those that somebody moved are called off too. */
export function stopSeries(ctx: Context, id: string, input: Step = {}): Promise<Maintenance> {
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    if (!known.series || known.series.ended_at) throw new Refusal('conflict', 'It does not repeat.')
    await updateSeries(ctx, known.series.id, { ended_at: nowText(ctx) })
    const rest = await ctx.db
      .selectFrom('maintenances')
      .select('id')
      .where('series_id', '=', known.series.id)
      .where('cancelled_at', 'is', null)
      .where('starts_at', '>', nowText(ctx))
      .where('started_at', 'is', null)
      .orderBy('starts_at')
      .execute()
    for (const one of rest) await cancelMaintenance(ctx, one.id, input)
    return maintenanceById(ctx, id)
  })
}

/** Starts it by hand, early or when the time has come. */
export function startMaintenance(ctx: Context, id: string, input: Step = {}): Promise<Maintenance> {
  const { note } = StepInput.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const at = nowText(ctx)
    const state = stateAt(known, at)
    if (state === 'in_progress') return known
    if (state !== 'scheduled') throw new Refusal('conflict', over(state))
    if (!(await begin(ctx, known, { at, note }))) throw stale(await maintenanceById(ctx, id))
    return maintenanceById(ctx, id)
  })
}

/** Ends it by hand, early or late. */
export function endMaintenance(ctx: Context, id: string, input: Step = {}): Promise<Maintenance> {
  const { note } = StepInput.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const at = nowText(ctx)
    const state = stateAt(known, at)
    if (state === 'completed') return known
    if (state !== 'in_progress') throw new Refusal('conflict', 'It has not begun. Call it off instead.')
    // the clock began it a moment ago, and nobody has written that down yet
    if (known.started_at === null) await begin(ctx, known, { at: known.starts_at })
    if (!(await finish(ctx, await maintenanceById(ctx, id), { at, note }))) throw stale(known)
    return maintenanceById(ctx, id)
  })
}

/** Part of a verb: writes that it began at a moment, once, whoever else tries. Says whether this one did. */
export async function begin(
  ctx: Context,
  known: Row,
  { at, note = '', release_id = null }: { at: string; note?: string; release_id?: string | null },
) {
  if (known.started_at !== null || known.cancelled_at !== null) return false
  const change = { started_at: at, release_id, updated_at: nowText(ctx) }
  if (!(await updateMaintenance(ctx, known, change))) return false
  await writeUpdate(ctx, known, { kind: 'started', note, at })
  const detail = { ...detailOf(known), ...(release_id && { release_id }) }
  await record(ctx, { action: 'maintenance.started', subject: ['maintenance', known.id], detail })
  return true
}

/** The same for its end. */
export async function finish(ctx: Context, known: Row, { at, note = '' }: { at: string; note?: string }) {
  if (known.ended_at !== null) return false
  if (!(await updateMaintenance(ctx, known, { ended_at: at, updated_at: nowText(ctx) }))) return false
  await writeUpdate(ctx, known, { kind: 'ended', note, at })
  const detail = detailOf(known)
  await record(ctx, { action: 'maintenance.ended', subject: ['maintenance', known.id], detail })
  return true
}

/** What the journal says of it. */
export function detailOf({ title, starts_at, ends_at }: Pick<Row, 'title' | 'starts_at' | 'ends_at'>) {
  return { title, starts_at, ends_at }
}

function refuseTimes(times: { starts_at: string; ends_at: string }, now: string) {
  const wrong = faultOfTimes(times, now)
  if (wrong) throw fault(...wrong)
}

function refuseChange(known: Row, wanted: Row, isMoved: boolean, now: string) {
  const state = stateAt(known, now)
  if (state === 'completed' || state === 'cancelled') throw new Refusal('conflict', over(state))
  if (!isMoved) return
  refuseTimes(wanted, now)
  if (state === 'in_progress' && wanted.starts_at !== known.starts_at) {
    throw fault('starts_at', 'It has begun already. Only its end can be moved.')
  }
}

function over(state: string) {
  return state === 'completed' ? 'It is over. Plan a new one.' : 'It was called off. Plan a new one.'
}

function plain({ title, body, starts_at, ends_at, starts_by, ends_by }: Said) {
  return { title, body, starts_at, ends_at, starts_by, ends_by }
}

function born(at: string) {
  const nothing = { release_id: null, started_at: null, ended_at: null, cancelled_at: null }
  return { ...nothing, timed_at: at, sequence: 0, version: 1, created_at: at, updated_at: at }
}

async function makeSeries(ctx: Context, said: Said, rule: string, components: string[]): Promise<Series> {
  const { time_zone } = await readSite(ctx)
  const { title, body, starts_at, ends_at, starts_by, ends_by } = said
  if (said.release) throw fault('repeats', 'A release comes once: what is for one cannot repeat.')
  const series = { rule, time_zone, first_wall: wallMinute(starts_at, time_zone) }
  const wrong = faultOfSeries(series, starts_at)
  if (wrong) throw fault('repeats', wrong)
  const minutes = Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000)
  const words = { title, body, starts_by, ends_by, components }
  const row = {
    id: newId(),
    ...series,
    ...words,
    minutes,
    reached: starts_at,
    ended_at: null,
    created_at: nowText(ctx),
  }
  await insertSeries(ctx, row)
  return (await openSeries(ctx)).find(({ id }) => id === row.id) ?? row
}

function releaseIn({ release_component_id, release_version }: Row) {
  if (!release_component_id || !release_version) return null
  return { component: release_component_id, version: release_version }
}

type ByRelease = { starts_by: string; ends_by: string; release?: Said['release'] }

/** The release that it is for. What a release starts or ends must say which one. */
async function releaseOf(ctx: Context, { starts_by, ends_by, release }: ByRelease) {
  if (!release) {
    if (starts_by === 'release' || ends_by === 'release')
      throw fault('release', 'Say which release it is for.')
    return { release_component_id: null, release_version: null }
  }
  const [release_component_id = null] = await idsOf(ctx, [release.component], [], 'release')
  return { release_component_id, release_version: release.version }
}

/** The components that are named, each once. One that was archived meanwhile may stay where it was. */
async function idsOf(ctx: Context, names: string[], known: { id: string }[], field = 'components') {
  const ids = new Set<string>()
  for (const name of names) {
    const component = await componentByIdOrSlug(ctx, name).catch((error) => {
      const unknown = error instanceof Refusal && error.code === 'not-found'
      throw unknown ? fault(field, `There is no component “${name}”.`) : error
    })
    const stays = known.some(({ id }) => id === component.id)
    if (component.archived_at && !stays) throw fault(field, `${component.name} is archived.`)
    ids.add(component.id)
  }
  return [...ids]
}

function stale(current: Maintenance) {
  const words = 'Somebody else changed this meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
