import type { Kysely } from 'kysely'
import { createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'site', (columns) =>
    columns
      .text('id', { primary: true })
      .text('name')
      .text('time_zone')
      .integer('version')
      .text('updated_at'),
  )
}
