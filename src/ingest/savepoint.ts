import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { isOfTheStore } from '../platform/store-fault.ts'

/** Runs `work` in a savepoint of the transaction it stands in: when it throws, only its own writes are undone. */
export async function inSavepoint<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  await sql`savepoint delivery`.execute(ctx.db)
  let result: T
  try {
    result = await work()
  } catch (error) {
    // A full disk has ended the whole transaction already: there is no savepoint to go back to
    if (isOfTheStore(error)) throw error
    await sql`rollback to savepoint delivery`.execute(ctx.db)
    await sql`release savepoint delivery`.execute(ctx.db)
    throw error
  }
  await sql`release savepoint delivery`.execute(ctx.db)
  return result
}
