import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { deletePause, endWaitingCalls, insertPause, pauseRow } from './store.ts'

/** Why nothing is sent at the moment and since when, and how many calls wait for it; null while calls go out. */
export async function pauseOf(ctx: Context) {
  const pause = await pauseRow(ctx)
  return pause ? { ...pause, waiting: Number(pause.waiting) } : null
}

/** Sends nothing more, on no node, until somebody resumes; what verbs queue meanwhile waits. False when it is so already. */
export function pauseCalls(ctx: Context, why: string): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const row = { id: 'outbound' as const, paused_at: nowText(ctx), paused_by: ctx.actor.name, why }
    const paused = await insertPause(ctx, row)
    if (paused) await record(ctx, { action: 'outbound.paused', subject: ['site', 'site'], detail: { why } })
    return paused
  })
}

/**
 * Lets calls go out again. What waited is sent, or with `drop` given up with the reason beside it: after a restore
 * some of it was sent once already, and only a person can tell. Returns how many are sent, and how many dropped.
 */
export function resumeCalls(ctx: Context, { drop }: { drop: boolean }) {
  return inTransaction(ctx, async (ctx) => {
    const waiting = (await pauseOf(ctx))?.waiting ?? 0
    if (!(await deletePause(ctx)))
      throw new Refusal('conflict', 'Calls go out already: somebody else was faster.')
    const why = `Dropped by ${ctx.actor.name} at the end of a pause.`
    const dropped = drop ? await endWaitingCalls(ctx, { at: nowText(ctx), why }) : 0
    const told = { sent: drop ? 0 : waiting, dropped }
    await record(ctx, { action: 'outbound.resumed', subject: ['site', 'site'], detail: told })
    return told
  })
}
