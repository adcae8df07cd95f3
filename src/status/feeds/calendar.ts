import ical, {
  ICalCalendarMethod,
  type ICalEventData,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator'
import type { PublicMaintenance } from '../../maintenance/public.ts'
import { calendarMaintenances } from '../../maintenance/public-lists.ts'
import type { Context } from '../../platform/context.ts'
import { repeatWords } from '../../site/repeat-words.ts'
import type { Words } from '../../site/words/index.ts'
import type { Home } from '../home.ts'

/** What is longer over than this is in no calendar any more; so many events are at most. */
const daysBack = 90
const most = 500

/**
 * Planned maintenance for calendars (RFC 5545), in UTC. Each time of what repeats is an event of its own, with a UID of
 * its own: it can be moved or called off by itself, and no calendar has to know the zone's daylight saving. Without an
 * event, the one component that a calendar must hold (3.6) is the description of the zone.
 */
export async function maintenanceCalendar(ctx: Context, home: Home, words: Words): Promise<string> {
  const since = new Date(ctx.now().getTime() - daysBack * 86_400_000).toISOString()
  const work = await calendarMaintenances(ctx, since, most)
  const calendar = emptyCalendar(home, words.programs)
  for (const one of work) calendar.createEvent(eventOf(one, home, words))
  return `${calendar.toString().trimEnd()}\r\n`
}

function eventOf(work: PublicMaintenance, { host, origin }: Home, t: Words): ICalEventData {
  const { id, title, body, repeats, components, state, sequence } = work
  const repeated = repeatWords(repeats, t.maintenance)
  const named = components.map(({ name }) => name).join(', ')
  return {
    id: `${id}@${host}`,
    sequence,
    start: new Date(work.starts_at),
    end: new Date(work.ends_at),
    // a moment of the data, so that the calendar stays the same byte for byte until something happens
    stamp: new Date(work.updated_at),
    lastModified: new Date(work.updated_at),
    created: new Date(work.created_at),
    summary: oneLine(title),
    description: [body, named, repeated].filter((text) => text !== '').join('\n\n'),
    url: `${origin}/maintenance/${id}`,
    status: state === 'cancelled' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    transparency: ICalEventTransparency.TRANSPARENT,
  }
}

function emptyCalendar({ site, origin }: Home, t: Words['programs']) {
  return ical({
    name: icalText(t.calendar(site.name)),
    prodId: { company: 'Shiplog', product: 'Maintenance', language: site.language.toUpperCase() },
    method: ICalCalendarMethod.PUBLISH,
    url: `${origin}/maintenance.ics`,
    ttl: 60 * 60,
    timezone: { name: 'UTC', generator: () => utc },
  })
}

/** A TEXT value (RFC 5545, 3.3.11). The generator writes the calendar's own name as it is given. */
function icalText(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '')
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
