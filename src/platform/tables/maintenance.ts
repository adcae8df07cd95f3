import type { Id, Json, Time, Versioned } from './words.ts'

export type MaintenanceTables = {
  /** Planned work that repeats: what each time begins with, and how far its times were laid out. */
  maintenance_series: {
    id: Id
    /** An RRULE (RFC 5545), read in `time_zone`. */
    rule: string
    time_zone: string
    /** The first start as the zone's wall clock shows it: `2026-11-24T02:00`. */
    first_wall: string
    minutes: number
    title: string
    body: string
    starts_by: string
    ends_by: string
    /** `[component id, …]` */
    components: Json
    /** The start of the latest time that was laid out. */
    reached: Time
    ended_at: Time | null
    created_at: Time
  }
  maintenances: Versioned & {
    id: Id
    series_id: Id | null
    /** When the rule says that it starts: it stays when this one is moved. */
    occurs_at: Time | null
    title: string
    body: string
    starts_at: Time
    ends_at: Time
    /** Of a series: since when it is not as the others, for somebody changed it alone. */
    own_at: Time | null
    /** Since when it has these times. */
    timed_at: Time
    /** `clock`, `hand` or `release`. */
    starts_by: string
    ends_by: string
    release_component_id: Id | null
    release_version: string | null
    /** The release that it started with. */
    release_id: Id | null
    started_at: Time | null
    ended_at: Time | null
    cancelled_at: Time | null
    /** From when to when it counts, by the clock or by hand: written with every change (`maintenance/model.ts`). */
    runs_from: Time | null
    runs_to: Time | null
    /** Counts up with each change, for calendars. */
    sequence: number
  }
  maintenance_components: { maintenance_id: Id; component_id: Id }
  maintenance_updates: {
    id: Id
    maintenance_id: Id
    kind: string
    note: string
    at: Time
    starts_at: Time
    ends_at: Time
    was_starts_at: Time | null
    was_ends_at: Time | null
  }
  /** What was done a moment ago and can be taken back: how all of it stood before and after, as JSON. */
  maintenance_undos: {
    id: Id
    maintenance_id: Id
    owner: string
    what: string
    before: Json
    after: Json
    at: Time
    undone_at: Time | null
  }
  /** One row for each reminder that was recorded: whoever writes it, reminds. */
  maintenance_reminders: { maintenance_id: Id; hours: number; starts_at: Time; at: Time }
}
