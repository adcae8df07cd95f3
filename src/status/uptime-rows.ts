import type { PublicComponent } from '../components/public.ts'
import { type Interval, percentOf } from '../components/uptime.ts'
import { uptimeReport } from '../components/uptime-report.ts'
import { seconds as words } from '../platform/zone.ts'
import type { Site } from '../site/store.ts'
import { wordsFor } from '../site/words/index.ts'

/** The table of a component's uptime: the percentage of each window, what it counts and what it leaves out, in words. */
export function uptimeRows(
  impacts: readonly Interval[],
  { started_on }: Pick<PublicComponent, 'started_on'>,
  { time_zone, language }: Site,
  now: string,
) {
  const t = wordsFor(language).soundings
  const { windows } = uptimeReport({ impacts, started_on, time_zone, now })
  const told = (seconds: number) => (seconds === 0 ? t.no_time : words(seconds))
  return windows.map(({ window, uptime, seconds, no_data_seconds }) => ({
    window: t.uptime_windows[window],
    uptime: percentOf(uptime) ?? t.no_time,
    cells: [
      { name: t.uptime_columns.major_outage, words: told(seconds.major_outage) },
      { name: t.uptime_columns.partial_outage, words: told(seconds.partial_outage) },
      { name: t.uptime_columns.degraded_performance, words: told(seconds.degraded_performance) },
      { name: t.uptime_columns.under_maintenance, words: told(seconds.under_maintenance) },
      { name: t.uptime_columns.no_data, words: told(no_data_seconds) },
    ],
  }))
}
