import type { Id, Json, Time, Versioned } from './words.ts'

export type AccountsTables = {
  users: Versioned & {
    id: Id
    email: string
    name: string
    role: string
    password_hash: string
    disabled_at: Time | null
  }
  sessions: {
    id: Id
    token_hash: string
    user_id: Id
    created_at: Time
    seen_at: Time
    network: string
    agent: string
  }
  api_tokens: {
    id: Id
    name: string
    token_hash: string
    scopes: Json
    created_by: Id | null
    created_at: Time
    expires_at: Time | null
    used_at: Time | null
    revoked_at: Time | null
  }
  login_failures: { id: Id; account: string; network: string; failed_at: Time }
  /** One row, id `setup`: who holds the link makes the first admin; `completed_at` closes it for ever. */
  setup: { id: string; token_hash: string | null; expires_at: Time | null; completed_at: Time | null }
}
