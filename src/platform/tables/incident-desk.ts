import type { Id, Json, Time, Versioned } from './words.ts'

/** Beside what is said of incidents: what helps those who say it. */
export type IncidentDeskTables = {
  /** Text to begin with. `used_for` is `incident` or `update`; a slot stands as `{{component}}`. */
  incident_templates: Versioned & {
    id: Id
    name: string
    used_for: string
    title: string | null
    state: string | null
    body: string
    deleted_at: Time | null
  }
  /** What an update, or (without one) the facts of the incident said before they were edited. */
  incident_update_revisions: {
    id: Id
    incident_id: Id
    update_id: Id | null
    /** `{ field: what it held }` */
    before: Json
    edited_at: Time
    edited_by: string
  }
  /** One for each person (or token) and record. */
  incident_drafts: Versioned & {
    id: Id
    /** `user:<id>` or `token:<id>` */
    owner: string
    owner_name: string
    /** Null while the incident is yet to be declared. */
    incident_id: Id | null
    about: string
    /** `{ field of the form: what was typed }` */
    fields: Json
    publish_at: Time | null
    failed_because: string | null
  }
  /** How an incident stood before and after something was published, for the seconds in which it can be taken back. */
  incident_undos: {
    id: Id
    incident_id: Id
    owner: string
    what: string
    before: Json
    after: Json
    at: Time
    undone_at: Time | null
  }
  incident_presence: { incident_id: Id; user_id: Id; opened_at: Time; seen_at: Time }
}
