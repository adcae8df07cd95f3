import type { Json, Time } from './words.ts'

export type PlatformTables = {
  /** Answers kept for requests that may be repeated: API calls with `Idempotency-Key`, forms posted twice. */
  idempotency_keys: {
    scope: string
    key: string
    fingerprint: string
    answer: Json | null
    created_at: Time
  }
}
