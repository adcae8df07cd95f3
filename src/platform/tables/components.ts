import type { Id, Time, Versioned } from './words.ts'

export type ComponentsTables = {
  groups: Versioned & { id: Id; name: string; position: number }
  components: Versioned & {
    id: Id
    slug: string
    name: string
    description: string
    group_id: Id | null
    visibility: string
    position: number
    started_on: string
    archived_at: Time | null
    /** Who runs it: people or a team, and where they are found; only operators read it. Empty: nobody said. */
    owners: string
    owners_url: string
    chat_url: string
    runbook_url: string
  }
  /** What a component suffered, from when to when; without an incident it was set by hand. Uptime is computed from these. */
  component_impacts: {
    id: Id
    component_id: Id
    status: string
    started_at: Time
    ended_at: Time | null
    incident_id: Id | null
    created_at: Time
  }
}
