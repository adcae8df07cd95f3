import type { Id, Time } from './words.ts'

export type OutboundTables = {
  /** While there is a row (at most one), nothing is sent, by no node: a restored store does not say again what was said. */
  outbound_pause: {
    id: 'outbound'
    paused_at: Time
    paused_by: string
    /** Why, as a sentence for operators. */
    why: string
  }
  /** One call to somebody else's address: stored with the verb that wants it, sent afterwards, kept as the log. */
  outbound_calls: {
    id: Id
    /** What is told, as in the body's `type`: `rollback.requested`. */
    purpose: string
    subject_kind: string
    subject_id: Id
    method: string
    url: string
    /** Null once it is no longer kept. */
    body: string | null
    /** JSON of the headers that the recipe adds, sealed, since some of them carry a token. */
    sealed_headers: string | null
    /** The Standard Webhooks secret (`whsec_…`), sealed; null: the call is not signed. */
    sealed_secret: string | null
    /** What is added to the body when it is sent, sealed: some tools take their token nowhere else. */
    sealed_tail: string | null
    /** Which delays between attempts: `urgent` or `patient`. */
    schedule: string
    attempts: number
    created_at: Time
    /** When it is to be tried next; null: it is over. */
    next_attempt_at: Time | null
    /** While somebody is trying it: nobody else does before this moment. */
    claimed_until: Time | null
    delivered_at: Time | null
    failed_at: Time | null
    /** Why it failed, or was stopped, in words. */
    failure: string | null
    replays_call_id: Id | null
  }
  outbound_attempts: {
    id: Id
    call_id: Id
    started_at: Time
    ended_at: Time
    status: number | null
    /** What went wrong when there is no answer, or none that counts, in words. */
    error: string | null
    /** The beginning of what was answered. */
    response: string | null
  }
}
