import { duration, when } from '../platform/zone.ts'
import { versionKinds } from '../releases/model.ts'
import type { Suspect } from './suspects.ts'

type Beside = { started_at: string; time_zone: string; component_ids?: string[] }

/** From this long a silence before it on, in milliseconds, a release is told to be the first in a while. */
const quietFor = 86_400_000

/**
 * Why a release is a suspect, nearest first and in words: "reached customers 11:53 and all of them 14:02, 4 min before
 * the start, on an affected component, first release of this component in 6 days". While no component is named, none is
 * another one. Pure.
 */
export function reasonFor(suspect: Suspect, { started_at, time_zone, component_ids }: Beside) {
  const { reached_at, first_exposed_at } = suspect
  const shown = (at: string) => when(at, time_zone, started_at)
  const [first, last] = [shown(first_exposed_at ?? reached_at), shown(reached_at)]
  const times = first === last ? last : `${first} and all of them ${last}`
  const near = reached_at >= started_at
  const before = near ? 'within a minute of' : `${duration(reached_at, started_at)} before`
  return [
    `${whom(suspect)} ${times}`,
    `${before} the start`,
    component_ids?.length === 0 ? '' : suspect.affected ? 'on an affected component' : 'on another component',
    suspect.drill_at ? 'a drill' : '',
    firstIn(suspect),
    suspect.bad_at ? 'marked bad' : '',
  ]
    .filter((words) => words !== '')
    .join(', ')
}

/** A share is told only of what never reached more: what went on to everybody may have had any share at the start. */
function whom({ reached, most_percent }: Suspect) {
  if (reached === 'all') return 'reached customers'
  const isShare = most_percent !== null && most_percent > 0 && most_percent < 100
  return isShare ? `reached ${most_percent}% of the customers` : 'reached part of the customers'
}

/**
 * A change after a long silence says more than one of many. A setting or a flag is no release of a version, and of what
 * was before the first one that we heard of nothing is known.
 */
function firstIn({ kind, earlier_at, first_exposed_at, reached_at }: Suspect) {
  const since = first_exposed_at ?? reached_at
  if (!versionKinds.includes(kind) || earlier_at === null) return ''
  if (Date.parse(since) - Date.parse(earlier_at) < quietFor) return ''
  return `first release of this component in ${duration(earlier_at, since)}`
}
