import { z } from 'zod'
import { listQuery } from '../platform/http.ts'

/** Which lines of the journal: of one action, of one subject; an empty field of the form asks for all. */
export const journalQuery = listQuery.extend({
  action: z.string().max(60).optional(),
  subject_id: z.string().max(60).optional(),
})
export type JournalQuery = z.output<typeof journalQuery>
