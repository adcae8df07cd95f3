import { type Place, type Typed, typedFields, wallClock } from '../incidents/typed.ts'
import { refuseSkipped } from '../incidents/wall-clock.ts'
import { fields } from '../platform/forms.ts'
import { Refusal } from '../platform/refusal.ts'
import { clock, dateIn } from '../platform/zone.ts'
import type { FreezeChange, NewFreeze } from './freeze.ts'
import type { Freeze } from './store.ts'

/** The form of a freeze as it was filled in. */
export type TypedFreeze = { typed: Typed; components: string[] }

export function typedFreeze(body: unknown): TypedFreeze {
  const { components = [] } = fields(body)
  return { typed: typedFields(body), components: [components].flat().filter((id) => id !== '') }
}

/** What the fields say; who may pass is typed one on each line, or with commas. */
export function saidIn({ typed, components }: TypedFreeze, place: Place): NewFreeze {
  const { reason = '', may_pass = '', repeats = '' } = typed
  const starts_at = typedMoment(typed, 'starts', place)
  const ends_at = typedMoment(typed, 'ends', place)
  if (!starts_at || !ends_at) {
    const words = (which: string) => `Say when it ${which}: a day and a time, like 18:00.`
    const errors = {
      ...(reason.trim() === '' && { reason: 'Say why nothing goes out.' }),
      ...(!starts_at && { starts_at: words('starts') }),
      ...(!ends_at && { ends_at: words('ends') }),
    }
    throw new Refusal('invalid', 'Some of it is missing.', { errors })
  }
  const names = may_pass.split(/[\n,]/).map((name) => name.trim())
  const said = { reason, starts_at, ends_at, components, repeats: repeats.trim() || null }
  return { ...said, may_pass: names.filter((name) => name !== '') }
}

/** The same for one that is there: a moment that still shows the minute it had is left alone, seconds and all. */
export function changeIn(form: TypedFreeze, freeze: Freeze, place: Place) {
  const said = saidIn(form, place)
  const shown = shownFreeze(freeze, place).typed
  const kept = (which: 'starts' | 'ends') =>
    form.typed[`${which}_on`] === shown[`${which}_on`] &&
    form.typed[`${which}_clock`] === shown[`${which}_clock`]
  return {
    ...said,
    which: (form.typed.which || 'this') as FreezeChange['which'],
    starts_at: kept('starts') ? freeze.starts_at : said.starts_at,
    ends_at: kept('ends') ? freeze.ends_at : said.ends_at,
    version: Number(form.typed.version),
  }
}

/** The fields that show a freeze again. */
export function shownFreeze(freeze: Freeze, { time_zone }: Place): TypedFreeze {
  const { reason, starts_at, ends_at, may_pass, components, version } = freeze
  return {
    typed: {
      reason,
      starts_on: dateIn(starts_at, time_zone),
      starts_clock: clock(starts_at, time_zone),
      ends_on: dateIn(ends_at, time_zone),
      ends_clock: clock(ends_at, time_zone),
      may_pass: may_pass.join('\n'),
      repeats: freeze.repeats ?? '',
      version: String(version),
    },
    components: components.map(({ id }) => id),
  }
}

function typedMoment(typed: Typed, which: 'starts' | 'ends', { time_zone: zone }: Place): string | null {
  const [date = '', time = ''] = [typed[`${which}_on`], typed[`${which}_clock`]]
  const at = wallClock(date, time, zone)
  if (at !== null) refuseSkipped(`${which}_at`, { date, time, zone })
  return at
}
