import { fromWallClock, wallMinute } from '../platform/zone.ts'
import { fault } from './model.ts'

const hour = 3_600_000

/** What a night of daylight saving does to a wall clock: the time is `skipped` by it, or comes `twice`; else null. */
export function clockChange(date: string, time: string, zone: string): 'skipped' | 'twice' | null {
  const at = fromWallClock(date, time, zone)
  if (wallMinute(at, zone) !== `${date}T${time}`) return 'skipped'
  const shifts = [hour / 2, hour, 2 * hour].map((later) => new Date(Date.parse(at) + later).toISOString())
  return shifts.some((later) => wallMinute(later, zone) === `${date}T${time}`) ? 'twice' : null
}

/** Refuses a time that no clock of the zone will show, and says which one comes instead. */
export function refuseSkipped(
  field: string,
  { date, time, zone }: { date: string; time: string; zone: string },
) {
  if (clockChange(date, time, zone) !== 'skipped') return
  const next = wallMinute(fromWallClock(date, time, zone), zone).slice(11)
  const why = `The clocks of ${zone} are put forward that night: there is no ${time}.`
  throw fault(field, `${why} Write ${next}, or another time.`)
}
