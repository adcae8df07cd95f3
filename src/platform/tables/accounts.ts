import type { Id, Json, Time, Versioned } from './words.ts'

export type AccountsTables = {
  users: Versioned & {
    id: Id
    email: string
    name: string
    role: string
    password_hash: string
    disabled_at: Time | null
    /** Since when no single letter does anything for them (WCAG 2.1.4). */
    shortcuts_off_at: Time | null
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
  /** A role that waits for whoever holds the link; at most one of the three ends befalls it. */
  invitations: {
    id: Id
    email: string
    role: string
    token_hash: string
    invited_by: Id | null
    created_at: Time
    expires_at: Time
    accepted_at: Time | null
    withdrawn_at: Time | null
  }
  /** What makes somebody's one-time codes; `secret` is sealed, `last_step` the newest half minute that was used. */
  authenticators: {
    user_id: Id
    secret: string
    last_step: number
    created_at: Time
    confirmed_at: Time | null
  }
  recovery_codes: { user_id: Id; code_hash: string; used_at: Time | null }
  /** One row, id `setup`: who holds the link makes the first admin; `completed_at` closes it for ever. */
  setup: { id: string; token_hash: string | null; expires_at: Time | null; completed_at: Time | null }
}
