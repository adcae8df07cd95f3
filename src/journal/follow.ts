import type { Context, JournalLine } from '../platform/context.ts'
import { firstIdAt } from '../platform/ids.ts'

type Follower = (lines: JournalLine[]) => void
export type Journal = ReturnType<typeof followJournal>

/** A transaction of another process may show its lines this much later than it named them. */
const overlapMillis = 60_000

/**
 * The ship's log as it grows, read once for all who follow it in this process. Lines of this process are told at
 * once, right after their commit (`committed`, to be put into the context); lines of other processes when `catchUp`
 * finds them. Each line is told once. Whoever must not miss one over a restart keeps a place of its own.
 */
export function followJournal(ctx: Pick<Context, 'db'>, begin = Date.now()) {
  const followers: Follower[] = []
  const known = new Set<string>()
  let looked_at = begin

  function committed(lines: JournalLine[]) {
    // another look may have read them between their commit and this word of it
    const fresh = lines.filter(({ id }) => !known.has(id))
    for (const { id } of fresh) known.add(id)
    if (fresh.length > 0) for (const follow of followers) follow(fresh)
  }

  /**
   * Looks whether other processes wrote since the last look that found the store, however long ago that was; costs a
   * count of the last minute's lines when they did not.
   */
  async function catchUp(now = Date.now()) {
    const from = firstIdAt(Math.max(begin, looked_at - overlapMillis))
    for (const id of known) if (id < from) known.delete(id)
    const recent = ctx.db.selectFrom('journal').where('id', '>=', from)
    const { count } = await recent
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) !== known.size) committed(await recent.selectAll().orderBy('id').execute())
    looked_at = now
  }

  return {
    committed,
    catchUp,
    /** From now on every line is told to `follower` too. */
    on: (follower: Follower) => void followers.push(follower),
  }
}

const everyMillis = 1000

/** Looks for other processes' lines every second, never twice at once. Returns how to stop. */
export function keepReading(journal: Journal, log: Context['log']): () => void {
  let reading = false
  const timer = setInterval(async () => {
    if (reading) return
    reading = true
    try {
      await journal.catchUp()
    } catch (err) {
      log.warn({ err }, 'the journal could not be read')
    } finally {
      reading = false
    }
  }, everyMillis)
  timer.unref()
  return () => clearInterval(timer)
}
