import type { Insertable } from 'kysely'
import type { Actor, Context } from '../platform/context.ts'
import type { Delivery } from './store.ts'

/** Keeps deliveries together; answers the ids of those whose key was not kept before. */
export async function insertDeliveries({ db }: Context, rows: Insertable<Delivery>[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const made = await db
    .insertInto('deliveries')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['source_id', 'scope', 'dedupe_key']).doNothing())
    .returning('id')
    .execute()
  return new Set(made.map(({ id }) => id))
}

/** Notes that deliveries are still to be read, and who sent them. */
export async function insertUnread({ db }: Context, rows: { delivery_id: string; actor: Actor }[]) {
  if (rows.length === 0) return
  const values = rows.map(({ delivery_id, actor: { kind, id, name } }) => ({
    delivery_id,
    actor_kind: kind,
    actor_id: id,
    actor_name: name,
  }))
  await db.insertInto('unread_deliveries').values(values).execute()
}

/** Takes one off those that are to be read: it is read here and now. */
export async function takeUnreadOf({ db }: Context, delivery_id: string) {
  await db.deleteFrom('unread_deliveries').where('delivery_id', '=', delivery_id).execute()
}

/** Whether any delivery is stored and not read yet. */
export async function someUnread({ db }: Context): Promise<boolean> {
  return (await db.selectFrom('unread_deliveries').select('delivery_id').executeTakeFirst()) !== undefined
}

/**
 * Takes the oldest that are to be read, for this transaction: another node that wants the same waits for its end,
 * and finds them gone, or there again when it failed.
 */
export async function takeUnread({ db }: Context, most: number) {
  const oldest = db.selectFrom('unread_deliveries').select('delivery_id').orderBy('delivery_id').limit(most)
  const taken = await db
    .deleteFrom('unread_deliveries')
    .where('delivery_id', 'in', oldest)
    .returningAll()
    .execute()
  return taken.sort((one, other) => (one.delivery_id < other.delivery_id ? -1 : 1))
}
