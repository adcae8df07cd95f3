import type { Context } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { readJson } from '../platform/strict-text.ts'
import type { Adapter, Incoming, Reading, Translation } from '../sources/adapter.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { settingsOf, sourceById } from '../sources/store.ts'
import { keptAsked } from './address.ts'
import { bounded, redacted, sameBodyHours, type Verified } from './model.ts'
import {
  type Delivery,
  deliveryByBody,
  deliveryByKey,
  insertDelivery,
  saidMoreSince,
  updateDelivery,
} from './store.ts'

/** The delivery that this one repeats: by the tool's key, or, where it has none, by its bytes within a day. */
export async function knownDelivery(
  ctx: Context,
  { source, scope, adapter, incoming }: Verified,
  hash: string,
) {
  const within = { source_id: source.id, scope }
  const key = adapter.dedupeKey(incoming)
  if (key !== null) {
    const known = await deliveryByKey(ctx, within, key)
    if (known && known.body_hash !== hash && adapter.tellsSender) {
      throw new Refusal('invalid', 'This Idempotency-Key was already used for another body.')
    }
    return known
  }
  const since = new Date(Date.parse(incoming.received_at) - sameBodyHours * 3_600_000).toISOString()
  const known = await deliveryByBody(ctx, within, hash, since)
  // `1.4.2 succeeded` after `1.4.3 succeeded` is not a copy but a way back, when neither names its run or time
  const anew = known && adapter.mayRecur?.(incoming) && (await saidMoreSince(ctx, known))
  return anew ? undefined : known
}

/** What the delivery says. An adapter that throws is a bug of ours and loses nothing: the delivery is kept. */
export function readDelivery(ctx: Context, { adapter, source, incoming }: Verified): Translation {
  try {
    if (incoming.json === undefined) return { invalid: 'The body cannot be read.' }
    return bounded(adapter.translate(incoming, settingsOf(source)))
  } catch (err) {
    ctx.log.error({ err, source: source.id }, 'an adapter threw')
    return { invalid: 'Shiplog could not read it, which is a fault of Shiplog’s own. It is kept.' }
  }
}

/** Keeps a delivery raw; undefined when its key was kept this very moment by another node. */
export async function keep(ctx: Context, item: Verified, said: Translation, body_hash: string) {
  const row = rowOf(item, said, body_hash)
  return (await insertDelivery(ctx, row)) ? row : undefined
}

/** A delivery as it is kept. */
export function rowOf(item: Verified, said: Translation, body_hash: string): Delivery {
  const { source, scope, adapter, incoming } = item
  const id = newId()
  return {
    id,
    source_id: source.id,
    scope,
    dedupe_key: adapter.dedupeKey(incoming) ?? `body:${body_hash}:${id}`,
    ...stateOf(said),
    headers: JSON.stringify(redacted(incoming)),
    content_type: String(incoming.headers['content-type'] ?? '').slice(0, 200),
    body: adapter.redact ? Buffer.from(JSON.stringify(adapter.redact(incoming.json)) ?? '') : incoming.body,
    body_hash,
    received_at: incoming.received_at,
  }
}

/** A delivery that made no sense once may do so to a newer Shiplog. */
export async function keepAnew(ctx: Context, known: Delivery, said: Translation): Promise<Delivery> {
  await updateDelivery(ctx, known.id, stateOf(said))
  return { ...known, ...stateOf(said) }
}

function stateOf(said: Translation): { state: string; reason: string | null } {
  if ('events' in said || 'incident' in said) return { state: 'accepted', reason: null }
  if ('ping' in said) return { state: 'ignored', reason: 'A test message: the connection works.' }
  if ('ignored' in said) return { state: 'ignored', reason: said.ignored }
  if ('confirm' in said) return { state: 'ignored', reason: said.confirm.words }
  return { state: 'invalid', reason: said.invalid }
}

/** A kept delivery as its adapter saw it; the headers that were redacted have done their work. */
export async function asItCame(ctx: Context, { body, ...kept }: Delivery): Promise<Verified> {
  const source = await sourceById(ctx, kept.source_id)
  const adapter = adapterFor(source.kind)
  if (!adapter || !body) throw new Refusal('gone', 'The body of this delivery is no longer kept.')
  const headers = JSON.parse(kept.headers)
  const { received_at } = kept
  const incoming = { ...keptAsked(headers), headers, body: Buffer.from(body), received_at }
  // what was redacted was kept as JSON, whatever it came as
  const read = adapter.redact ? readJson(incoming.body) : readBody(adapter, incoming)
  const json = read.ok ? read.value : undefined
  return { source, adapter, scope: kept.scope, actor: ctx.actor, incoming: { ...incoming, json } }
}

/** What the bytes of a body hold, as the tool writes them. */
export function readBody(adapter: Adapter, incoming: Incoming): Reading {
  return adapter.read?.(incoming) ?? readJson(jsonBytes(incoming))
}

/** Some tools wrap their JSON in a form field `payload` unless told otherwise (GitHub, Travis). */
function jsonBytes({ headers, body }: Incoming): Buffer {
  const form = /^\s*application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')
  if (!form || /^\s*[{[]/.test(body.toString('latin1', 0, 100))) return body
  return Buffer.from(new URLSearchParams(body.toString('latin1')).get('payload') ?? '')
}
