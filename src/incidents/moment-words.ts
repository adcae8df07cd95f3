import { clock, dateIn, full, isTimeZone, wallClockTwice, zoneWords } from '../platform/zone.ts'
import { type Place, type Typed, typedMoment } from './typed.ts'

/**
 * A typed moment as it will be understood: in the page's zone, in that of whoever types and in UTC; and whether
 * daylight saving leaves its time out or brings it twice that night. Null while no moment was typed.
 */
export function momentWords(typed: Typed, which: 'started' | 'ended', place: Place) {
  const at = readable(typed, which, place)
  if (!at) return null
  const { time_zone, now } = place
  const own = ownZone(typed)
  const zones = [
    time_zone,
    ...(own && own !== time_zone ? [own] : []),
    ...(time_zone === 'UTC' ? [] : ['UTC']),
  ]
  return {
    at,
    zones: zones.map((zone) => ({
      words: `${full(at, zone)} ${zoneWords(zone, at)}`,
      note: zone === own && zone !== time_zone ? 'where you are' : '',
    })),
    flag: flagOf(typed, which, { time_zone, now }),
  }
}

function readable(typed: Typed, which: 'started' | 'ended', place: Place): string | null {
  try {
    return typedMoment(typed, which, place) ?? null
  } catch {
    return null
  }
}

/** Only a zone that the runtime knows is shown again. */
function ownZone({ own_zone = '' }: Typed): string | null {
  return own_zone !== '' && own_zone.length <= 64 && isTimeZone(own_zone) ? own_zone : null
}

/** Clocks that go forward or back that night, in plain words; null on any other night. */
function flagOf(typed: Typed, which: 'started' | 'ended', { time_zone, now }: Place) {
  const date = typed[`${which}_on`] || dateIn(now, time_zone)
  const time = typed[`${which}_clock`] ?? ''
  const { first, second, skipped } = wallClockTwice(date, time, time_zone)
  if (skipped) {
    const meant = clock(first, time_zone)
    return {
      words: `${time} does not exist on that night: the clocks go forward. ${meant} is meant?`,
      choices: [],
    }
  }
  if (!second) return null
  const late = typed[`${which}_fold`] === 'second'
  const choice = (value: string, at: string, checked: boolean) => ({
    value,
    checked,
    words: `the ${value}, ${zoneWords(time_zone, at)}`,
  })
  return {
    words: `${time} comes twice on that night: the clocks go back. The ${late ? 'second' : 'first'} is meant.`,
    choices: [choice('first', first, !late), choice('second', second, late)],
  }
}
