import type { ComponentStatus } from '../components/model.ts'
import { type Fields, fields } from '../platform/forms.ts'
import { clock, dateIn, fromWallClock, wallClockTwice } from '../platform/zone.ts'
import { fault } from './model.ts'

/** What was typed into a form, one text for each field. */
export type Typed = Record<string, string>
export type Place = { time_zone: string; now: string }

/** In bytes: 20,000 characters of any alphabet, three times as long on their way here, twice in one form. */
export const longestForm = 512 * 1024

const minute = 60_000
const day = 24 * 60 * minute

export function typedFields(body: unknown): Typed {
  const given: Fields = fields(body)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, String([value].flat().at(-1))]),
  )
}

/** The start from its day and its clock. The minute that is now means now. */
export function typedStart(typed: Typed, place: Place): string | undefined {
  return typedMoment(typed, 'started', place)
}

/** The end of what is over already; undefined while none was typed. */
export function typedEnd(typed: Typed, place: Place): string | undefined {
  return typedMoment(typed, 'ended', place)
}

const called = { started: 'start', ended: 'end' }

/** A moment from its day and its clock; of a time that comes twice, the one that was chosen. */
export function typedMoment(
  typed: Typed,
  which: 'started' | 'ended',
  { time_zone, now }: Place,
): string | undefined {
  const [on, time] = [typed[`${which}_on`] ?? '', typed[`${which}_clock`] ?? '']
  if (time === '' && (on === '' || which === 'ended')) return undefined
  const date = on || dateIn(now, time_zone)
  const first = wallClock(date, time, time_zone)
  if (!first) throw fault(`${which}_at`, `Write the ${called[which]} as a day and a time, like 14:06.`)
  const late = typed[`${which}_fold`] === 'second'
  const at = (late && wallClockTwice(date, time, time_zone).second) || first
  return Math.floor(Date.parse(at) / minute) === Math.floor(Date.parse(now) / minute) ? now : at
}

/** The next moment at which the clock shows what was promised. */
export function typedPromise(typed: Typed, { time_zone, now }: Place): string | null {
  const { next_update_clock = '' } = typed
  if (next_update_clock === '') return null
  const days = [now, new Date(Date.parse(now) + day).toISOString()].map((at) => dateIn(at, time_zone))
  const moments = days.map((date) => wallClock(date, next_update_clock, time_zone))
  const next = moments.find((at) => at !== null && at > now)
  if (!next) throw fault('next_update_at', 'Write the time as 15:30.')
  return next
}

/** The moment at which the zone's clock shows a day and a time; null when either is none. */
export function wallClock(date: string, time: string, zone: string): string | null {
  const isWhole = /^\d{4}-\d\d-\d\d$/.test(date) && /^([01]\d|2[0-3]):[0-5]\d$/.test(time)
  const midnight = isWhole ? Date.parse(`${date}T00:00Z`) : Number.NaN
  // 30 February would silently become 2 March
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return null
  return fromWallClock(date, time, zone)
}

/** The fields that show a moment again as its day and clock. */
export function shownStart(at: string, { time_zone }: Place) {
  return { started_on: dateIn(at, time_zone), started_clock: clock(at, time_zone) }
}

const statusField = /^status_(.+)$/

/** What was chosen in the rows of radio buttons, by the ids of the components. */
export function typedStatuses(typed: Typed): Map<string, ComponentStatus> {
  const rows = Object.entries(typed).map(([name, value]) => [statusField.exec(name)?.[1], value] as const)
  return new Map(rows.flatMap(([id, value]) => (id ? [[id, value as ComponentStatus]] : [])))
}

/** One list of radio buttons says both: that a release did it, and which one. */
export function typedCause({ cause = 'unknown', other_release_id = '' }: Typed) {
  if (cause === 'other') return { cause: 'release' as const, cause_release_id: other_release_id }
  const [word, cause_release_id] = cause.split(':')
  if (word === 'release') return { cause: 'release' as const, cause_release_id: cause_release_id ?? '' }
  return { cause: word as 'not_release' | 'unknown' }
}

/** A reason that the form itself began with is said only by whoever rolled forward. */
export function typedRemedy(typed: Typed) {
  const { remedy = '', remedy_release_id = '', remedy_reason = '', remedy_reason_offered = '' } = typed
  if (remedy === '') return { remedy: null }
  const isOffered = asLines(remedy_reason) === asLines(remedy_reason_offered)
  const isMeant = remedy === 'rolled_forward' || !isOffered
  return {
    remedy: remedy as 'rolled_back',
    remedy_release_id,
    remedy_reason: isMeant ? remedy_reason : '',
  }
}

/** Browsers end lines in their own way. */
function asLines(text: string) {
  return text.replaceAll('\r\n', '\n').trim()
}
