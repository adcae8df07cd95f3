import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** SHA-256 in hex: how bearer secrets and bodies are remembered. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether a hex HMAC-SHA256 over these bytes was made with one of the secrets. Compares digests of equal length. */
export function signedBy(secrets: readonly string[], bytes: Uint8Array, hex: string): boolean {
  return /^[0-9a-f]{64}$/i.test(hex) && madeBy(secrets, bytes, Buffer.from(hex, 'hex'), 'sha256')
}

/** Whether these bytes are an HMAC over those that was made with one of the secrets. */
export function madeBy(
  secrets: readonly string[],
  bytes: Uint8Array | string,
  given: Buffer,
  hash: 'sha1' | 'sha256',
): boolean {
  const digests = secrets.map((secret) => createHmac(hash, secret).update(bytes).digest())
  return digests.some((digest) => digest.length === given.length && timingSafeEqual(digest, given))
}

/** Whether a secret that was shown has one of these SHA-256 hashes. */
export function secretAmong(hashes: readonly string[], secret: string | null | undefined): boolean {
  if (!secret) return false
  const given = Buffer.from(sha256(secret), 'hex')
  return hashes.some((hash) => timingSafeEqual(Buffer.from(hash, 'hex'), given))
}

/** The secret in `Authorization: Bearer …`, or null. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +([\w.~+/=-]{1,500})$/i.exec(authorization?.trim() ?? '')?.[1] ?? null
}

/** The password in `Authorization: Basic …`, or the name where there is no password; null when there is neither. */
export function basicOf(authorization: string | undefined): string | null {
  const coded = /^Basic +([\w+/=-]{1,1000})$/i.exec(authorization?.trim() ?? '')?.[1]
  if (!coded) return null
  const [, name, password] = /^([^:]*):?(.*)$/s.exec(Buffer.from(coded, 'base64').toString()) ?? []
  return password || name || null
}
