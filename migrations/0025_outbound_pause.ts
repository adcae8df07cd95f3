import type { Kysely } from 'kysely'
import { createTable } from '../src/platform/schema.ts'

/** While there is a row, nothing is sent to other people's addresses, by no node. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'outbound_pause', (columns) =>
    columns.text('id', { primary: true }).text('paused_at').text('paused_by').text('why'),
  )
}
