import { type ComponentStatus, componentStatuses } from '../components/model.ts'

type Impact = {
  component: { slug: string; name: string }
  status: ComponentStatus
  started_at: string
  ended_at: string | null
}

export type Facts = ReturnType<typeof factsFrom>

/**
 * What an incident's records tell of it; all times in seconds. It is noticed when somebody says so, else with the first
 * word of it; it is restored when the last impact ended (of one that hurt nothing: when it was resolved).
 */
export function factsFrom(given: {
  started_at: string
  resolved_at: string | null
  noticed_at: string | null
  /** When the first update stands; null: there is none. */
  told_at: string | null
  impacts: readonly Impact[]
  now: string
}) {
  const { started_at, resolved_at, impacts, now } = given
  const began_at = impacts.map((impact) => impact.started_at).sort()[0] ?? started_at
  const noticed_at = given.noticed_at ?? given.told_at
  const restored_at = restoredAt(impacts, resolved_at)
  return {
    began_at,
    noticed_at,
    seconds_to_notice: noticed_at === null ? null : between(began_at, noticed_at),
    restored_at,
    seconds_to_restore: restored_at === null ? null : between(began_at, restored_at),
    impacts: hurtFor(impacts, now),
  }
}

function restoredAt(impacts: readonly Impact[], resolved_at: string | null) {
  if (impacts.length === 0) return resolved_at
  const ends = impacts.map(({ ended_at }) => ended_at)
  return ends.includes(null) ? null : (ends.sort().at(-1) ?? null)
}

/** What was noticed before it hurt anybody was noticed at once. */
function between(from: string, to: string) {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
}

/** How long each component was in each status; what was hurt worst stands first, times that overlap count once. */
function hurtFor(impacts: readonly Impact[], now: string) {
  const groups = Map.groupBy(impacts, ({ component, status }) => `${component.slug} ${status}`)
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group
    return first ? [{ component: first.component, status: first.status, seconds: covered(group, now) }] : []
  })
  const badness = (status: ComponentStatus) => componentStatuses.indexOf(status)
  rows.sort((one, other) => badness(one.status) - badness(other.status))
  const places = [...new Set(rows.map(({ component }) => component.slug))]
  return rows.sort((one, other) => places.indexOf(one.component.slug) - places.indexOf(other.component.slug))
}

function covered(impacts: readonly Impact[], now: string) {
  let total = 0
  let until = ''
  for (const { started_at, ended_at } of impacts.toSorted((a, b) => (a.started_at < b.started_at ? -1 : 1))) {
    const from = started_at > until ? started_at : until
    const to = ended_at ?? now
    if (to <= from) continue
    total += between(from, to)
    until = to
  }
  return total
}
