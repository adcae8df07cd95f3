import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** 32 random bytes as 43 characters: session ids, setup links, tokens. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a secret that is only ever compared. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** The form token that belongs to a session or a pre-session: nobody else's form carries it. */
export function formToken(secret: Buffer, binding: string): string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'shiplog form token', 32))
  return createHmac('sha256', key).update(binding).digest('base64url')
}

/** Compares two secrets without telling by time where they differ. */
export function sameSecret(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}
