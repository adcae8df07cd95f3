import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The header by which `shiplog doctor` shows that it reads the same secret as the server that it asks. */
export const proofHeader = 'x-shiplog-doctor'
/** The header by which the server shows the same to the doctor. */
export const answerHeader = 'x-shiplog-instance'

/** How far (milliseconds) the doctor's clock may be from the server's: it is there to find such a fault. */
const window = 24 * 60 * 60_000

/** What the doctor sends: a moment and a signature of it. */
export function proofAt(secret: Buffer, moment: number): string {
  return `${moment}.${signed(secret, `doctor ${moment}`)}`
}

/** Whether who asks holds the server's own secret: only the one who keeps the server does. */
export function isDoctor(secret: Buffer, given: unknown, now: number): boolean {
  const [, moment = ''] = /^(\d{1,15})\.[0-9a-f]{64}$/.exec(String(given)) ?? []
  if (moment === '' || Math.abs(now - Number(moment)) > window) return false
  return timingSafeEqual(Buffer.from(String(given)), Buffer.from(proofAt(secret, Number(moment))))
}

/** What the server answers a doctor with: that it is the one, or another one that holds the secret too. */
export function answerTo(secret: Buffer, proof: string): string {
  return signed(secret, `server ${proof}`)
}

function signed(secret: Buffer, words: string) {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'shiplog doctor', 32))
  return createHmac('sha256', key).update(words).digest('hex')
}
