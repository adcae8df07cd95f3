import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { seal } from '../platform/seal.ts'
import { hostOf } from './look.ts'
import { keepCallsDays, type NewCall } from './model.ts'
import { isSigningSecret } from './sign.ts'
import { callById, endCall, forgetCalls, insertCall } from './store.ts'
import { readTarget, wrongHeader } from './target.ts'

/**
 * Stores a call to somebody else's address with the verb that wants it, in that verb's transaction; it is sent after
 * the commit. What can never be sent is refused. No journal line: that is the verb's. Returns the call's id.
 */
export async function queueCall(ctx: Context, call: NewCall): Promise<string> {
  const { secret = null, secret_tail = null, headers = {} } = call
  refuseUnsendable(call)
  const id = newId()
  const at = nowText(ctx)
  await insertCall(ctx, {
    id,
    purpose: call.purpose,
    subject_kind: call.subject[0],
    subject_id: call.subject[1],
    method: call.method ?? 'POST',
    url: call.url,
    body: call.body,
    sealed_headers: Object.keys(headers).length > 0 ? seal(ctx.secret, JSON.stringify(headers)) : null,
    sealed_secret: secret === null ? null : seal(ctx.secret, secret),
    sealed_tail: secret_tail === null ? null : seal(ctx.secret, secret_tail),
    schedule: call.schedule,
    attempts: 0,
    created_at: at,
    next_attempt_at: at,
    replays_call_id: null,
    ...nothingYet,
  })
  return id
}

const nothingYet = { claimed_until: null, delivered_at: null, failed_at: null, failure: null }

function refuseUnsendable({ url, headers = {}, secret }: NewCall) {
  const target = readTarget(url)
  if (!(target instanceof URL)) throw new Refusal('invalid', target.error)
  const wrong = wrongHeader(headers)
  if (wrong !== null) throw new Refusal('invalid', `The header ${wrong} cannot be sent.`)
  if (typeof secret === 'string' && !isSigningSecret(secret)) {
    throw new Refusal('invalid', 'The secret must be whsec_ and 24 to 64 bytes in base64.')
  }
}

/** Sends again, as a new call with an id of its own, what an old call said. Returns the new call's id. */
export function replayCall(ctx: Context, id: string): Promise<string> {
  return inTransaction(ctx, async (ctx) => {
    const old = await callById(ctx, id)
    if (old.next_attempt_at !== null) {
      throw new Refusal('conflict', 'This call is still being tried. Stop that first.')
    }
    if (old.body === null) {
      throw new Refusal(
        'gone',
        `What this call said is no longer kept: that ends after ${keepCallsDays} days.`,
      )
    }
    const at = nowText(ctx)
    const fresh = { id: newId(), attempts: 0, created_at: at, next_attempt_at: at, replays_call_id: id }
    await insertCall(ctx, { ...old, ...fresh, ...nothingYet })
    const detail = { host: hostOf(old), purpose: old.purpose, replays: id }
    await record(ctx, { action: 'outbound.replayed', subject: ['call', fresh.id], detail })
    return fresh.id
  })
}

/**
 * Tries a call no more, and keeps why. An attempt under way may still arrive, and then the call counts as delivered.
 * A call that is over stays as it is; false then.
 */
export function stopCall(ctx: Context, id: string, why: string): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const call = await callById(ctx, id)
    const stopped = await endCall(ctx, id, { at: nowText(ctx), why })
    const detail = { host: hostOf(call), purpose: call.purpose, why }
    if (stopped) await record(ctx, { action: 'outbound.stopped', subject: ['call', id], detail })
    return stopped
  })
}

/** Forgets what calls said, and what was answered, 90 days after they were made; that there was a call stays. */
export function forgetOldCalls(ctx: Context): Promise<number> {
  const before = new Date(ctx.now().getTime() - keepCallsDays * 86_400_000).toISOString()
  return inTransaction(ctx, (ctx) => forgetCalls(ctx, before))
}
