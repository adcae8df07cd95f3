import type { Generated } from 'kysely'
import type { Id } from './words.ts'

export type SearchTables = {
  /** What can be found, one row for each thing. The stores index `words` by themselves (migration 0019). */
  search_documents: {
    /** Its place in the order of birth: what is found is told newest first. */
    place: Generated<number>
    id: Id
    /** component, incident, update or release. */
    kind: string
    /** What it belongs to: an update to its incident; everything else to itself. */
    about: Id
    /** Tokens with spaces between, as `search/tokens.ts` makes them. */
    words: string
  }
  /** One row, id `search`: how far the index is built, and up to which line of the journal it was read. */
  search_state: { id: string; stage: string; last_id: string; read_to: string }
}
