import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * The secret in a file, made once; empty when there is none and none is to be made, null when the file holds something
 * else. Two processes that start together end up with the same one.
 */
export function keptSecret(file: string, make: boolean): Buffer | null {
  if (!existsSync(file)) {
    if (!make) return Buffer.alloc(0)
    makeSecret(file)
  }
  return secretBytes(readFileSync(file, 'utf8').trim())
}

/** Written whole under another name, then linked: nobody ever reads half a secret. */
function makeSecret(file: string) {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

/** 32 bytes from 64 hexadecimal digits or base64; null for anything else. */
export function secretBytes(text: string): Buffer | null {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return bytes.length === 32 ? bytes : null
}
