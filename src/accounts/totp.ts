import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { encode } from 'uqr'

/** One half minute, one code (RFC 6238, with what every authenticator app understands: SHA-1, six digits). */
const period = 30
/** A phone's clock may be off by so many half minutes. */
const window = 1

type Of = { secret: string; issuer?: string; label?: string }

function totp({ secret, issuer = 'Shiplog', label = '' }: Of) {
  return new TOTP({ secret: Secret.fromBase32(secret), issuer, label, period })
}

/** A new shared secret of 160 bits, as apps take it: letters and digits. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** The half minute whose code this is, at `now` (milliseconds), one earlier or later too; null when it is none. */
export function stepOf(secret: string, code: string, now: number): number | null {
  const delta = totp({ secret }).validate({ token: code, timestamp: now, window })
  return delta === null ? null : TOTP.counter({ period, timestamp: now }) + delta
}

/** What an app is given to read: the address in the QR code. */
export function totpAddress(given: Required<Of>): string {
  return totp(given).toString()
}

/** A QR code as the path of an SVG, `size` units wide, its quiet edge included. */
export function qrPath(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const cells = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size, path: cells.join('') }
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
export const recoveryCodeCount = 10

/** Codes for the day the phone is lost: 16 letters and digits each (some 79 bits), without those that look alike. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const code = letterString(16)
    return (code.match(/.{4}/g) ?? []).join('-')
  })
}

function letterString(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(32)) if (byte < 248 && text.length < length) text += letters[byte % 31]
  }
  return text
}

/** A code as it was typed or pasted, without spaces, hyphens and capitals. */
export function plainCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toLowerCase()
}
