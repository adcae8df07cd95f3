import { setImmediate } from 'node:timers/promises'
import { type Actor, type Context, inTransaction } from '../platform/context.ts'
import { isOfTheStore } from '../platform/store-fault.ts'
import type { Translation } from '../sources/adapter.ts'
import { sha256 } from '../sources/signatures.ts'
import { acceptEach, type Outcome, settle } from './actions.ts'
import { asItCame, keepAnew, readDelivery, rowOf } from './keeping.ts'
import type { Acknowledgement, Verified } from './model.ts'
import { inSavepoint } from './savepoint.ts'
import { type Delivery, deliveryById, updateDelivery } from './store.ts'
import { insertDeliveries, insertUnread, someUnread, takeUnread } from './unread-store.ts'

/** So many are read in one transaction: whoever asks for a page meanwhile waits for no more. */
export const mostRead = 8
/** A job reads for so long at once (milliseconds): no stop waits for more. */
const longest = 3500

/**
 * Keeps verified deliveries, and leaves what they say to be read after the rush: what is acknowledged after the commit
 * is stored. One statement keeps all that have a key nobody knows yet; the others go one by one.
 */
export function storeDeliveries(ctx: Context, list: readonly Verified[]): Promise<Outcome[]> {
  return inTransaction(ctx, async (ctx) => acceptEach(ctx, list, leave, await storeNew(ctx, list)))
}

/** Reads a few of what a rush left to be read, oldest first, in one transaction. Returns how many were read. */
export async function readUnread(ctx: Context): Promise<number> {
  return (await someUnread(ctx)) ? inTransaction(ctx, readSome) : 0
}

/** Reads for a while what a process stored that did not live to read it; whoever knocks goes between two reads. */
export async function readWhatIsLeft(ctx: Context): Promise<void> {
  const until = performance.now() + longest
  while ((await readUnread(ctx)) > 0 && performance.now() < until) await setImmediate()
}

async function storeNew(ctx: Context, list: readonly Verified[]): Promise<Map<Verified, Acknowledgement>> {
  const drafts = list.flatMap((item) => {
    if (item.adapter.dedupeKey(item.incoming) === null) return []
    const said = readDelivery(ctx, item)
    if ('invalid' in said) return []
    return [{ item, said, row: rowOf(item, said, sha256(item.incoming.body)) }]
  })
  const made = await insertDeliveries(
    ctx,
    drafts.map(({ row }) => row),
  )
  const stored = drafts.filter(({ row }) => made.has(row.id))
  await insertUnread(
    ctx,
    stored.map(({ item, row }) => ({ delivery_id: row.id, actor: item.actor })),
  )
  return new Map(stored.map(({ item, said, row }) => [item, unreadAnswer(row, said)]))
}

async function leave(ctx: Context, { actor }: Verified, kept: Delivery, said: Translation) {
  await insertUnread(ctx, [{ delivery_id: kept.id, actor }])
  return unreadAnswer(kept, said)
}

function unreadAnswer({ id, state, reason }: Delivery, said: Translation): Acknowledgement {
  return {
    delivery: id,
    outcome: state as Acknowledgement['outcome'],
    reason,
    release: null,
    state: null,
    matched: false,
    events: [],
    warnings: [],
    ...(('events' in said || 'incident' in said) && { pending: true as const }),
    ...('ping' in said && { ping: true as const }),
  }
}

async function readSome(ctx: Context): Promise<number> {
  const taken = await takeUnread(ctx, mostRead)
  for (const { delivery_id, actor_kind, actor_id, actor_name } of taken) {
    const actor = { kind: actor_kind as Actor['kind'], id: actor_id, name: actor_name }
    await readOne({ ...ctx, actor }, delivery_id)
  }
  return taken.length
}

/** One that cannot be read stays, with the reason, and harms no other. */
async function readOne(ctx: Context, delivery_id: string) {
  try {
    await inSavepoint(ctx, async () => {
      const kept = await deliveryById(ctx, delivery_id)
      const item = await asItCame(ctx, kept)
      const said = readDelivery(ctx, item)
      await settle(ctx, item, 'invalid' in said ? await keepAnew(ctx, kept, said) : kept, said)
    })
  } catch (err) {
    if (isOfTheStore(err)) throw err
    ctx.log.error({ err, delivery: delivery_id }, 'a stored delivery could not be read')
    const reason = 'Shiplog could not read it, which is a fault of Shiplog’s own. It is kept.'
    await updateDelivery(ctx, delivery_id, { state: 'invalid', reason })
  }
}
