import type { Id, Json, Time } from './words.ts'

export type ReleasesTables = {
  environments: { id: Id; name: string; tier: string; position: number; created_at: Time }
  /**
   * Immutable facts; only the match (component, environment, release), the dismissal and what a newer Shiplog reads
   * besides in the same delivery are filled in later.
   */
  release_events: {
    id: Id
    delivery_id: Id | null
    position: number
    source_id: Id
    scope: string
    type: string
    run_key: string
    service: string
    environment: string
    facts: Json
    occurred_at: Time
    received_at: Time
    effective_at: Time
    skewed_at: Time | null
    component_id: Id | null
    environment_id: Id | null
    release_id: Id | null
    dismissed_at: Time | null
  }
  /** A projection: everything but id, keys and `created_at` can be recomputed from `release_events`. */
  releases: {
    id: Id
    source_id: Id
    scope: string
    run_key: string
    component_id: Id
    environment_id: Id
    version: string | null
    commit: string | null
    ref: string | null
    kind: string
    kind_by: string
    corrected_kind: string | null
    state: string
    outcome: string | null
    percent: number | null
    dark_at: Time | null
    attempt: number
    previous_version: string | null
    drift_version: string | null
    previous_release_id: Id | null
    reverts_release_id: Id | null
    restores_release_id: Id | null
    undone_by_release_id: Id | null
    superseded_by_release_id: Id | null
    started_at: Time | null
    first_exposed_at: Time | null
    live_at: Time | null
    finished_at: Time | null
    undone_at: Time | null
    deadline_at: Time | null
    skewed_at: Time | null
    backfilled_at: Time | null
    last_event_at: Time
    /** Its place in the lane: when everybody had it, else when it ended or was last heard of. */
    lane_at: Time
    actor_name: string | null
    message: string | null
    reason: string | null
    run_url: string | null
    target_url: string | null
    commit_url: string | null
    changelog_url: string | null
    /** Its artifact: a package URL, a digest or an address. */
    artifact: string | null
    /** A rollback that was walked to see that it can be: it proves the way back and is nobody's failure. */
    drill_at: Time | null
    /** What an operator said of that: `yes` or `no`; null leaves it to the tool. */
    corrected_drill: string | null
    /** The most customers it ever had, 0 to 100; null: unknown or nobody yet. */
    most_percent: number | null
    /** Never to be gone back to, and why. */
    bad_at: Time | null
    bad_reason: string | null
    bad_by: string | null
    /** The request through Shiplog that this rollback answers, and when it was made. */
    asked_at: Time | null
    rollback_request_id: Id | null
    /** The event's `rollback` object, kept as it came. */
    rollback: Json | null
    created_at: Time
    updated_at: Time
  }
}
