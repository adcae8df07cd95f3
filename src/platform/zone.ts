import { englishTime, type TimeWords } from './time-words.ts'

/** Words for moments in the page's own time zone. Moments come in as UTC ISO 8601 texts. */

const formats = new Map<string, Intl.DateTimeFormat>()
/** Far more than one page has zone, language and ways of saying it; each format takes some 10 kB. */
const mostFormats = 200

/** A way of saying moments, made once for each zone and language: making one takes longer than using it. */
export function format(
  zone: string,
  options: Intl.DateTimeFormatOptions,
  locale = englishTime.locale,
): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`
  let made = formats.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options })
    if (formats.size >= mostFormats) formats.clear()
    formats.set(key, made)
  }
  return made
}

/** Whether the runtime knows the IANA zone name. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** "14:33" */
export function clock(at: string, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at))
}

/** "2026-11-23", the calendar day of a moment in the zone. */
export function dateIn(at: string, zone: string): string {
  const parts = format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    new Date(at),
  )
  const part = (type: string) => parts.find((found) => found.type === type)?.value
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** "Today", "Yesterday", "Sat 21 Nov", "Sat 21 Nov 2025" when it is not this year. */
export function day(at: string, zone: string, now: string, t = englishTime): string {
  const [date, today] = [dateIn(at, zone), dateIn(now, zone)]
  if (date === today) return t.today
  if (date === previousDate(today)) return t.yesterday
  const year = date.slice(0, 4) === today.slice(0, 4) ? {} : { year: 'numeric' as const }
  return plain(format(zone, { weekday: 'short', day: 'numeric', month: 'short', ...year }, t.locale), at)
}

/** "Today 14:33", "Sat 16:40" within the last six days, "1 Nov 11:24", "1 Nov 2025, 11:24". */
export function moment(at: string, zone: string, now: string, t = englishTime): string {
  const [date, today] = [dateIn(at, zone), dateIn(now, zone)]
  if (date === today) return `${t.today} ${clock(at, zone)}`
  const age = Date.parse(now) - Date.parse(at)
  if (age > 0 && age < 6 * 86_400_000) {
    return `${format(zone, { weekday: 'short' }, t.locale).format(new Date(at))} ${clock(at, zone)}`
  }
  const sameYear = date.slice(0, 4) === today.slice(0, 4)
  const year = sameYear ? {} : { year: 'numeric' as const }
  const told = plain(format(zone, { day: 'numeric', month: 'short', ...year }, t.locale), at)
  return `${told}${sameYear ? ' ' : ', '}${clock(at, zone)}`
}

/** "14:33" when it is today, else as `moment`: for where today goes without saying. */
export function when(at: string, zone: string, now: string, t = englishTime): string {
  return dateIn(at, zone) === dateIn(now, zone) ? clock(at, zone) : moment(at, zone, now, t)
}

/** "Mon 23 Nov 2026, 14:33" */
export function full(at: string, zone: string, t = englishTime): string {
  const shape = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const
  const date = format(zone, shape, t.locale)
  return `${plain(date, at)}, ${clock(at, zone)}`
}

/** "Europe/Tallinn (UTC+2)", "UTC" */
export function zoneWords(zone: string, at: string): string {
  if (zone === 'UTC') return 'UTC'
  const offset = format(zone, { timeZoneName: 'shortOffset' })
    .formatToParts(new Date(at))
    .find((part) => part.type === 'timeZoneName')?.value
  return `${zone} (${(offset ?? 'UTC').replace('GMT', 'UTC')})`
}

/** "2026-11-24T02:00", what a wall clock in the zone shows. */
export function wallMinute(at: string, zone: string): string {
  return `${dateIn(at, zone)}T${clock(at, zone)}`
}

/**
 * The moment that a wall clock in `zone` shows as `date` ("2026-11-23") and `time` ("14:06"), as UTC ISO text.
 * A time that daylight saving skips becomes the same distance after the gap; one that happens twice is the first.
 */
export function fromWallClock(date: string, time: string, zone: string): string {
  return wallClockTwice(date, time, zone).first
}

/**
 * The same with what daylight saving makes of it: `second` is the later moment of a time that happens twice, and
 * `skipped` says that the clock never shows this time.
 */
export function wallClockTwice(date: string, time: string, zone: string) {
  const wanted = Date.parse(`${date}T${time}Z`)
  const offsetAt = (moment: number) => wallClockMillis(moment, zone) - moment
  const before = wanted - offsetAt(wanted - 86_400_000)
  const after = wanted - offsetAt(wanted + 86_400_000)
  const fits = [before, after].filter((moment) => wallClockMillis(moment, zone) === wanted)
  const text = (moment: number) => new Date(moment).toISOString()
  const [first, last] = [Math.min(...fits), Math.max(...fits)]
  if (fits.length === 0) return { first: text(before), second: null, skipped: true }
  return { first: text(first), second: last > first ? text(last) : null, skipped: false }
}

function wallClockMillis(moment: number, zone: string): number {
  const at = new Date(moment).toISOString()
  const seconds = format(zone, { second: '2-digit' }).format(new Date(moment)).padStart(2, '0')
  return Date.parse(`${dateIn(at, zone)}T${clock(at, zone)}:${seconds}.${at.slice(20, 23)}Z`)
}

function previousDate(date: string): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}

function plain(formatter: Intl.DateTimeFormat, at: string): string {
  return formatter.format(new Date(at)).replaceAll(',', '')
}

/** "45 s", "31 min", "2 h 5 min", "6 days": whole units, the largest two at most. */
export function seconds(total: number, t: TimeWords = englishTime): string {
  const minutes = Math.round(total / 60)
  if (total < 60) return t.seconds(Math.max(0, Math.round(total)))
  if (minutes < 60) return t.minutes(minutes)
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? t.hours(hours, minutes % 60) : t.days(Math.round(hours / 24))
}

/** The words for the time between two moments. */
export function duration(from: string, to: string, t: TimeWords = englishTime): string {
  return seconds((Date.parse(to) - Date.parse(from)) / 1000, t)
}
