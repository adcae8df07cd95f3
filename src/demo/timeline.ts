import { createHash } from 'node:crypto'
import type { Actor, Context } from '../platform/context.ts'
import { dateIn, fromWallClock } from '../platform/zone.ts'

export const timeZone = 'Europe/Tallinn'
const minute = 60_000
const dayMillis = 86_400_000

/** Something that happens in the sample at a moment, by the verbs that anybody would use. */
export type Step = { at: string; run(ctx: Context): Promise<unknown> }

/** Where things stand in the 90 days before the start; what looks like chance comes from the seed alone. */
export type Calendar = {
  /** So many minutes before (negative: after) the start's whole minute. */
  before(minutes: number): string
  /** A wall clock of the shop, so many days before the start. */
  on(days: number, clock: string): string
  /** From 0 up to 1, always the same for the same words. */
  chance(words: string): number
  /** What the commit of a version is called. */
  commit(words: string): string
}

export function calendarFor(start: Date, seed: number): Calendar {
  const whole = Math.floor(start.getTime() / minute) * minute
  const today = Date.parse(`${dateIn(start.toISOString(), timeZone)}T12:00:00Z`)
  const digest = (words: string) => createHash('sha1').update(`${seed} ${words}`).digest('hex')
  return {
    before: (minutes) => new Date(whole - minutes * minute).toISOString(),
    on(days, clock) {
      const date = new Date(today - days * dayMillis).toISOString().slice(0, 10)
      return fromWallClock(date, clock, timeZone)
    },
    chance: (words) => Number.parseInt(digest(words).slice(0, 8), 16) / 2 ** 32,
    commit: (words) => digest(words),
  }
}

export function later(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * minute).toISOString()
}

/** Lives through the steps in the order of time, each with its own moment as the present. */
export async function live(ctx: Omit<Context, 'now'>, steps: readonly Step[]) {
  const inOrder = steps.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
  for (const { at, run } of inOrder) await run({ ...ctx, now: () => new Date(at) })
}

/** The same step, done by somebody. */
export function by(actor: Actor, step: Step): Step {
  return { at: step.at, run: (ctx) => step.run({ ...ctx, actor }) }
}
