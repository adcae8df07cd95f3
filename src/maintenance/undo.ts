import { ownerOf } from '../incidents/owner.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { notTakenBack, openUntil, stoodAlike, toTakeBack } from '../platform/undo.ts'
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
} from './undo-store.ts'

/** What can be taken back, as the journal names it. */
type Undoable = 'edit' | 'cancel' | 'stop'

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
    if (!stoodAlike(before, after)) await keepUndo(ctx, { maintenance_id: id, what, before, after })
    return made
  })
}

/** Takes back what the actor did to planned work in the last 20 s: exactly that, unless it went on since. */
export function undoMaintenance(ctx: Context, id: string): Promise<Maintenance> {
  return inTransaction(ctx, async (ctx) => {
    const known = await maintenanceById(ctx, id)
    const last = toTakeBack(ctx, await lastUndo(ctx, id), { owner: ownerOf(ctx) })
    const after = JSON.parse(last.after) as Standing
    const now = await standingNow(ctx, after)
    const before = JSON.parse(last.before) as Standing
    if (!stoodAlike(now, after) || !(await claimUndo(ctx, last)) || !(await bringBack(ctx, now, before))) {
      throw notTakenBack('It went on since, or somebody changed it, so this cannot be taken back.')
    }
    const detail = { ...detailOf(known), what: last.what }
    await record(ctx, { action: 'maintenance.undone', subject: ['maintenance', id], detail })
    return maintenanceById(ctx, id)
  })
}

/** What the actor can still take back of it, and until when; null when nothing. */
export async function undoFor(ctx: Context, id: string) {
  const open = openUntil(ctx, await lastUndo(ctx, id), ownerOf(ctx))
  return open && { address: `/admin/maintenance/${id}/undo`, ...open }
}
