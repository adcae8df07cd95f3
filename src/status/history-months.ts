import { dayFinder, startOfDate } from '../components/calendar.ts'
import { dateIn, zoneWords } from '../platform/zone.ts'
import type { Words } from '../site/words/index.ts'

/** Calendar months of the page's zone, as "2026-10". Pure. */

/** The month that a moment lies in. */
export function monthOf(at: string, time_zone: string): string {
  return dateIn(at, time_zone).slice(0, 7)
}

/** The months from one to another, both included, newest first. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  for (let month = last; month >= first; month = monthBefore(month)) months.push(month)
  return months
}

/** When a month begins and when the next one does. */
export function spanOf(month: string, time_zone: string): { from: string; until: string } {
  const start = (date: string) => new Date(startOfDate(date, time_zone) * 1000).toISOString()
  return { from: start(`${month}-01`), until: start(`${monthAfter(month)}-01`) }
}

/** Which day of the month a moment lies in, as "2026-10-31". Asking the zone for each of a thousand moments is slow. */
export function dateFinder(month: string, time_zone: string): (at: string) => string {
  const [year, number] = numbersOf(month)
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate()
  const dates = Array.from({ length }, (_, day) => `${month}-${String(day + 1).padStart(2, '0')}`)
  const days = dates.map((date) => ({ from: startOfDate(date, time_zone), to: 0 }))
  const find = dayFinder(days)
  return (at) => dates[find(at)] ?? `${month}-01`
}

/** "Europe/Tallinn (UTC+3)"; "Europe/Tallinn (UTC+3, later UTC+2)" of a time in which the clocks were changed. */
export function zoneOver(time_zone: string, from: string, to: string, t: Words['time']): string {
  const [first, last] = [zoneWords(time_zone, from), zoneWords(time_zone, to)]
  if (first === last) return first
  const offset = (words: string) => /\((.+)\)$/.exec(words)?.[1]
  const [before, later] = [offset(first), offset(last)]
  return before && later ? t.offsets(time_zone, before, later) : first
}

function monthBefore(month: string): string {
  const [year, number] = numbersOf(month)
  return number === 1 ? named(year - 1, 12) : named(year, number - 1)
}

function monthAfter(month: string): string {
  const [year, number] = numbersOf(month)
  return number === 12 ? named(year + 1, 1) : named(year, number + 1)
}

function numbersOf(month: string): [year: number, number: number] {
  return [Number(month.slice(0, 4)), Number(month.slice(5, 7))]
}

function named(year: number, number: number): string {
  return `${String(year).padStart(4, '0')}-${String(number).padStart(2, '0')}`
}
