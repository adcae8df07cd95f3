import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Refusal } from '../platform/refusal.ts'

/** OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane (Password Storage Cheat Sheet). */
const cost = { memory: 19456, passes: 2, parallelism: 1, tagLength: 32 }
const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>

const atOnce = 2
const longestQueue = 20
let running = 0
const waiting: (() => void)[] = []

/** The PHC text of a password under argon2id. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await inTurn(() => derive('argon2id', { message: password, nonce, ...cost }))
  const settings = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`
  return `$argon2id$v=19$${settings}$${unpadded(nonce)}$${unpadded(tag)}`
}

/** Whether the password is the one that was hashed. Without a hash (nobody has that address) it takes as long. */
export async function passwordMatches(password: string, hash: string | null): Promise<boolean> {
  const [, , , settings = '', nonce = '', tag = ''] = (hash ?? dummy).split('$')
  const [memory, passes, parallelism] = settings.split(',').map((setting) => Number(setting.slice(2)))
  const wanted = Buffer.from(tag, 'base64')
  const parameters = { memory, passes, parallelism, tagLength: wanted.length } as typeof cost
  const message = { message: password, nonce: Buffer.from(nonce, 'base64') }
  const found = await inTurn(() => derive('argon2id', { ...message, ...parameters }))
  return timingSafeEqual(found, wanted) && hash !== null
}

const dummy = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** A hash takes a core and 19 MiB: two at once, so that logins never slow down the public page. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) {
    if (waiting.length >= longestQueue)
      throw new Refusal('unavailable', 'Too many people are signing in. Try again.')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
