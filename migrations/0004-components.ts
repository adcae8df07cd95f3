import type { Kysely } from 'kysely'
import { createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'groups', (columns) =>
    columns
      .text('id', { primary: true })
      .text('name')
      .integer('position')
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'components', (columns) =>
    columns
      .text('id', { primary: true })
      .text('slug', { unique: true })
      .text('name')
      .text('description')
      .text('group_id', { nullable: true, references: 'groups.id' })
      .text('visibility')
      .integer('position')
      .text('started_on')
      .text('archived_at', { nullable: true })
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
}
