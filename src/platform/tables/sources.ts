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
  /** What a tool calls `service` is this component, and may become another environment. */
  source_rules: {
    id: Id
    source_id: Id
    service: string
    /** How `service` is meant: `exact` or `pattern`. */
    match: string
    /** Exact, or a pattern: `*` is all of them. */
    environment: string
    component_id: Id
    becomes_environment: string | null
    /** The service in small letters, or `*` for patterns: an event asks for these two. */
    found_by: string
    created_at: Time
  }
}
