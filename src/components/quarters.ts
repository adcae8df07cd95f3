import { dateIn } from '../platform/zone.ts'
import { startOfDate } from './calendar.ts'
import { momentOf } from './uptime.ts'

/** A quarter of a year in the page's zone, from its first moment up to that of the next one. */
export type Quarter = { quarter: string; year: number; number: number; from: string; until: string }

/** The last `length` quarters, newest first, the one that is now included. */
export function lastQuarters(now: string, time_zone: string, length: number): Quarter[] {
  const [year = 0, month = 1] = dateIn(now, time_zone).split('-').map(Number)
  const newest = year * 4 + Math.floor((month - 1) / 3)
  return Array.from({ length }, (_, back) => quarterAt(newest - back, time_zone))
}

/** "2026Q4" as a quarter; null for what is none, or of no time of ours. */
export function quarterNamed(text: string, time_zone: string): Quarter | null {
  const [, year, number] = /^(199\d|20\d\d|21\d\d)Q([1-4])$/.exec(text) ?? []
  return year && number ? quarterAt(Number(year) * 4 + Number(number) - 1, time_zone) : null
}

function quarterAt(place: number, time_zone: string): Quarter {
  const [year, number] = [Math.floor(place / 4), (place % 4) + 1]
  const [from, until] = [startOf(place, time_zone), startOf(place + 1, time_zone)]
  return { quarter: `${year}Q${number}`, year, number, from, until }
}

function startOf(place: number, time_zone: string) {
  const [year, month] = [Math.floor(place / 4), (place % 4) * 3 + 1]
  return momentOf(startOfDate(`${year}-${String(month).padStart(2, '0')}-01`, time_zone))
}
