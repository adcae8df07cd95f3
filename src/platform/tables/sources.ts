import type { Id, Json, Time, Versioned } from './words.ts'

export type SourcesTables = {
  sources: Versioned & {
    id: Id
    kind: string
    name: string
    /** What its kind wants to know beside the secret: texts by name. */
    settings: Json
    seen_at: Time | null
    last_error: string | null
    last_error_at: Time | null
    disabled_at: Time | null
  }
  /** Bearer secrets are hashed, signing secrets sealed; an `expires_at` is the end of a rotation's overlap. */
  source_secrets: {
    id: Id
    source_id: Id
    secret_hash: string | null
    sealed_secret: string | null
    created_at: Time
    expires_at: Time | null
  }
  /** What a tool calls `service` is this component. */
  source_rules: { id: Id; source_id: Id; service: string; component_id: Id; created_at: Time }
}
