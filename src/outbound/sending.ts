import type { Journal } from '../journal/follow.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { unseal } from '../platform/seal.ts'
import type { Answer, Client } from './client.ts'
import { failed } from './faults.ts'
import { hushed } from './hushed.ts'
import { type Call, nextAttempt, secondsOf, tooLateBefore, verdictOn } from './model.ts'
import { signatureHeaders } from './sign.ts'
import { claimDue, deliverCall, dueTooLate, endCall, insertAttempt, settleCall } from './store.ts'

/** Longer than a try may take: whoever died with a call in hand is followed by another, with the same webhook-id. */
const claimMillis = 60_000
/** Calls under way at once: so many that half of two hundred receivers may hang, and keep nobody waiting. */
const most = 256
const everyMillis = 1000
/** How long a stop waits for receivers; what they had not answered by then is sent again after the next start. */
const graceMillis = 4_000

/** Tries every call that is due, each once, and waits for what comes of it. Returns how many were tried. */
export async function sendDue(ctx: Context, client: Client): Promise<number> {
  const begun: Promise<void>[] = []
  try {
    await beginDue(ctx, client, { room: most, begin: (one) => begun.push(one) })
  } finally {
    await Promise.all(begun)
  }
  return begun.length
}

/**
 * Sends calls right after the commit that made them (told by the journal), and looks each second for what is due and
 * for what other processes stored. Returns how to stop: it resolves when the tries under way have ended, or a
 * few seconds were not enough for them.
 */
export function keepSending(
  ctx: Context,
  journal: Pick<Journal, 'on'>,
  client: Client,
  at_once = most,
): () => Promise<void> {
  const running = new Set<Promise<void>>()
  let [stopped, again] = [false, false]
  let looking: Promise<void> | null = null

  function begin(one: Promise<void>) {
    running.add(one)
    void one.finally(() => running.delete(one))
  }
  async function look() {
    do {
      again = false
      await beginDue(ctx, client, { room: at_once - running.size, begin })
    } while (again && !stopped)
  }
  function wake() {
    again = true
    if (stopped || looking) return
    looking = look()
      .catch((err) => ctx.log.warn({ err }, 'it could not be seen which calls are due'))
      .finally(() => {
        looking = null
      })
  }
  journal.on(wake)
  const timer = setInterval(wake, everyMillis)
  timer.unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await looking
    const patience = setTimeout(() => client.giveUp?.(), graceMillis)
    await Promise.all(running)
    clearTimeout(patience)
  }
}

/** Claims what is due and begins to send it; what is begun never rejects. */
async function beginDue(
  ctx: Context,
  client: Client,
  { room, begin }: { room: number; begin: (one: Promise<void>) => void },
) {
  const now = nowText(ctx)
  for (const late of await dueTooLate(ctx, { now, before: tooLateBefore(ctx.now()) })) {
    await endCall(ctx, late.id, { at: now, why: `${triedWords(late.attempts)} Now it would come too late.` })
  }
  const until = new Date(ctx.now().getTime() + claimMillis).toISOString()
  const claimed = room > 0 ? await claimDue(ctx, { now, until, limit: room }) : []
  for (const call of claimed) begin(tryCall(ctx, client, call))
}

async function tryCall(ctx: Context, client: Client, call: Call) {
  try {
    const started_at = nowText(ctx)
    const answer = await sendOnce(ctx, client, call)
    await inTransaction(ctx, (ctx) => settle(ctx, call, { started_at, answer }))
  } catch (err) {
    ctx.log.error({ err, call: call.id }, 'what came of a call could not be kept; it will be sent again')
  }
}

async function sendOnce(ctx: Context, client: Client, call: Call): Promise<Answer> {
  const { id, url, method, body, sealed_headers, sealed_secret, sealed_tail } = call
  try {
    const given = sealed_headers === null ? {} : JSON.parse(unseal(ctx.secret, sealed_headers))
    const secret = sealed_secret === null ? null : unseal(ctx.secret, sealed_secret)
    const tail = sealed_tail === null ? '' : unseal(ctx.secret, sealed_tail)
    const said = { id, at: ctx.now(), body: `${body ?? ''}${tail}` }
    const headers = { ...withType(given), ...(secret === null ? {} : signatureHeaders({ ...said, secret })) }
    const answer = await client.send({ url, method: method as 'POST', headers, body: said.body })
    return hushed(answer, { headers: given, tail, secret })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return failed('Its secrets were sealed under another SHIPLOG_SECRET. Enter them anew.', true)
  }
}

function withType(headers: Record<string, string>) {
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return typed ? headers : { 'content-type': 'application/json', ...headers }
}

async function settle(
  ctx: Context,
  call: Call,
  { started_at, answer }: { started_at: string; answer: Answer },
) {
  const { words, permanent } = verdictOn(answer)
  const at = nowText(ctx)
  await insertAttempt(ctx, {
    id: newId(),
    call_id: call.id,
    started_at,
    ended_at: at,
    status: answer.status ?? null,
    error: words,
    response: answer.body_excerpt ?? null,
  })
  if (words === null) return deliverCall(ctx, call.id, at)
  const wait = 'headers' in answer ? secondsOf(answer.headers['retry-after'], ctx.now()) : null
  const next = permanent ? null : nextAttempt(call, { now: ctx.now(), wait, random: Math.random() })
  const failure = permanent ? words : `${triedWords(call.attempts)} ${words}`
  const over = { next_attempt_at: null, failed_at: at, failure }
  await settleCall(ctx, call, next ? { next_attempt_at: next, failed_at: null, failure: null } : over)
}

function triedWords(attempts: number): string {
  if (attempts === 0) return 'Shiplog did not run, or was paused, when it was to be sent.'
  return attempts === 1 ? 'It was tried once.' : `It was tried ${attempts} times, in vain.`
}
