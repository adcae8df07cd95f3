import { type Context, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { hashSecret } from './secrets.ts'
import { insertLoginFailure, recentFailures } from './store.ts'

const throttleWindow = 15 * 60_000
const wrongFromOneNetwork = 10
const wrongOnOneAccount = 10
const wrongOnBoth = 3
/** Whoever is asked for a code has shown the password: then a few wrong ones are enough, from wherever. */
const wrongCodes = 5

/** Since when a wrong guess counts. */
export function guessesSince({ now }: Pick<Context, 'now'>): string {
  return new Date(now().getTime() - throttleWindow).toISOString()
}

/** Ten wrong from one network, or three from it on an account that is under attack from everywhere. */
export async function refuseThrottled(ctx: Context, account: string, network: string) {
  const failures = await recentFailures(ctx, guessesSince(ctx), account, network)
  const underAttack = failures.account >= wrongOnOneAccount && failures.both >= wrongOnBoth
  if (failures.network >= wrongFromOneNetwork || underAttack) {
    throw new Refusal(
      'too-many',
      'Too many wrong passwords. Please wait a quarter of an hour, then try again.',
    )
  }
}

/** What wrong codes, and wrong passwords of somebody who is signed in, are counted under. */
export function proofAccount(user_id: string): string {
  return hashSecret(`proof ${user_id}`)
}

/** Five wrong proofs of one person, and they wait; the password alone opens nothing meanwhile. */
export async function refuseGuessing(ctx: Context, user_id: string) {
  const { account } = await recentFailures(ctx, guessesSince(ctx), proofAccount(user_id), '-')
  if (account < wrongCodes) return
  const words = 'Too many wrong codes or passwords. Please wait a quarter of an hour, then try again.'
  throw new Refusal('too-many', words)
}

/** Notes a wrong guess. */
export async function noteGuess(ctx: Context, account: string, network: string) {
  await insertLoginFailure(ctx, { id: newId(), account, network, failed_at: nowText(ctx) })
}
