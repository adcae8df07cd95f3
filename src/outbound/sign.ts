import { createHmac, randomBytes } from 'node:crypto'

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
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` }
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}
