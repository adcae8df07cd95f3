import { z } from 'zod'
import { lastDays, startOfDate } from './calendar.ts'
import { componentStatuses } from './model.ts'
import { type Interval, momentOf, secondOf, tally, worstOverTime } from './uptime.ts'

const status = z.enum(componentStatuses)
const Sums = z.object({
  uptime: z.number().min(0).max(1).nullable().describe('Null when nothing is known of that time.'),
  worst_status: status.nullable(),
  seconds: z.record(status, z.int()).describe('Seconds in each status; where several overlap, the worst.'),
  no_data_seconds: z.int().describe('Seconds before the component began.'),
})

/** All but the first are so many calendar days of the page's zone, today included: what the page draws as well. */
const windowNames = ['24h', '7d', '30d', '90d', '365d'] as const
const longest = 365
const listed = 90

export const UptimeReport = z.object({
  time_zone: z.string(),
  formula: z.string(),
  windows: z.array(Sums.extend({ window: z.enum(windowNames), from: z.string(), to: z.string() })),
  /** Oldest first; the last is today, until now. */
  days: z.array(Sums.extend({ date: z.string() })),
})
export type UptimeReport = z.output<typeof UptimeReport>

type Given = { impacts: readonly Interval[]; started_on: string; time_zone: string; now: string }

/** The moment from which on impacts have to be read for a report. */
export function reportSince({ now, time_zone }: Pick<Given, 'now' | 'time_zone'>): string {
  return momentOf(lastDays(now, time_zone, longest)[0]?.from ?? 0)
}

/** How a component was in each window and on each of the newest 90 days. */
export function uptimeReport({ impacts, started_on, time_zone, now }: Given): UptimeReport {
  const segments = worstOverTime(impacts)
  const began = startOfDate(started_on, time_zone)
  const year = lastDays(now, time_zone, longest)
  const to = secondOf(now)
  const startOf = (name: (typeof windowNames)[number]) =>
    name === '24h' ? to - 86_400 : (year.at(-Number.parseInt(name, 10))?.from ?? to)
  return {
    time_zone,
    formula: '1 - (major_outage + 0.3 * partial_outage) / (all seconds with data)',
    windows: windowNames.map((window) => {
      const from = startOf(window)
      return { window, from: momentOf(from), to: momentOf(to), ...tally(segments, began, { from, to }) }
    }),
    days: year.slice(-listed).map(({ date, ...span }) => ({ date, ...tally(segments, began, span) })),
  }
}
