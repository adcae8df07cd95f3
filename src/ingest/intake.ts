import { setTimeout as pause, setImmediate } from 'node:timers/promises'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { acceptDeliveries } from './actions.ts'
import { fairQueue } from './fair-queue.ts'
import type { Acknowledgement, Verified } from './model.ts'
import { mostRead, readUnread, storeDeliveries } from './reading.ts'

type Waiting = {
  item: Verified
  resolve(answer: Acknowledgement): void
  reject(reason: unknown): void
}

/** Up to so many that come at once are read before they are acknowledged; more of them are a rush. */
const mostAtOnce = 16
/** In a rush so many are stored by one statement: pages wait for no more, and few statements have to be kept. */
const mostStored = 64
const mostWaiting = 2000
/** Of one sender. Whoever floods is told to wait; others do not wait behind it. */
const mostOfOne = 500
/** With so many unread (some forty seconds of reading), senders are slowed down instead. */
const mostUnread = 20_000
/** Milliseconds: nothing is read while a rush goes on, but some of it all the same every so often. */
const [lull, longestWait] = [25, 250]
const tryAgainMillis = 3000

export type Intake = ReturnType<typeof makeIntake>

/**
 * One door for all deliveries of this process: what comes while a transaction runs goes into the next one together,
 * so that a burst costs a commit for each batch instead of one for each delivery. In a rush deliveries are only stored,
 * and read when it is over, so that no deploy waits for the releases of all others. `take` resolves after the commit.
 */
export function makeIntake() {
  const waiting = fairQueue<Waiting>({ most: mostWaiting, share: mostOfOne })
  let [busy, reading, closed] = [false, false, false]
  let unread = 0
  let last_at = 0

  async function drain(ctx: Context) {
    busy = true
    while (waiting.length() > 0) {
      const calm = (waiting.length() <= mostAtOnce && unread === 0) || unread >= mostUnread
      const batch = waiting.take(calm ? mostAtOnce : mostStored)
      const answers = await together(ctx, batch, calm ? acceptDeliveries : storeDeliveries)
      if (!calm) unread += answers
      last_at = performance.now()
      await setImmediate() // SQLite answers without a turn of the event loop: here all others are heard
    }
    busy = false
    if (unread > 0 && !reading) void readOn(ctx)
  }

  /** Reads what was only stored until nothing is left; whoever still knocks goes first. */
  async function readOn(ctx: Context) {
    reading = true
    let read_at = performance.now()
    while (unread > 0 && !closed) {
      const now = performance.now()
      if (now - last_at < lull && now - read_at < longestWait) {
        await pause(lull, undefined, { ref: false })
        continue
      }
      unread = await readMore(ctx, unread)
      read_at = performance.now()
      await setImmediate()
    }
    reading = false
  }

  return {
    take(ctx: Context, item: Verified): Promise<Acknowledgement> {
      return new Promise((resolve, reject) => {
        const place = waiting.add(`${item.source.id} ${item.scope}`, { item, resolve, reject })
        if (place !== 'taken') return reject(refusals[place]())
        if (!busy) void drain(ctx)
      })
    },
    /** What is unread stays stored: it is read after the next start. */
    close() {
      closed = true
    },
  }
}

const refusals = {
  full: () =>
    new Refusal('unavailable', 'More deliveries come than can be stored. Send this one again in a moment.'),
  'too-many': () =>
    new Refusal(
      'too-many',
      'More of your deliveries wait than there are places for. Send this one again in a moment.',
    ),
}

/** How many are left to be read, as far as is known. */
async function readMore(ctx: Context, unread: number): Promise<number> {
  try {
    const read = await readUnread(ctx)
    return read < mostRead ? 0 : Math.max(1, unread - read)
  } catch (err) {
    ctx.log.warn({ err }, 'what was stored in a rush could not be read yet')
    await pause(tryAgainMillis, undefined, { ref: false })
    return unread
  }
}

/** Answers each of a batch after their one commit. Returns how many were acknowledged. */
async function together(ctx: Context, batch: Waiting[], accept: typeof acceptDeliveries): Promise<number> {
  try {
    const outcomes = await accept(
      ctx,
      batch.map(({ item }) => item),
    )
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome && 'acknowledged' in outcome) resolve(outcome.acknowledged)
      else reject(outcome?.failed ?? new Error('A delivery was left out of its batch.'))
    }
    return outcomes.filter((outcome) => 'acknowledged' in outcome).length
  } catch (error) {
    for (const { reject } of batch) reject(error)
    return 0
  }
}
