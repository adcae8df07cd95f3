import type { Context, JournalLine } from '../platform/context.ts'
import { firstIdAt } from '../platform/ids.ts'

type Follower = (lines: JournalLine[]) => void
export type Journal = ReturnType<typeof followJournal>

/** A transaction of another process may show its lines this much later than it named them. */
const overlapMillis = 60_000
const quickOverlapMillis = 5_000
const atOnce = 500

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
   * Looks whether other processes wrote since the last look that found the store, however long ago that was. A quick
   * look, after somebody said that there is something new, leaves what shows late to the next whole one.
   */
  async function catchUp(now = Date.now(), { quick = false } = {}) {
    const from = firstIdAt(Math.max(begin, looked_at - (quick ? quickOverlapMillis : overlapMillis)))
    if (!quick) for (const id of known) if (id < from) known.delete(id)
    const recent = await ctx.db
      .selectFrom('journal')
      .select('id')
      .where('id', '>=', from)
      .orderBy('id')
      .execute()
    const missing = recent.map(({ id }) => id).filter((id) => !known.has(id))
    for (let at = 0; at < missing.length; at += atOnce) {
      const some = missing.slice(at, at + atOnce)
      committed(
        await ctx.db.selectFrom('journal').selectAll().where('id', 'in', some).orderBy('id').execute(),
      )
    }
    if (!quick) looked_at = now
  }

  return {
    committed,
    catchUp,
    /** From now on every line is told to `follower` too. */
    on: (follower: Follower) => void followers.push(follower),
  }
}

const everyMillis = 1000
/** Between two quick looks: what comes thicker is seen together. */
const breathMillis = 50

/**
 * Looks for other processes' lines every second, and at once when `look` is called, never twice at a time. `stop` ends it.
 */
export function keepReading(journal: Pick<Journal, 'catchUp'>, log: Context['log']) {
  let reading = false
  let next: 'quick' | 'whole' | null = null
  async function read(quick: boolean) {
    if (reading) {
      if (next !== 'whole') next = quick ? 'quick' : 'whole'
      return
    }
    reading = true
    try {
      await journal.catchUp(Date.now(), { quick })
    } catch (err) {
      log.warn({ err }, 'the journal could not be read')
    } finally {
      reading = false
    }
    if (next === null) return
    const isQuick = next === 'quick'
    next = null
    setTimeout(() => void read(isQuick), breathMillis).unref()
  }
  const timer = setInterval(() => void read(false), everyMillis)
  timer.unref()
  return { look: () => void read(true), stop: () => clearInterval(timer) }
}
