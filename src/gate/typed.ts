import { fault } from '../incidents/model.ts'
import { type Place, type Typed, typedFields, wallClock } from '../incidents/typed.ts'
import { fields } from '../platform/forms.ts'
import { clock, dateIn } from '../platform/zone.ts'
import type { NewFreeze } from './freeze.ts'
import type { Freeze } from './store.ts'

/** The form of a freeze as it was filled in. */
export type TypedFreeze = { typed: Typed; components: string[] }

export function typedFreeze(body: unknown): TypedFreeze {
  const { components = [] } = fields(body)
  return { typed: typedFields(body), components: [components].flat().filter((id) => id !== '') }
}

/** What the fields say; who may pass is typed one on each line, or with commas. */
export function saidIn({ typed, components }: TypedFreeze, place: Place): NewFreeze {
  const may_pass = (typed.may_pass ?? '').split(/[\n,]/).map((name) => name.trim())
  return {
    reason: typed.reason ?? '',
    starts_at: typedMoment(typed, 'starts', place),
    ends_at: typedMoment(typed, 'ends', place),
    components,
    may_pass: may_pass.filter((name) => name !== ''),
  }
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
      version: String(version),
    },
    components: components.map(({ id }) => id),
  }
}

function typedMoment(typed: Typed, which: 'starts' | 'ends', { time_zone }: Place): string {
  const at = wallClock(typed[`${which}_on`] ?? '', typed[`${which}_clock`] ?? '', time_zone)
  if (at) return at
  const words = which === 'starts' ? 'when it starts' : 'when it ends'
  throw fault(`${which}_at`, `Say ${words}: a day and a time, like 18:00.`)
}
