import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** How far the clock of a sender may be from ours, in milliseconds: what is older may be somebody's copy. */
const tolerance = 300_000
/** More signatures than secrets that any sender has at once are not worth the work. */
const mostSignatures = 20

/** A new Standard Webhooks secret: `whsec_` and 32 bytes in base64. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Whether a text is a secret that calls can be signed with: `whsec_` and 24 to 64 bytes in base64. */
export function isSigningSecret(text: string): boolean {
  const { length } = keyOf(text)
  return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) && length >= 24 && length <= 64
}

/**
 * The three headers of Standard Webhooks. `id` is the same whenever the same call is tried again, so that a receiver
 * knows a copy; `at` is the moment of this try, which it compares with its own clock.
 */
export function signatureHeaders({
  id,
  at,
  body,
  secret,
}: Record<'id' | 'body' | 'secret', string> & { at: Date }) {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = `v1,${digestOf({ secret, id, timestamp, body }).toString('base64')}`
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
}

/** What came by Standard Webhooks; header names are lower case. */
export type Signed = {
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Uint8Array
  received_at: string
}

/**
 * Whether one of the secrets signed these very bytes within five minutes of when they came. While a sender changes its
 * secret there are several signatures, of which one is enough. A secret that is none is no key: an empty one would be
 * everybody's.
 */
export function isSigned({ headers, body, received_at }: Signed, secrets: readonly string[]): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (id === '' || !/^\d{1,11}$/.test(timestamp)) return false
  if (!(Math.abs(Number(timestamp) * 1000 - Date.parse(received_at)) <= tolerance)) return false
  const given = signatures.split(' ').slice(0, mostSignatures).flatMap(digestIn)
  return secrets.filter(isSigningSecret).some((secret) => {
    const right = digestOf({ secret, id, timestamp, body })
    return given.some((digest) => timingSafeEqual(digest, right))
  })
}

function digestIn(signature: string): Buffer[] {
  const [, text = ''] = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature) ?? []
  return text === '' ? [] : [Buffer.from(text, 'base64')]
}

type Text = { secret: string; id: string; timestamp: string; body: string | Uint8Array }

function digestOf({ secret, id, timestamp, body }: Text): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest()
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}
