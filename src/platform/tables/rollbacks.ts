import type { Id, Json, Time, Versioned } from './words.ts'

/** What is said of the way back, by a component for all its releases or by an operator for one. */
type WayBack = {
  rollback_method: string | null
  artifact_retained: string | null
  data_compat: string | null
  /** A link or the exact command, and who may run it. */
  runbook: string | null
}

export type RollbacksTables = {
  /** A component's defaults: what a normal release need not say. */
  rollback_plans: Versioned &
    WayBack & {
      component_id: Id
      /** Where an artifact can be asked for: an address with `{version}` or `{commit}` in it. */
      artifact_url: string | null
      /** How many versions the tool keeps (Capistrano's `keep_releases`); null: unknown. */
      artifacts_kept: number | null
    }
  /** The address that a component's rollback is asked for at. */
  rollback_receivers: Versioned & {
    component_id: Id
    recipe: string
    url: string
    /** Signs what is sent (`whsec_…`), sealed. */
    sealed_secret: string | null
    /** What the recipe's address asks for (a GitHub token, Jenkins user and token), sealed. */
    sealed_token: string | null
    /** What else the recipe needs: `{ ref, event_type, … }`. */
    options: Json
  }
  /** An operator's answers for one release; null: what the tool, history or the component says. */
  readiness: WayBack & {
    release_id: Id
    rollback_target_release_id: Id | null
    artifact_ref: string | null
    schema_change: string | null
    rollback_tested_at: Time | null
    rollback_tested_where: string | null
    roll_forward_reason: string | null
    version: number
    answered_at: Time
    answered_by: string
  }
  /** Whether a release's artifact is still there, as its address last answered. */
  artifact_checks: {
    release_id: Id
    url: string
    /** `found`, `gone` or `unknown`. */
    state: string
    detail: string
    checked_at: Time
  }
  /** "Roll back now": what became of it is read from its call and from the releases that answer it. */
  rollback_requests: {
    id: Id
    component_id: Id
    environment_id: Id
    from_release_id: Id
    to_release_id: Id
    incident_id: Id | null
    call_id: Id | null
    reason: string
    /** A drill: the way back is walked to see that it can be. */
    drill_at: Time | null
    asked_at: Time
    asked_by: string
    actor_kind: string
    actor_id: Id | null
    /** Taken back by an operator before anybody did it, or left behind by a newer one. */
    ended_at: Time | null
    ended_by: string | null
  }
}
