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
  /** What one node does for all: who does it now, and the number of that turn. Whoever writes under an older one is refused. */
  duties: { name: string; fence: number; holder: string; taken_at: Time }
  /** What all nodes have to agree on: `secret` (the key's id), `unfinished` (why nobody may serve from this store). */
  store_facts: { name: string; value: string }
}
