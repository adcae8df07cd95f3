import type { EventFacts, EventType } from '../sources/events.ts'

const minutes = 60_000
const futureAllowed = 5 * minutes
const backfillAge = 7 * 24 * 60 * minutes

/** At the same moment the higher rank is told later; so of two endings at once, the worse one stands. */
const ranks: Record<EventType, number> = {
  'artifact.available': 0,
  'release.queued': 1,
  'release.waiting': 2,
  'release.started': 3,
  'release.progress': 4,
  'exposure.changed': 4,
  'release.succeeded': 5,
  'release.cancelled': 6,
  'release.failed': 7,
  'release.rolled_back': 8,
}

export type RunEvent = {
  id: string
  type: EventType
  facts: EventFacts
  occurred_at: string
  received_at: string
  effective_at: string
  skewed_at: string | null
}

/** When an event counts: when the tool says it happened, unless that is in the future. */
export function effectiveTime(occurred_at: string, received_at: string) {
  const skewed = Date.parse(occurred_at) > Date.parse(received_at) + futureAllowed
  const effective_at = skewed ? received_at : new Date(occurred_at).toISOString()
  return { effective_at, skewed_at: skewed ? received_at : null }
}

/** Older than a week when it was heard of. */
export function isBackfill({ occurred_at, received_at }: RunEvent) {
  return Date.parse(occurred_at) < Date.parse(received_at) - backfillAge
}

/** The order in which events count, whatever the order in which they were heard. */
export function inToldOrder(one: RunEvent, other: RunEvent) {
  return (
    compare(one.effective_at, other.effective_at) ||
    ranks[one.type] - ranks[other.type] ||
    compare(one.received_at, other.received_at) ||
    compare(one.id, other.id)
  )
}

function compare(one: string, other: string) {
  return one < other ? -1 : one > other ? 1 : 0
}
