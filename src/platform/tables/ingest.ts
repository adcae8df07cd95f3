import type { Id, Json, Time } from './words.ts'

export type IngestTables = {
  deliveries: {
    id: Id
    source_id: Id
    /** The API token's name for the built-in source `api`, else empty: duplicates are looked for within it. */
    scope: string
    dedupe_key: string
    state: string
    reason: string | null
    headers: Json
    content_type: string
    body: Uint8Array | null
    body_hash: string
    received_at: Time
  }
  /** Stored and acknowledged, but not yet made into releases; and who sent them. */
  unread_deliveries: {
    delivery_id: Id
    actor_kind: string
    actor_id: string | null
    actor_name: string
  }
}
