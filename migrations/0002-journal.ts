import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'journal', (columns) =>
    columns
      .text('id', { primary: true })
      .text('at')
      .text('actor_kind')
      .text('actor_id', { nullable: true })
      .text('actor_name')
      .text('action')
      .text('subject_kind')
      .text('subject_id')
      .text('detail'),
  )
  await createIndex(db, 'journal', 'subject_id')
}
