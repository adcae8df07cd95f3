import type { Id, Time, Versioned } from './words.ts'

export type PostmortemsTables = {
  /** What was learned from an incident, one for each at most. Its facts are read from the incident, never stored. */
  postmortems: Versioned & {
    /** What other programs know it by: an update among the updates of its incident. */
    id: Id
    incident_id: Id
    /** Markdown. */
    body: string
    how_noticed: string | null
    /** When somebody noticed, where that was before the first update; null: it was then. */
    noticed_at: Time | null
    published_at: Time | null
  }
  /** What is to be done so that it does not happen again. */
  action_items: Versioned & {
    id: Id
    incident_id: Id
    words: string
    owner: string | null
    /** A day, as the page's zone has it: `2026-12-01`. */
    due_on: string | null
    done_at: Time | null
    deleted_at: Time | null
    position: number
  }
}
