import type { Context } from './context.ts'
import { Refusal } from './refusal.ts'

/** For so long whoever did something can take it back. */
const seconds = 20

type Kept = { at: string; owner: string; undone_at: string | null }

/** What is to be taken back: the last thing done, when it is `owner`'s and not over; else refused in words, `more` of them once it is too late. */
export function toTakeBack<T extends Kept>(
  ctx: Context,
  last: T | undefined,
  { owner, more = '' }: { owner: string; more?: string },
): T {
  if (last?.owner !== owner) throw notTakenBack('There is nothing of yours to take back here.')
  if (last.undone_at) throw notTakenBack('This was taken back already.')
  if (isOpen(ctx, last)) return last
  throw notTakenBack(`The ${seconds} seconds in which this could be taken back are over.${more}`)
}

/** Until when the last thing done can be taken back by `owner`, and how many seconds are left; null when it cannot. */
export function openUntil(ctx: Context, last: Kept | undefined, owner: string) {
  if (last?.owner !== owner || last.undone_at || !isOpen(ctx, last)) return null
  const until = new Date(Date.parse(last.at) + seconds * 1000)
  const left = Math.max(1, Math.ceil((until.getTime() - ctx.now().getTime()) / 1000))
  return { until: until.toISOString(), left }
}

/** The refusal to take something back. */
export function notTakenBack(words: string) {
  return new Refusal('conflict', words)
}

/** A clock that was set back by an hour leaves no undo open for an hour. */
function isOpen(ctx: Context, { at }: Kept) {
  return Math.abs(ctx.now().getTime() - Date.parse(at)) <= seconds * 1000
}

type Standing = { times: unknown; series: { reached: string } | null }

/** Whether planned times stood alike. How far a series was laid out is no change of it: that goes on by itself. */
export function stoodAlike(one: Standing, other: Standing): boolean {
  const text = ({ times, series }: Standing) => JSON.stringify([times, series && { ...series, reached: '' }])
  return text(one) === text(other)
}
