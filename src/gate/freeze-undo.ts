import { ownerOf } from '../incidents/owner.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { notTakenBack, openUntil, stoodAlike, toTakeBack } from '../platform/undo.ts'
import { detailOf } from './freeze-checks.ts'
import {
  bringBack,
  claimUndo,
  keepUndo,
  lastUndo,
  type Standing,
  standingNow,
  standingOf,
} from './freeze-undo-store.ts'
import { type Freeze, freezeById } from './store.ts'

/** Changes or ends a freeze in a way that whoever did it can take back for 20 s: runs the verb, and keeps how all of it stood. */
export function undoable(
  ctx: Context,
  { what, id }: { what: 'edit' | 'end' | 'stop'; id: string },
  verb: (ctx: Context) => Promise<Freeze>,
): Promise<Freeze> {
  return inTransaction(ctx, async (ctx) => {
    const before = await standingOf(ctx, id)
    const made = await verb(ctx)
    const after = await standingOf(ctx, id)
    if (!stoodAlike(before, after)) await keepUndo(ctx, { freeze_id: id, what, before, after })
    return made
  })
}

/** Takes back what the actor did to a freeze in the last 20 s: exactly that, unless somebody changed it since. */
export function undoFreeze(ctx: Context, id: string): Promise<Freeze> {
  return inTransaction(ctx, async (ctx) => {
    const { id: freeze_id } = await freezeById(ctx, id)
    const last = toTakeBack(ctx, await lastUndo(ctx, freeze_id), { owner: ownerOf(ctx) })
    const after = JSON.parse(last.after) as Standing
    const now = await standingNow(ctx, after)
    const before = JSON.parse(last.before) as Standing
    if (!stoodAlike(now, after) || !(await claimUndo(ctx, last)) || !(await bringBack(ctx, now, before))) {
      throw notTakenBack('Somebody changed it since, so this cannot be taken back.')
    }
    const freeze = await freezeById(ctx, id)
    const detail = { ...detailOf(freeze), what: last.what }
    await record(ctx, { action: 'freeze.undone', subject: ['freeze', id], detail })
    return freeze
  })
}

/** What the actor can still take back of freezes, and until when; null when nothing. */
export async function undoFor(ctx: Context) {
  const last = await lastUndo(ctx)
  const open = openUntil(ctx, last, ownerOf(ctx))
  return open && last ? { address: `/admin/freezes/${last.freeze_id}/undo`, ...open } : null
}
