import { record } from '../journal/journal.ts'
import { pauseOf } from '../outbound/pause.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { sourceById } from '../sources/store.ts'
import { asItCame, readDelivery } from './keeping.ts'
import { type Delivery, deliveryById, updateDelivery } from './store.ts'

/** What a delivery asks a person to say yes to, as long as nobody has: the address that says it. Else null. */
export async function confirmationOf(ctx: Context, delivery: Delivery): Promise<{ url: string } | null> {
  if (delivery.state !== 'ignored' || delivery.body === null) return null
  const said = readDelivery(ctx, await asItCame(ctx, delivery))
  return 'confirm' in said && said.confirm.words === delivery.reason ? said.confirm : null
}

/** Says yes to what a delivery asks, where it still asks. Outside of a transaction, since it waits for somebody else. */
export async function sayYes(ctx: Context, id: string): Promise<void> {
  const asked = await confirmationOf(ctx, await deliveryById(ctx, id))
  if (!asked) return
  if (await pauseOf(ctx)) throw new Refusal('conflict', 'Calls out are paused. Resume them first.')
  if (!ctx.publicText) throw new Refusal('unavailable', 'Nothing can be called from here.')
  await ctx.publicText(asked.url, true)
}

/** Notes that a person has said yes, after `sayYes`. */
export function noteYes(ctx: Context, id: string): Promise<{ delivery: string; reason: string }> {
  return inTransaction(ctx, async (ctx) => {
    const delivery = await deliveryById(ctx, id)
    if (!(await confirmationOf(ctx, delivery))) {
      throw new Refusal('conflict', 'This delivery asks for nothing any more.')
    }
    const reason = `The subscription was confirmed by ${ctx.actor.name}.`
    await updateDelivery(ctx, id, { reason })
    const { name } = await sourceById(ctx, delivery.source_id)
    const subject = ['source', delivery.source_id] as const
    await record(ctx, { action: 'source.confirmed', subject: [...subject], detail: { name } })
    return { delivery: id, reason }
  })
}
