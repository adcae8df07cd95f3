import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { Refusal } from './refusal.ts'

/** Encrypts a text that must be read again (AES-256-GCM); the key's id stands in front, so a wrong key is told apart from damage. */
export function seal(key: Uint8Array, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', derived(key), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const parts = [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))
  return ['v1', keyId(key), ...parts].join('.')
}

/** Reads what `seal` wrote; another key or a changed text is refused in words that say which. */
export function unseal(key: Uint8Array, sealed: string): string {
  const [version, id, nonce = '', tag = '', text = ''] = sealed.split('.')
  if (version !== 'v1') throw new Refusal('unavailable', 'This secret was not sealed by Shiplog.')
  if (id !== keyId(key)) {
    const words = `This secret was sealed under another SHIPLOG_SECRET (key ${id}, now ${keyId(key)}). Give that one back, or rotate the source's secret.`
    throw new Refusal('unavailable', words)
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived(key), fromText(nonce), { authTagLength: 16 })
    decipher.setAuthTag(fromText(tag))
    return Buffer.concat([decipher.update(fromText(text)), decipher.final()]).toString('utf8')
  } catch {
    throw new Refusal('unavailable', 'This secret is damaged in the database. Rotate it.')
  }
}

/** Names a key without giving it away. */
export function keyId(key: Uint8Array): string {
  return madeOf(key).id
}

function derived(key: Uint8Array) {
  return madeOf(key).derived
}

type Made = { id: string; derived: Buffer }
const made = new WeakMap<Uint8Array, Made>()

/** Made once for each key: a secret is read for every delivery. */
function madeOf(key: Uint8Array): Made {
  const known = made.get(key)
  if (known) return known
  const id = createHash('sha256').update('shiplog key id\n').update(key).digest('hex').slice(0, 8)
  const anew = { id, derived: Buffer.from(hkdfSync('sha256', key, '', 'shiplog seal', 32)) }
  made.set(key, anew)
  return anew
}

function fromText(text: string) {
  return Buffer.from(text, 'base64url')
}
