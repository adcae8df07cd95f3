import { dayFinder, lastDays } from '../components/calendar.ts'
import type { PublicIncident } from '../incidents/public-fields.ts'
import { duration, seconds } from '../platform/zone.ts'
import type { Words } from '../site/words/index.ts'

type PastDay = {
  date: string
  /** The middle of the day, for naming it. */
  at: string
  quiet: string
  incidents: { id: string; title: string; words: string; note: string }[]
}

type Given = { incidents: PublicIncident[]; releases: string[]; time_zone: string; now: string }

/** The last `length` days before today, newest first; today too, once something is over that happened today. */
export function pastDays(
  { incidents, releases, time_zone, now }: Given,
  length: number,
  t: Words,
): PastDay[] {
  const days = lastDays(now, time_zone, length + 1)
  const first = days[0]?.date ?? ''
  const find = dayFinder(days)
  const day = (at: string) => days[find(at)]?.date ?? ''
  // what began before the window is told of on the day on which it ended
  const dayOf = ({ started_at, resolved_at }: PublicIncident) =>
    day(started_at) < first ? day(resolved_at ?? started_at) : day(started_at)
  const over = Map.groupBy(
    incidents.filter((incident) => incident.resolved_at !== null),
    dayOf,
  )
  const released = Map.groupBy(releases, day)
  return days
    .toReversed()
    .filter(({ date }, index) => index > 0 || over.has(date))
    .map(({ date, from }) => ({
      date,
      at: new Date((from + 12 * 3600) * 1000).toISOString(),
      quiet: t.now.quiet_day(released.get(date)?.length ?? 0),
      incidents: (over.get(date) ?? []).map((incident) => pastIncident(incident, t)),
    }))
}

/** The moment at which the oldest of those days began. */
export function startOfDays(now: string, time_zone: string, length: number): string {
  return new Date((lastDays(now, time_zone, length + 1)[0]?.from ?? 0) * 1000).toISOString()
}

/** An incident that is over, in one line. */
export function pastIncident(incident: PublicIncident, t: Words) {
  const { id, title, started_at, resolved_at } = incident
  const words = resolved_at ? t.over.resolved_in(duration(started_at, resolved_at, t.time)) : t.over.open
  return { id, title, words, note: causeWords(incident, t) }
}

/** "Caused by checkout 2.14.0, rolled back in 3 min." */
export function causeWords(
  { cause, cause_release, rollback, remedy }: PublicIncident,
  { over, time }: Words,
): string {
  if (cause === 'not_release') return over.not_release
  if (!cause_release) return ''
  const release = `${cause_release.component.slug} ${cause_release.version ?? ''}`.trimEnd()
  if (rollback && rollback.took_seconds !== null) {
    return over.caused_back_in(release, seconds(rollback.took_seconds, time))
  }
  if (rollback?.state === 'rolled_back') return over.caused_back(release)
  return remedy === 'rolled_forward' ? over.caused_no_way(release) : over.caused(release)
}
