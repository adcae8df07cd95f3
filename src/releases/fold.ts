import type { EventFacts, ReleaseKind } from '../sources/events.ts'
import { factsOf, filledIn, momentOf, ofEveryAttempt, ofTheRun } from './facts.ts'
import { exposedState, type Outcome, type ReleaseState } from './model.ts'
import { inToldOrder, isBackfill, type RunEvent } from './order.ts'
import { expose, undoneAt } from './reach.ts'
import { asRollout } from './rollout.ts'

const minutes = 60_000
const patience = { ordinary: 60 * minutes, long: 24 * 60 * minutes }
/** States in which a run may rightly say nothing for hours. */
const patient: readonly ReleaseState[] = ['waiting', 'canary', 'dark']

export type Run = ReturnType<typeof foldRun>

/**
 * What a run's events say together. They may arrive in any order: they are told in the order of
 * (effective time, rank, arrival, id), and what a later one leaves out never wipes what is known. Where nothing but how
 * many customers have it was ever told, that is the whole release; of no version, it is a flag.
 */
export function foldRun(events: readonly RunEvent[]) {
  const told = [...events].sort(inToldOrder)
  let telling = untold
  for (const event of asRun(told)) telling = tell(telling, event)
  const run = summary(telling, told)
  const isFlag = isFlip(told) && run.version === null && run.commit === null
  return { ...run, said_kind: run.said_kind ?? (isFlag ? 'flag' : null) }
}

/**
 * Events as `tell` wants them: where nothing but an exposure ever changed, each change is one that succeeded; where nodes
 * speak for themselves, each is what they say together.
 */
export function asRun(told: readonly RunEvent[]): readonly RunEvent[] {
  return isFlip(told) ? told.map((event) => ({ ...event, type: 'release.succeeded' })) : asRollout(told)
}

function isFlip(told: readonly RunEvent[]) {
  return told.every((event) => event.type === 'exposure.changed')
}

export type Telling = {
  facts: EventFacts
  phase: 'queued' | 'waiting' | 'running' | null
  outcome: Outcome | null
  attempt: number
  percent: number | null
  /** The most customers it ever had. */
  most_percent: number | null
  dark_at: string | null
  began_at: string | null
  first_exposed_at: string | null
  live_at: string | null
  ended_at: string | null
  undone_at: string | null
  /** Since when nobody has what customers had: over, unless some get it again. */
  aborted_at: string | null
}

export const untold: Telling = {
  facts: {},
  phase: null,
  outcome: null,
  attempt: 1,
  percent: null,
  most_percent: null,
  dark_at: null,
  began_at: null,
  first_exposed_at: null,
  live_at: null,
  ended_at: null,
  undone_at: null,
  aborted_at: null,
}

/** What is known once this event is told too. */
export function tell(before: Telling, event: RunEvent): Telling {
  const attempt = event.facts.attempt ?? before.attempt
  if (attempt < before.attempt)
    return { ...before, facts: filledIn(ofEveryAttempt(ofTheRun(event.type, event.facts)), before.facts) }
  const now = attempt > before.attempt ? { ...begunAgain(before), attempt } : { ...before }
  now.facts = filledIn(now.facts, ofTheRun(event.type, factsOf(event)))
  moveOn(now, event)
  expose(now, event)
  return now
}

/** A run that the tool runs again: open as if new, but what it brought to customers before stays with them. */
function begunAgain(before: Telling): Telling {
  const { first_exposed_at, most_percent } = before
  const facts = ofEveryAttempt(before.facts)
  return {
    ...untold,
    facts,
    first_exposed_at,
    most_percent,
    live_at: undoneAt(before) ? null : before.live_at,
  }
}

function moveOn(now: Telling, event: RunEvent) {
  switch (event.type) {
    case 'release.queued':
    case 'release.waiting':
      if (!now.outcome) now.phase = event.type === 'release.queued' ? 'queued' : 'waiting'
      return
    case 'release.started':
      if (!now.outcome) now.began_at ??= event.effective_at
      now.phase = 'running'
      return
    case 'release.progress':
    case 'exposure.changed':
      now.phase = 'running'
      return
    case 'release.succeeded':
      return end(now, event, 'succeeded')
    case 'release.failed':
      return end(now, event, 'failed')
    case 'release.cancelled':
      return end(now, event, 'cancelled')
    case 'release.rolled_back':
      now.undone_at ??= event.effective_at
  }
}

function end(now: Telling, event: RunEvent, outcome: Outcome) {
  now.phase = 'running'
  if (now.outcome === outcome || (now.outcome && now.undone_at)) return
  const isCorrected = now.outcome !== null
  now.outcome = outcome
  now.ended_at = momentOf(event)
  if (isCorrected || outcome === 'succeeded') now.live_at = null
}

function summary(telling: Telling, told: readonly RunEvent[]) {
  const { facts, outcome, attempt, percent, most_percent, dark_at, first_exposed_at, live_at } = telling
  const undone_at = undoneAt(telling)
  const state = stateOf(telling)
  const last_event_at = told.at(-1)?.effective_at ?? ''
  const finished_at = outcome && (facts.finished_at ?? telling.ended_at)
  const isPartial = state === 'canary' || state === 'dark'
  return {
    ...worded(facts),
    state,
    outcome,
    attempt,
    percent,
    most_percent,
    dark_at,
    drill_at: facts.drill ? (live_at ?? finished_at ?? last_event_at) : null,
    started_at: facts.started_at ?? telling.began_at,
    first_exposed_at,
    live_at,
    finished_at,
    undone_at,
    deadline_at: outcome || undone_at ? null : deadline(state, last_event_at),
    skewed_at: told.find((event) => event.skewed_at)?.skewed_at ?? null,
    backfilled_at: told.every(isBackfill) ? earliest(told.map((event) => event.received_at)) : null,
    last_event_at,
    lane_at: live_at ?? (isPartial ? null : finished_at) ?? last_event_at,
  }
}

function worded(facts: EventFacts) {
  return {
    said_kind: facts.kind ?? (null as ReleaseKind | null),
    version: facts.version ?? null,
    commit: facts.commit?.toLowerCase() ?? null,
    ref: facts.ref ?? null,
    previous_version: facts.previous_version ?? facts.previous_commit ?? null,
    actor_name: facts.actor?.name ?? null,
    message: facts.message ?? null,
    reason: facts.reason ?? null,
    run_url: facts.urls?.run ?? null,
    target_url: facts.urls?.target ?? null,
    commit_url: facts.urls?.commit ?? null,
    changelog_url: facts.urls?.changelog ?? null,
    artifact: facts.artifact ?? null,
    rollback: facts.rollback ?? null,
  }
}

export function stateOf(telling: Telling): ReleaseState {
  if (undoneAt(telling)) return 'rolled_back'
  if (telling.outcome === 'failed' || telling.outcome === 'cancelled') return telling.outcome
  return telling.phase === 'running' ? exposedState(telling) : (telling.phase ?? 'running')
}

function deadline(state: ReleaseState, last_event_at: string) {
  const wait = patient.includes(state) ? patience.long : patience.ordinary
  return new Date(Date.parse(last_event_at) + wait).toISOString()
}

function earliest(times: string[]) {
  return times.reduce((first, time) => (time < first ? time : first))
}
