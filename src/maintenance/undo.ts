import { ownerOf } from '../incidents/owner.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { detailOf } from './checks.ts'
import { type Maintenance, maintenanceById } from './store.ts'
import {
  bringBack,
  claimUndo,
  keepUndo,
  lastUndo,
  type Standing,
  standingNow,
  standingOf,
  type Undo,
} from './undo-store.ts'

/** What can be taken back, as the journal names it. */
type Undoable = 'edit' | 'cancel' | 'stop'

const seconds = 20

/** Changes or calls off planned work in a way that whoever did it can take back for 20 s: runs the verb, and keeps how all of it stood. */
export function undoable(
  ctx: Context,
  { what, id }: { what: Undoable; id: string },
  verb: (ctx: Context) => Promise<Maintenance>,
): Promise<Maintenance> {
  return inTransaction(ctx, async (ctx) => {
    const before = await standingOf(ctx, id)
    const made = await verb(ctx)
    const after = await standingOf(ctx, id)
    if (!isSame(before, after)) await keepUndo(ctx, { maintenance_id: id, what, before, after })
    return made
  })
}

/** Takes back what the actor did to planned work in the last 20 s: exactly that, unless it went on since. */
export function undoMaintenance(ctx: Context, id: string): Promise<Maintenance> {
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const last = await lastUndo(ctx, id)
    if (!last || last.owner !== ownerOf(ctx)) throw no('There is nothing of yours to take back here.')
    if (last.undone_at) throw no('This was taken back already.')
    if (!isOpen(ctx, last)) throw no(`The ${seconds} seconds in which this could be taken back are over.`)
    const after = JSON.parse(last.after) as Standing
    const now = await standingNow(ctx, after)
    const before = JSON.parse(last.before) as Standing
    if (!isSame(now, after) || !(await claimUndo(ctx, last)) || !(await bringBack(ctx, now, before))) {
      throw no('It went on since, or somebody changed it, so this cannot be taken back.')
    }
    const detail = { ...detailOf(known), what: last.what }
    await record(ctx, { action: 'maintenance.undone', subject: ['maintenance', id], detail })
    return maintenanceById(ctx, id)
  })
}

/** What the actor can still take back of it, and until when; null when nothing. */
export async function undoFor(ctx: Context, id: string) {
  const last = await lastUndo(ctx, id)
  if (!last || last.owner !== ownerOf(ctx) || last.undone_at || !isOpen(ctx, last)) return null
  const until = new Date(Date.parse(last.at) + seconds * 1000)
  const left = Math.max(1, Math.ceil((until.getTime() - ctx.now().getTime()) / 1000))
  return { address: `/admin/maintenance/${id}/undo`, until: until.toISOString(), left }
}

function isOpen(ctx: Context, { at }: Undo) {
  return ctx.now().getTime() - Date.parse(at) <= seconds * 1000
}

/** How far a series was laid out is no change of it: that goes on by itself. */
function isSame(one: Standing, other: Standing) {
  const text = ({ times, series }: Standing) => JSON.stringify([times, series && { ...series, reached: '' }])
  return text(one) === text(other)
}

function no(words: string) {
  return new Refusal('conflict', words)
}
