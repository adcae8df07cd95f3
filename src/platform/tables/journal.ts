import type { Id, Json, Time } from './words.ts'

export type JournalTables = {
  journal: {
    id: Id
    at: Time
    actor_kind: string
    actor_id: string | null
    actor_name: string
    action: string
    subject_kind: string
    subject_id: string
    detail: Json
  }
}
