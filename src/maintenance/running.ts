import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { detailOf, over, stale } from './checks.ts'
import { Step, stateAt } from './model.ts'
import { type Maintenance, maintenanceById, type Row, updateMaintenance, writeUpdate } from './store.ts'

/** Starts it by hand, early or when the time has come. */
export function startMaintenance(ctx: Context, id: string, input: Step = {}): Promise<Maintenance> {
  const { note } = Step.parse(input)
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
  const { note } = Step.parse(input)
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
