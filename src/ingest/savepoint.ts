import { CompiledQuery } from 'kysely'
import type { Context } from '../platform/context.ts'
import { isOfTheStore } from '../platform/store-fault.ts'

const [begin, undo, end] = [
  CompiledQuery.raw('savepoint delivery'),
  CompiledQuery.raw('rollback to savepoint delivery'),
  CompiledQuery.raw('release savepoint delivery'),
]

/** Runs `work` in a savepoint of the transaction it stands in: when it throws, only its own writes are undone. */
export async function inSavepoint<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  await ctx.db.executeQuery(begin)
  let result: T
  try {
    result = await work()
  } catch (error) {
    // A full disk has ended the whole transaction already: there is no savepoint to go back to
    if (isOfTheStore(error)) throw error
    await ctx.db.executeQuery(undo)
    await ctx.db.executeQuery(end)
    throw error
  }
  await ctx.db.executeQuery(end)
  return result
}
