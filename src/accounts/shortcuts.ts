import { z } from 'zod'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { updateUser, userById } from './store.ts'

export const Shortcuts = z.object({ shortcuts: z.enum(['on', 'off']) })

/** A person switches what single letters do on or off, for themselves and wherever they sign in (WCAG 2.1.4). */
export function setShortcuts(ctx: Context, to: 'on' | 'off') {
  return inTransaction(ctx, async (ctx) => {
    const user = await userById(ctx, ctx.actor.id ?? '')
    if (!user || (user.shortcuts_off_at === null) === (to === 'on')) return
    const at = nowText(ctx)
    await updateUser(ctx, user.id, { shortcuts_off_at: to === 'off' ? at : null, updated_at: at })
    await record(ctx, { action: 'user.shortcuts_set', subject: ['user', user.id], detail: { to } })
  })
}
