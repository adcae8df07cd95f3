import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { acceptDeliveries } from './actions.ts'
import type { Acknowledgement, Verified } from './model.ts'

type Waiting = {
  item: Verified
  resolve(answer: Acknowledgement): void
  reject(reason: unknown): void
}
export type Intake = (ctx: Context, item: Verified) => Promise<Acknowledgement>

const mostAtOnce = 16
const mostWaiting = 2000

/**
 * One door for all deliveries of this process: what comes while a transaction runs goes into the next one together,
 * so that a burst costs a commit for each batch instead of one for each delivery. Resolves after the commit.
 */
export function makeIntake(): Intake {
  const waiting: Waiting[] = []
  let busy = false

  async function drain(ctx: Context) {
    busy = true
    while (waiting.length > 0) await acceptTogether(ctx, waiting.splice(0, mostAtOnce))
    busy = false
  }

  return (ctx, item) => {
    if (waiting.length >= mostWaiting) {
      throw new Refusal(
        'unavailable',
        'More deliveries come than can be stored. Send this one again in a moment.',
      )
    }
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!busy) void drain(ctx)
    })
  }
}

async function acceptTogether(ctx: Context, batch: Waiting[]) {
  try {
    const outcomes = await acceptDeliveries(
      ctx,
      batch.map(({ item }) => item),
    )
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome && 'acknowledged' in outcome) resolve(outcome.acknowledged)
      else reject(outcome?.failed ?? new Error('A delivery was left out of its batch.'))
    }
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}
