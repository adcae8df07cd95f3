import { count, number, numberFirst, sentenceList, times } from './counting.ts'
import { history } from './history.ts'

/** How often and how fast we go back. */
export const rollbacks = {
  none: 'No rollbacks yet',
  many: (rollbacks: number, releases: number | null, days: number) => {
    const many = `${numberFirst(rollbacks)} ${rollbacks === 1 ? 'rollback' : 'rollbacks'} in ${days} days`
    return releases === null ? `${many}.` : `${many}, out of ${count(releases, 'release')}.`
  },
  it_took: (time: string) => `It took ${time}.`,
  half_took: (time: string) => `Half were done within ${time}.`,
  about: (zone: string) =>
    `Above, how long the release took; below, how long the way back took. All times in ${zone}.`,
  no_incident: 'no incident',
  /** Of a rollback before which nothing had gone wrong. */
  drill: 'a drill',
  /** Each before a time. */
  asked: 'asked',
  begun: 'begun',
  done: 'done',
  to_release: (time: string) => `${time} to release`,
  slower: 'slower than the release',
  took_unknown: 'time not known',
  failed: 'failed',
  stopped: 'stopped',
  under_way: 'under way',
  /** After the version. */
  not_possible: 'could not be rolled back',
  /** Before the reason. */
  rolled_forward: 'rolled forward:',
  resolved_after: (time: string) => `resolved after ${time}`,
  empty: 'Nothing had to be rolled back',
  empty_more:
    'When a release is taken back, this page tells from which version to which, how long it took and why.',
  by_component: 'How often, by component',
  columns: {
    component: 'Component',
    back: 'Time back',
  },
  quarter: (year: number, quarter: number) => `Q${quarter} ${year}`,
  also_forward: (forwards: number) => `${number(forwards)} rolled forward`,
  also_drills: (drills: number) => count(drills, 'drill'),
  in_drill: (time: string) => `${time} in a drill`,
  /** "Since January 2026" of "2026-01". */
  since: (month: string) => `Since ${history.month(month)}`,
  totals: (since: string, { backs, forwards, drills }: Record<'backs' | 'forwards' | 'drills', number>) => {
    const parts = [
      backs === 0 ? '' : `rolled back ${times(backs)}`,
      forwards === 0 ? '' : `rolled forward ${times(forwards)}`,
      drills === 0 ? '' : `walked the way back ${times(drills)} as a drill`,
    ]
    return `${since}: ${sentenceList(parts.filter((part) => part !== ''))}.`
  },
  often: (backs: number, releases: number) => {
    if (releases === 0) return backs === 0 ? '' : number(backs)
    return `${number(backs)} of ${number(releases)}`
  },
  share: (percent: string) => `${percent}%`,
  unknown: 'not known',
  never: '–',
  note: 'Rollbacks of all releases, and their share; a drill is neither. The time back is the median of a year, the time to release that of 90 days: a release from its start, a rollback from when it was asked for where that is known, until everybody had it.',
}
