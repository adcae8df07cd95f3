import { ZodError } from 'zod'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'

/**
 * Runs a verb for real, reads what `look` asks of the world after it, and takes all of it back with its transaction:
 * what is seen cannot differ from what the verb would do. Null while the verb refuses what it was given.
 */
export async function rehearse<Made, Seen>(
  ctx: Context,
  verb: (ctx: Context) => Promise<Made>,
  look: (ctx: Context, made: Made) => Promise<Seen>,
): Promise<Seen | null> {
  const rehearsed: { seen: Seen | null } = { seen: null }
  try {
    await inTransaction(ctx, async (ctx) => {
      rehearsed.seen = await look(ctx, await verb(ctx))
      throw rehearsed
    })
  } catch (error) {
    const isUnfinished = error instanceof Refusal || error instanceof ZodError
    if (error !== rehearsed && !isUnfinished) throw error
  }
  return rehearsed.seen
}
