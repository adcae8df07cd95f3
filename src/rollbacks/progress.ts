import { isLost, isSameThing } from '../releases/model.ts'

/** What became of a request to roll back. */
export const requestStates = [
  'asked',
  'accepted',
  'running',
  'done',
  'failed',
  'silent',
  'refused',
  'overtaken',
  'withdrawn',
] as const
export type RequestState = (typeof requestStates)[number]

/** States after which nothing more is to be expected of a request, and another one may be made. */
const settled: readonly RequestState[] = ['done', 'failed', 'silent', 'refused', 'overtaken', 'withdrawn']

/** Ended by a person it was taken back; by nobody, another request took its place once it was settled. */
type Request = { id: string; asked_at: string; ended_at: string | null; ended_by: string | null; to: Thing }
type Thing = { version: string | null; commit: string | null }
type Call = { delivered_at: string | null; failed_at: string | null; failure: string | null }
/** A release of the request's lane that was heard of since. */
export type Since = Thing & {
  id: string
  rollback_request_id: string | null
  state: string
  kind: string
  created_at: string
  started_at: string | null
  live_at: string | null
  finished_at: string | null
  last_event_at: string
  deadline_at: string | null
}

export type Progress = {
  state: RequestState
  accepted_at: string | null
  running_at: string | null
  /** When it was done, failed, refused, overtaken or withdrawn; null while it is under way or silent. */
  over_at: string | null
  /** Until when we wait for a word before we call it silent. */
  patient_until: string | null
  /** The release that answers it, or that went live instead. */
  release: Since | null
  failure: string | null
}

/** Nothing heard for the usual time of a rollback three times over is silence; with no usual time, ten minutes. */
const patience = 3
const unknownUsualSeconds = 200
const shortestPatience = 30

/**
 * How far a request has come, read from its call and from what its lane has told since: the newest release that
 * answers it decides. `usual_seconds` is what a rollback there usually takes, null when nobody knows.
 */
export function progressOf(
  request: Request,
  given: { call: Call | null; since: readonly Since[]; usual_seconds: number | null; now: Date },
): Progress {
  const { call, since, usual_seconds, now } = given
  const answers = since.filter((one) => one.rollback_request_id === request.id)
  const answer = answers.find((one) => one.live_at !== null) ?? answers.toSorted(byNewest)[0] ?? null
  const progress: Progress = {
    state: 'asked',
    accepted_at: call?.delivered_at ?? null,
    running_at: answer ? (answer.started_at ?? answer.created_at) : null,
    over_at: null,
    patient_until: null,
    release: answer,
    failure: null,
  }
  if (answer) return answered(progress, answer, { to: request.to, usual_seconds, now })
  if (request.ended_by !== null) return { ...progress, state: 'withdrawn', over_at: request.ended_at }
  const other = since.find((one) => isInstead(one, request))
  if (other) return { ...progress, state: 'overtaken', over_at: other.live_at, release: other }
  if (call?.failed_at)
    return { ...progress, state: 'refused', over_at: call.failed_at, failure: call.failure }
  if (request.ended_at) return { ...progress, state: 'silent' }
  if (!call?.delivered_at) return progress
  return waiting({ ...progress, state: 'accepted' }, call.delivered_at, { usual_seconds, now })
}

/** Whether another thing went live while the request stood. */
function isInstead(one: Since, { asked_at, ended_at, to }: Request) {
  if (one.live_at === null || one.live_at <= asked_at) return false
  return (ended_at === null || one.live_at <= ended_at) && !isSameThing(one, to)
}

/** Whether nothing more is to be expected. */
export function isSettled(state: RequestState) {
  return settled.includes(state)
}

/** Where one is known by its version and the other by its commit alone, nobody can tell. */
function isComparable(one: Thing, other: Thing) {
  return Boolean((one.commit && other.commit) || (one.version && other.version))
}

type Patience = { usual_seconds: number | null; now: Date }

function answered(progress: Progress, answer: Since, patient: Patience & { to: Thing }): Progress {
  if (answer.live_at) {
    // a run that carries the request's id may bring another version all the same
    const isOther = isComparable(answer, patient.to) && !isSameThing(answer, patient.to)
    return { ...progress, state: isOther ? 'overtaken' : 'done', over_at: answer.live_at }
  }
  const ended = ['failed', 'cancelled', 'rolled_back'].includes(answer.state)
  const lost = isLost(answer, patient.now)
  if (ended) return { ...progress, state: 'failed', over_at: answer.finished_at ?? answer.last_event_at }
  if (lost) return { ...progress, state: 'silent' }
  return waiting({ ...progress, state: 'running' }, answer.last_event_at, patient)
}

function waiting(progress: Progress, heard_at: string, { usual_seconds, now }: Patience): Progress {
  const seconds = Math.max(shortestPatience, patience * (usual_seconds ?? unknownUsualSeconds))
  const patient_until = new Date(Date.parse(heard_at) + seconds * 1000).toISOString()
  const state = now.toISOString() > patient_until ? 'silent' : progress.state
  return { ...progress, patient_until, state }
}

function byNewest(one: Since, other: Since) {
  return one.created_at < other.created_at ? 1 : -1
}
