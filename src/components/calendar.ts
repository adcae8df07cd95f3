import { dateIn, fromWallClock } from '../platform/zone.ts'
import { momentOf, type Span, secondOf } from './uptime.ts'

/** A calendar day of the page's zone: 23, 24 or 25 hours, in seconds since 1970. Today ends now. */
export type Day = Span & { date: string }

const known = new Map<string, number>()
/** More than all the days of a page; whoever asks for more begins anew, so that memory stays bounded. */
const mostKnown = 2000

/** The second at which a day begins in a zone; asking the zone is slow, so each answer is kept. */
export function startOfDate(date: string, time_zone: string): number {
  // people may type any year; what is outside of these is for ever ago, or never
  if (date < '1970-01-02') return 0
  if (date > '2999-12-31') return Number.POSITIVE_INFINITY
  const key = `${date} ${time_zone}`
  let second = known.get(key)
  if (second === undefined) {
    if (known.size >= mostKnown) known.clear()
    second = secondOf(fromWallClock(date, '00:00', time_zone))
    known.set(key, second)
  }
  return second
}

/** The last `length` calendar days, oldest first, today included. */
export function lastDays(now: string, time_zone: string, length: number): Day[] {
  const present = secondOf(now)
  const dates = lastDates(dateIn(now, time_zone), length)
  const starts = dates.map((date) => startOfDate(date, time_zone))
  return dates.map((date, index) => {
    const from = starts[index] ?? present
    return { date, from, to: Math.max(from, starts[index + 1] ?? present) }
  })
}

/** Which of the days a second lies in; -1 before the first. What a fast clock puts into the future is of today. */
export function dayIndex(second: number, days: readonly Span[]): number {
  return placeOf(second, days.length, (day) => days[day]?.from ?? 0)
}

/** The same for moments as texts: made once, since reading thousands of dates takes longer than comparing them. */
export function dayFinder(days: readonly Span[]) {
  const starts = days.map(({ from }) => momentOf(from))
  return (at: string) => placeOf(at, starts.length, (day) => starts[day] ?? '')
}

function placeOf<T>(wanted: T, length: number, startOf: (index: number) => T): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (startOf(middle) <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}

function lastDates(today: string, length: number): string[] {
  const noon = Date.parse(`${today}T12:00:00Z`)
  return Array.from({ length }, (_, index) =>
    new Date(noon - (length - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  )
}
