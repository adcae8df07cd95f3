import { z } from 'zod'
import { startsAfter } from './recurrence.ts'
import { dateIn, wallMinute } from './zone.ts'

/** What repeats, changed from one of its times on: which rule it follows from there, and where each later time goes. Pure. */

/** Which of what repeats somebody changes. */
export const which = z
  .enum(['this', 'later'])
  .default('this')
  .describe('Of what repeats: this one alone, or this one and all later ones.')

type Series = { rule: string; time_zone: string; first_wall: string }
/** One time of a series: when the rule says that it starts, and whether it was called off. */
type Time = { id: string; occurs_at: string; off: boolean }

/**
 * The series that begins at one time of another. It keeps the place on the clock (also when that time is the one that
 * a night of daylight saving shifted), unless it is moved; a rule that counts goes on counting, unless it is a new one.
 */
export function seriesFrom(
  series: Series,
  occurs_at: string,
  {
    moved,
    rule,
  }: { moved?: { starts_at: string; time_zone: string } | undefined; rule?: string | undefined },
): Series {
  const usual = `${dateIn(occurs_at, series.time_zone)}T${series.first_wall.slice(11)}`
  return {
    rule: rule ?? withoutPassed(series, occurs_at),
    time_zone: moved?.time_zone ?? series.time_zone,
    first_wall: moved ? wallMinute(moved.starts_at, moved.time_zone) : usual,
  }
}

/** COUNT without the times before this one. */
function withoutPassed(series: Series, occurs_at: string): string {
  const count = /COUNT=(\d+)/.exec(series.rule)?.[1]
  if (count === undefined) return series.rule
  const most = Math.min(Number(count), 4000)
  const starts = startsAfter(series, '1970-01-01T00:00:00.000Z', most)
  const passed = starts.filter((at) => at < occurs_at).length
  return series.rule.replace(/COUNT=\d+/, `COUNT=${Math.max(1, Number(count) - passed)}`)
}

/**
 * The start of each later time when the series begins anew at `first`; null for what the rule has no place for. By the
 * same rule, the third time stays the third, and one that was called off keeps its place empty; by a new rule, a day
 * that was called off stays so.
 */
export function laterStarts(
  series: Series,
  first: string,
  later: readonly Time[],
  { same_rule }: { same_rule: boolean },
): Map<string, string | null> {
  const off = new Set(later.flatMap((one) => (one.off ? one.occurs_at : [])))
  const placed = same_rule ? later : later.filter((one) => !one.off)
  const found = startsAfter(series, first, placed.length + off.size)
  const starts = same_rule ? found : found.filter((at) => !off.has(at))
  const kept = same_rule ? [] : later.filter((one) => one.off)
  return new Map<string, string | null>([
    ...placed.map(({ id }, index) => [id, starts[index] ?? null] as const),
    ...kept.map(({ id, occurs_at }) => [id, occurs_at] as const),
  ])
}

/** A list in the order of time in which the later times of what repeats stand under the first, as long as they are as it. */
export function foldLater<T extends { series_id: string | null }>(
  all: readonly T[],
  isOwn: (one: T) => boolean,
): (T & { later: T[] })[] {
  const folded: (T & { later: T[] })[] = []
  for (const one of all) {
    const first = isOwn(one)
      ? undefined
      : folded.find((known) => known.series_id === one.series_id && !isOwn(known))
    if (first && one.series_id !== null) first.later.push(one)
    else folded.push({ ...one, later: [] })
  }
  return folded
}
