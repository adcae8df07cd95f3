import ical, { ICalCalendarMethod } from 'ical-generator'
import type { Words } from '../../site/words/index.ts'
import type { Home } from '../home.ts'

/**
 * Planned maintenance for calendars (RFC 5545). Nothing is planned in Shiplog yet, so it holds no event; the one
 * component that a calendar must hold (3.6) is the description of the zone that its times are written in.
 */
export function maintenanceCalendar({ site, origin }: Home, t: Words['programs']): string {
  const calendar = ical({
    name: icalText(t.calendar(site.name)),
    prodId: { company: 'Shiplog', product: 'Maintenance', language: site.language.toUpperCase() },
    method: ICalCalendarMethod.PUBLISH,
    url: `${origin}/maintenance.ics`,
    ttl: 60 * 60,
    timezone: { name: 'UTC', generator: () => utc },
  })
  return `${calendar.toString().trimEnd()}\r\n`
}

/** A TEXT value (RFC 5545, 3.3.11). The generator writes the calendar's own name as it is given. */
function icalText(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
}

const utc = [
  'BEGIN:VTIMEZONE',
  'TZID:UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'TZNAME:UTC',
  'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n')
