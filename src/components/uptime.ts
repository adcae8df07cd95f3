import { type ComponentStatus, componentStatuses } from './model.ts'

/** What a component suffered, from when to when; without an end it goes on. */
export type Interval = { status: string; started_at: string; ended_at: string | null }

/** From one second since 1970 up to another, which is not part of it. */
export type Span = { from: number; to: number }

type Segment = Span & { status: ComponentStatus }

/** How a component was in a window. `uptime` is between 0 and 1, and null when nothing is known of the window. */
export type Tally = {
  uptime: number | null
  worst_status: ComponentStatus | null
  seconds: Record<ComponentStatus, number>
  no_data_seconds: number
}

/**
 * What a component suffered, without overlaps, oldest first: at each moment the worst of what was open, in the order of
 * `componentStatuses`, so that maintenance never hides an outage. The gaps between are operational. Moments are cut to
 * whole seconds; an interval that ends before it begins never was.
 */
export function worstOverTime(intervals: readonly Interval[]): Segment[] {
  const open = new Map<string, number>()
  const segments: Segment[] = []
  let since = 0
  for (const { at, status, step } of edgesOf(intervals)) {
    const worst = componentStatuses.find((one) => open.get(one))
    const last = segments.at(-1)
    if (worst && at > since) {
      if (last?.status === worst && last.to === since) last.to = at
      else segments.push({ status: worst, from: since, to: at })
    }
    since = at
    open.set(status, (open.get(status) ?? 0) + step)
  }
  return segments
}

function edgesOf(intervals: readonly Interval[]) {
  const edges = intervals.flatMap(({ status, started_at, ended_at }) => {
    const from = secondOf(started_at)
    const to = ended_at === null ? Number.POSITIVE_INFINITY : secondOf(ended_at)
    if (status === 'operational' || !(from < to)) return []
    return [
      { at: from, status, step: 1 },
      { at: to, status, step: -1 },
    ]
  })
  return edges.sort((one, other) => one.at - other.at)
}

/** The whole second in which a moment lies. */
export function secondOf(at: string): number {
  return Math.floor(Date.parse(at) / 1000)
}

/** The moment at which a second begins: the other way round. */
export function momentOf(second: number): string {
  return new Date(second * 1000).toISOString()
}

/**
 * The seconds of each status in a window; before `began` nothing is known.
 *
 * uptime = 1 − (major + 0.3 · partial) / total, where total are the seconds that something is known of. Degraded
 * performance and maintenance count as up. It is the formula of Statuspage and of those that followed it: a partial
 * outage weighs three tenths of a major one.
 */
export function tally(segments: readonly Segment[], began: number, { from, to }: Span): Tally {
  const seconds = noSeconds()
  const start = Math.min(Math.max(from, began), Math.max(from, to))
  const known = Math.max(0, to - start)
  seconds.operational = known
  for (const segment of segments) {
    if (segment.from >= to) break
    const spent = Math.min(segment.to, to) - Math.max(segment.from, start)
    if (spent <= 0) continue
    seconds[segment.status] += spent
    seconds.operational -= spent
  }
  return judged(seconds, known, start - from)
}

/** Several windows as one. */
export function addUp(tallies: readonly Tally[]): Tally {
  const seconds = noSeconds()
  let [known, unknown] = [0, 0]
  for (const one of tallies) {
    for (const status of componentStatuses) {
      seconds[status] += one.seconds[status]
      known += one.seconds[status]
    }
    unknown += one.no_data_seconds
  }
  return judged(seconds, known, unknown)
}

function judged(seconds: Tally['seconds'], known: number, no_data_seconds: number): Tally {
  const lost = 10 * seconds.major_outage + 3 * seconds.partial_outage
  return {
    uptime: known > 0 ? 1 - lost / (10 * known) : null,
    worst_status: componentStatuses.find((status) => seconds[status] > 0) ?? null,
    seconds,
    no_data_seconds,
  }
}

function noSeconds(): Tally['seconds'] {
  return {
    major_outage: 0,
    partial_outage: 0,
    degraded_performance: 0,
    under_maintenance: 0,
    operational: 0,
  }
}

/** "99.71%", never rounded up: only what was never down has 100%. Null when nothing is known. */
export function percentOf(uptime: number | null): string | null {
  if (uptime === null) return null
  if (uptime === 1) return '100%'
  // a hair is added, since 0.9971 · 10,000 is a hair less than 9971
  return `${(Math.floor(uptime * 10_000 + 1e-6) / 100).toFixed(2)}%`
}
