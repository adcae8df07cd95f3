import type { Id, Json, Time, Versioned } from './words.ts'

export type GateTables = {
  /** From when to when nothing goes out; without components, of none of them. */
  freeze_windows: Versioned & {
    id: Id
    reason: string
    starts_at: Time
    ends_at: Time
    /** `[name, …]`: people and API tokens that may pass. */
    may_pass: Json
    ended_at: Time | null
    /** Set on each time of a freeze that repeats. */
    series_id: Id | null
    /** When the rule says that it starts: it stays when this one is moved. */
    occurs_at: Time | null
  }
  /** A freeze that repeats: what each time begins with, and how far its times were laid out. */
  freeze_series: {
    id: Id
    /** An RRULE (RFC 5545), read in `time_zone`. */
    rule: string
    time_zone: string
    first_wall: string
    minutes: number
    reason: string
    may_pass: Json
    components: Json
    reached: Time
    ended_at: Time | null
    created_at: Time
  }
  /** What was done a moment ago and can be taken back: how all of it stood before and after, as JSON. */
  freeze_undos: {
    id: Id
    freeze_id: Id
    owner: string
    what: string
    before: Json
    after: Json
    at: Time
    undone_at: Time | null
  }
  freeze_window_components: { freeze_window_id: Id; component_id: Id }
  /** How a component takes a rule: `on` (it stops a release), `warn` or `off`. Without a row, as the rule begins. */
  gate_rules: { component_id: Id; rule: string; level: string; updated_at: Time }
}
