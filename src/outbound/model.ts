import type { Tables } from '../platform/tables.ts'
import type { Answer } from './client.ts'

export type Call = Tables['outbound_calls']
export type Schedule = 'urgent' | 'patient'

/** What a verb wants to be told to somebody else. */
export type NewCall = {
  /** As in the body's `type`: `rollback.requested`. */
  purpose: string
  subject: [kind: string, id: string]
  url: string
  method?: 'POST' | 'PUT'
  body: string
  /** What the receiver wants to see beside the body; values are sealed and never shown. */
  headers?: Record<string, string>
  /** The Standard Webhooks secret (`whsec_…`) to sign with. */
  secret?: string | null
  /** What is added to the body when it is sent and never shown: some tools take their token nowhere else. */
  secret_tail?: string | null
  schedule: Schedule
}

export const callStates = ['waiting', 'delivered', 'failed'] as const

/** Where a call stands: it waits for its next try, was taken, or is given up (or stopped). */
export function stateOf(call: Pick<Call, 'delivered_at' | 'failed_at'>): (typeof callStates)[number] {
  if (call.delivered_at !== null) return 'delivered'
  return call.failed_at === null ? 'waiting' : 'failed'
}

const [minute, hour] = [60, 3600]
/** Seconds before each try, since the one before it. */
const delays: Record<Schedule, number[]> = {
  urgent: [0, 5, 15, 45, 2 * minute, 5 * minute],
  patient: [0, 5, 5 * minute, ...[0.5, 2, 5, 10, 14, 20, 24].map((hours) => hours * hour)],
}
/** Seconds after which an urgent call does harm: what it asks for is not wanted any more. */
const tooLate: Record<Schedule, number> = { urgent: 10 * minute, patient: Number.POSITIVE_INFINITY }

/** An urgent call that was made before this moment comes too late. */
export function tooLateBefore(now: Date): string {
  return new Date(now.getTime() - tooLate.urgent * 1000).toISOString()
}
/** The longest that a receiver may ask to be left alone for, in seconds. */
const longestWait: Record<Schedule, number> = { urgent: 2 * minute, patient: 24 * hour }

/** Whether it is too late to try a call at all. */
export function isTooLate(
  { schedule, created_at }: Pick<Call, 'schedule' | 'created_at'>,
  now: Date,
): boolean {
  return now.getTime() - Date.parse(created_at) > tooLate[schedule as Schedule] * 1000
}

/**
 * When a call is tried again after `attempts` tries, or null when that was the last. `wait`: the seconds that its
 * receiver asked for; `random`: 0 to 1, so that patient calls which failed together do not all come back together.
 */
export function nextAttempt(
  call: Pick<Call, 'schedule' | 'created_at' | 'attempts'>,
  { now, wait, random }: { now: Date; wait: number | null; random: number },
): string | null {
  const schedule = call.schedule as Schedule
  const delay = delays[schedule][call.attempts]
  if (delay === undefined) return null
  const spread = schedule === 'patient' ? 0.8 + 0.4 * random : 1
  const seconds = Math.max(delay * spread, Math.min(wait ?? 0, longestWait[schedule]))
  const at = new Date(now.getTime() + seconds * 1000)
  return isTooLate(call, at) ? null : at.toISOString()
}

/** `Retry-After` in seconds, whether it was told as seconds or as a date; null when it says nothing. */
export function secondsOf(header: unknown, now: Date): number | null {
  if (typeof header !== 'string') return null
  if (/^\d{1,9}$/.test(header.trim())) return Number(header)
  const at = /^[A-Z][a-z]{2,8},? /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, (at - now.getTime()) / 1000)
}

/** What an answer means: `null` words, it was taken; else what went wrong, and whether to try again is any use. */
export function verdictOn(answer: Answer): { words: string | null; permanent: boolean } {
  if ('error' in answer) return { words: answer.error, permanent: answer.permanent }
  const { status } = answer
  if (status >= 200 && status < 300) return { words: null, permanent: false }
  const permanent = status < 500 && ![408, 425, 429].includes(status)
  const words = answers[status] ?? (status < 500 ? 'The receiver refuses the call' : 'The receiver is broken')
  return { words: `${words} (${status}).`, permanent }
}

const answers: Record<number, string> = {
  400: 'The receiver does not understand the call',
  401: 'The receiver does not accept the token or signature',
  403: 'The receiver does not allow this call',
  404: 'Nothing is at this address',
  405: 'The receiver does not take calls of this method',
  408: 'The receiver waited too long for the call',
  410: 'The receiver says that its address is gone for good',
  422: 'The receiver does not understand what is asked',
  425: 'The receiver asks to come back later',
  429: 'The receiver is called too often',
  502: 'Nothing stands behind the receiver’s proxy',
  503: 'The receiver is not there for the moment',
  504: 'Nothing behind the receiver’s proxy answers',
}

/** How long the bodies of calls and what was answered are kept, in days. */
export const keepCallsDays = 90
