import type { EventFacts, EventType } from '../sources/events.ts'
import { effectiveTime, type RunEvent } from './order.ts'

/** What is true of a run however often it is run: its times and its customers are each attempt's own. */
export function ofEveryAttempt({ started_at, finished_at, percent, dark, ...facts }: EventFacts): EventFacts {
  return facts
}

/** Times a tool states are held to the same bound as the event's own. */
export function factsOf({ facts, received_at }: RunEvent): EventFacts {
  const bounded = (at?: string) => at && effectiveTime(at, received_at).effective_at
  return { ...facts, started_at: bounded(facts.started_at), finished_at: bounded(facts.finished_at) }
}

/** Who changed how many customers have it, and why, is said of the change: not of who released it, nor of what is in it. */
export function ofTheRun(type: EventType, facts: EventFacts): EventFacts {
  if (type !== 'exposure.changed') return facts
  const { actor, message, reason, ...others } = facts
  return others
}

/** What is known with what is said now: a fact left out wipes nothing. */
export function filledIn(known: EventFacts, said: EventFacts): EventFacts {
  return { ...known, ...present(said), urls: { ...known.urls, ...present(said.urls ?? {}) } }
}

function present<T extends object>(facts: T): Partial<T> {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(known) as Partial<T>
}

/** When it came about: when the tool says it was finished, else when it says so. */
export function momentOf(event: RunEvent) {
  return factsOf(event).finished_at ?? event.effective_at
}
