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
    /** Its place in the chain of seals, and the seal; null until the job has come by. */
    seq: number | null
    seal: string | null
  }
  /** One row, id `head`: the newest seal. Who seals holds it, so that nobody else does meanwhile. */
  journal_head: { id: string; seq: number; seal: string }
}
