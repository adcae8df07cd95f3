import type { Id, Time, Versioned } from './words.ts'

export type IncidentsTables = {
  incidents: Versioned & {
    id: Id
    title: string
    state: string
    /** Given by an operator; null when it is derived from the impacts. */
    impact: string | null
    cause: string
    cause_release_id: Id | null
    remedy: string | null
    remedy_release_id: Id | null
    remedy_reason: string | null
    started_at: Time
    monitoring_at: Time | null
    resolved_at: Time | null
    next_update_at: Time | null
    published_at: Time | null
    /** `public`, or `private`: kept to the team. */
    visibility: string
    /** The incident that this one is the same as. */
    merged_into_incident_id: Id | null
    deleted_at: Time | null
  }
  incident_updates: Versioned & {
    id: Id
    incident_id: Id
    state: string
    body: string
    display_at: Time
    next_update_at: Time | null
    actor_name: string
    deleted_at: Time | null
  }
  /** What operators say to each other beside an incident. */
  incident_notes: Versioned & {
    id: Id
    incident_id: Id
    body: string
    actor_kind: string
    actor_id: Id | null
    actor_name: string
    deleted_at: Time | null
  }
  incident_update_components: { update_id: Id; component_id: Id; old_status: string; new_status: string }
}
