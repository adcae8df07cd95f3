import { namedIds } from '../incidents/named.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { detailOf, isMove, refuseChange, refuseTimes, releaseIn, releaseOf, stale } from './checks.ts'
import { MaintenanceChange, NewMaintenance, Step, stateAt } from './model.ts'
import { layOut, makeSeries } from './series.ts'
import { editLater, onlyTogether } from './series-edits.ts'
import {
  insertMaintenance,
  type Maintenance,
  maintenanceById,
  updateMaintenance,
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
    const ids = await namedIds(ctx, said.components, [])
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

/**
 * Changes what is given. With other times it is moved, and both times are told. What is over stays as it was. Of what
 * repeats, only this one is changed, or (`which: 'later'`) this one and all later ones.
 */
export function editMaintenance(ctx: Context, id: string, input: MaintenanceChange): Promise<Maintenance> {
  const said = MaintenanceChange.parse(input)
  if (said.which === 'later') return editLater(ctx, id, said)
  const { components, note, version, release, which: _, repeats, ...change } = said
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const at = nowText(ctx)
    if (version !== undefined && version !== known.version) throw stale(known)
    onlyTogether(known, repeats)
    const wanted = { ...known, ...change, release: release === undefined ? releaseIn(known) : release }
    const isMoved = isMove(known, wanted)
    refuseChange(known, wanted, isMoved, at)
    const named = await releaseOf(ctx, wanted)
    const changed = { ...change, ...named, updated_at: at, ...(isMoved && { timed_at: at }) }
    if (!(await updateMaintenance(ctx, known, changed))) throw stale(await maintenanceById(ctx, id))
    if (components) await writeComponents(ctx, id, await namedIds(ctx, components, known.components))
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
  const { note } = Step.parse(input)
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

function plain({ title, body, starts_at, ends_at, starts_by, ends_by }: Said) {
  return { title, body, starts_at, ends_at, starts_by, ends_by }
}

function born(at: string) {
  const nothing = { release_id: null, started_at: null, ended_at: null, cancelled_at: null, own_at: null }
  return { ...nothing, timed_at: at, sequence: 0, version: 1, created_at: at, updated_at: at }
}
