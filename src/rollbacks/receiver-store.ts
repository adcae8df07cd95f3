import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

export type Receiver = Tables['rollback_receivers']

/** Where a rollback of this component is asked for; undefined: nowhere yet. */
export function receiverOf({ db }: Context, component_id: string): Promise<Receiver | undefined> {
  return db
    .selectFrom('rollback_receivers')
    .selectAll()
    .where('component_id', '=', component_id)
    .executeTakeFirst()
}

/** Writes the component's receiver, whether there was one or not. */
export async function putReceiver({ db }: Context, row: Receiver) {
  const { component_id, created_at, ...change } = row
  await db
    .insertInto('rollback_receivers')
    .values(row)
    .onConflict((conflict) => conflict.column('component_id').doUpdateSet(change))
    .execute()
}

export async function deleteReceiver({ db }: Context, component_id: string) {
  await db.deleteFrom('rollback_receivers').where('component_id', '=', component_id).execute()
}
