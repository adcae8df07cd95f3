import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

/** What was learned from an incident, and what is to be done about it. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'postmortems', (columns) =>
    columns
      .text('id', { primary: true })
      .text('incident_id', { unique: true, references: 'incidents.id' })
      .text('body')
      .text('how_noticed', { nullable: true })
      .text('noticed_at', { nullable: true })
      .text('published_at', { nullable: true })
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'action_items', (columns) =>
    columns
      .text('id', { primary: true })
      .text('incident_id', { references: 'incidents.id' })
      .text('words')
      .text('owner', { nullable: true })
      .text('due_on', { nullable: true })
      .text('done_at', { nullable: true })
      .text('deleted_at', { nullable: true })
      .integer('position')
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createIndex(db, 'action_items', 'incident_id')
  await createIndex(db, 'action_items', 'done_at', 'due_on')
}
