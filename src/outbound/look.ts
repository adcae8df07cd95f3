import type { Context } from '../platform/context.ts'
import { unseal } from '../platform/seal.ts'
import { type Call, stateOf } from './model.ts'
import { attemptsOf, callById } from './store.ts'
import { shownAddress } from './target.ts'

/** Whom a call is for: the host and its port. */
export function hostOf({ url }: Pick<Call, 'url'>): string {
  return new URL(url).host
}

/** What operators see of a call. Values of headers are left out, and what follows the `?` too: tokens stand there. */
export function shownCall(call: Call) {
  const { id, purpose, subject_kind, subject_id, method, attempts, failure, replays_call_id } = call
  const { created_at, next_attempt_at, delivered_at, failed_at } = call
  return {
    ...{ id, purpose, subject_kind, subject_id, method, host: hostOf(call) },
    address: shownAddress(call.url),
    signed: call.sealed_secret !== null,
    schedule: call.schedule as 'urgent' | 'patient',
    state: stateOf(call),
    ...{ attempts, created_at, next_attempt_at, delivered_at, failed_at, failure, replays_call_id },
  }
}

/** A call whole: with each try, the body as it was sent, and the names of its headers. */
export async function callWhole(ctx: Context, id: string) {
  const call = await callById(ctx, id)
  const attempts = await attemptsOf(ctx, id)
  const tries = attempts.map(({ call_id, ...attempt }) => attempt)
  return { ...shownCall(call), header_names: headerNames(ctx, call), body: call.body, tries }
}

function headerNames(ctx: Context, { sealed_headers }: Call): string[] {
  if (sealed_headers === null) return []
  try {
    return Object.keys(JSON.parse(unseal(ctx.secret, sealed_headers)))
  } catch {
    return [] // sealed under a secret that is gone
  }
}
