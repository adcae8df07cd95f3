import type { PublicComponent } from '../components/public.ts'
import { type Interval, percentOf, type Tally } from '../components/uptime.ts'
import { uptimeReport } from '../components/uptime-report.ts'
import { seconds as words } from '../platform/zone.ts'
import type { Site } from '../site/store.ts'
import { wordsFor } from '../site/words/index.ts'

const counted = ['major_outage', 'partial_outage'] as const
const left = ['degraded_performance', 'under_maintenance'] as const

/** The table of a component's uptime: the percentage of each window, what it counts and what it leaves out, in words. */
export function uptimeRows(
  impacts: readonly Interval[],
  { started_on }: Pick<PublicComponent, 'started_on'>,
  { time_zone, language }: Site,
  now: string,
) {
  const { soundings: t, time } = wordsFor(language)
  const told = (name: keyof typeof t.uptime_parts, spent: number) =>
    spent > 0 ? [t.uptime_parts[name](words(spent, time))] : []
  const parts = ({ seconds }: Tally, names: typeof counted | typeof left) =>
    names.flatMap((name) => told(name, seconds[name]))
  return uptimeReport({ impacts, started_on, time_zone, now }).windows.map((sums) => ({
    window: t.uptime_windows[sums.window],
    uptime: percentOf(sums.uptime) ?? t.no_data,
    counted: parts(sums, counted).join(', '),
    left_out: [...parts(sums, left), ...told('no_data', sums.no_data_seconds)].join(', '),
  }))
}
