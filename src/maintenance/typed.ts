import { type Place, type Typed, typedFields, wallClock } from '../incidents/typed.ts'
import { refuseSkipped } from '../incidents/wall-clock.ts'
import { fields } from '../platform/forms.ts'
import { Refusal } from '../platform/refusal.ts'
import { clock, dateIn } from '../platform/zone.ts'
import type { Beginner, MaintenanceChange, NewMaintenance } from './model.ts'
import type { Maintenance } from './store.ts'

/** The form of planned work as it was filled in. */
export type TypedWork = { typed: Typed; components: string[] }

/** How often it can be said to repeat without writing a rule. */
export const repetitions: [value: string, words: string][] = [
  ['', 'Once'],
  ['FREQ=DAILY', 'Every day'],
  ['FREQ=WEEKLY', 'Every week, on that day'],
  ['FREQ=WEEKLY;INTERVAL=2', 'Every two weeks, on that day'],
  ['FREQ=MONTHLY', 'Every month, on that date'],
  ['rule', 'By the rule below'],
]

export function typedWork(body: unknown): TypedWork {
  const { components = [] } = fields(body)
  return { typed: typedFields(body), components: [components].flat().filter((id) => id !== '') }
}

/** What the fields say. A time that a night of daylight saving skips is refused, with the one that comes instead. */
export function saidIn({ typed, components }: TypedWork, place: Place): NewMaintenance {
  const { title = '', body = '', repeats = '', rule = '' } = typed
  const starts_at = typedMoment(typed, 'starts', place)
  const ends_at = typedMoment(typed, 'ends', place)
  if (!starts_at || !ends_at) throw missing(title, starts_at, ends_at)
  return {
    title,
    body,
    starts_at,
    ends_at,
    components,
    starts_by: (typed.starts_by || 'clock') as Beginner,
    ends_by: (typed.ends_by || 'clock') as Beginner,
    release: releaseIn(typed),
    repeats: (repeats === 'rule' ? rule : repeats) || null,
  }
}

function missing(title: string, starts_at: string | null, ends_at: string | null) {
  const words = (which: string) => `Say when it ${which}: a day and a time, like 02:00.`
  const errors = {
    ...(title.trim() === '' && { title: 'Say what is done.' }),
    ...(!starts_at && { starts_at: words('starts') }),
    ...(!ends_at && { ends_at: words('ends') }),
  }
  return new Refusal('invalid', 'Some of it is missing.', { errors })
}

function releaseIn({ release_component = '', release_version = '' }: Typed) {
  if (release_component === '' && release_version.trim() === '') return null
  return { component: release_component, version: release_version }
}

/** The same for what is there: a moment that still shows the minute it had is left alone, seconds and all. */
export function changeIn(form: TypedWork, known: Maintenance, place: Place): MaintenanceChange {
  const { typed } = form
  const shown = shownWork(known, place).typed
  const kept = (which: 'starts' | 'ends') =>
    typed[`${which}_on`] === shown[`${which}_on`] && typed[`${which}_clock`] === shown[`${which}_clock`]
  const same = { ...typed }
  // what was not touched is not looked at again: its time may be the second of two
  for (const which of ['starts', 'ends'] as const) if (kept(which)) same[`${which}_kept`] = 'yes'
  const said = saidIn({ ...form, typed: { ...same, repeats: 'rule' } }, place)
  return {
    ...said,
    which: (typed.which || 'this') as MaintenanceChange['which'],
    starts_at: kept('starts') ? known.starts_at : said.starts_at,
    ends_at: kept('ends') ? known.ends_at : said.ends_at,
    note: typed.note ?? '',
    version: Number(typed.version),
  }
}

/** The fields that show it again. */
export function shownWork(known: Maintenance, { time_zone }: Place): TypedWork {
  const { title, body, starts_at, ends_at, starts_by, ends_by, version, series } = known
  return {
    typed: {
      title,
      body,
      starts_on: dateIn(starts_at, time_zone),
      starts_clock: clock(starts_at, time_zone),
      ends_on: dateIn(ends_at, time_zone),
      ends_clock: clock(ends_at, time_zone),
      starts_by,
      ends_by,
      release_component: known.release_component_id ?? '',
      release_version: known.release_version ?? '',
      rule: series && !series.ended_at ? series.rule : '',
      version: String(version),
    },
    components: known.components.map(({ id }) => id),
  }
}

function typedMoment(typed: Typed, which: 'starts' | 'ends', { time_zone: zone }: Place): string | null {
  const [date = '', time = ''] = [typed[`${which}_on`], typed[`${which}_clock`]]
  const at = wallClock(date, time, zone)
  if (at !== null && !typed[`${which}_kept`]) refuseSkipped(`${which}_at`, { date, time, zone })
  return at
}
