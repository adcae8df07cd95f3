import type { Kysely } from 'kysely'
import { createTable } from '../src/platform/schema.ts'

/** What several nodes on one store have to know of each other. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'duties', (columns) =>
    columns.text('name', { primary: true }).integer('fence').text('holder').text('taken_at'),
  )
  await createTable(db, 'store_facts', (columns) => columns.text('name', { primary: true }).text('value'))
}
