import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'

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

/**
 * Whether the store itself is at fault (full, read-only, unreadable, gone, in another's way) and not what was
 * written: then the sender has to be asked to come again.
 */
export function isOfTheStore(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return (
    /^SQLITE_(FULL|READONLY|IOERR|BUSY|CANTOPEN|CORRUPT|NOTADB|NOMEM)/.test(code) ||
    /^(08|25|40|53|57)/.test(code)
  )
}
