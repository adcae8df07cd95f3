import { randomInt } from 'node:crypto'

const perMillisecond = 36 ** 4
let lastMillisecond = 0
let lastTail = 0

/**
 * A new id: 12 characters `[a-z0-9]`, sorted by birth. Eight say the millisecond (until the year 2059), four begin
 * at random and count up within it, so that ids made by one process never tie. Ids are names, never secrets.
 */
export function newId(): string {
  const now = Math.max(Date.now(), lastMillisecond)
  lastTail = now === lastMillisecond ? lastTail + 1 : randomInt(perMillisecond / 2)
  lastMillisecond = now
  return now.toString(36).padStart(8, '0') + lastTail.toString(36).padStart(4, '0')
}

/** The id that sorts before all that are made from a moment (milliseconds since 1970) on. */
export function firstIdAt(moment: number): string {
  return moment.toString(36).padStart(8, '0').padEnd(12, '0')
}
