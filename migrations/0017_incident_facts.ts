import type { Kysely } from 'kysely'
import { addTexts, createIndex, createTable } from '../src/platform/schema.ts'

/** Who may read of an incident, which one it is the same as, and what operators note beside it. */
export async function up(db: Kysely<unknown>) {
  await addTexts(db, 'incidents', { visibility: 'public', merged_into_incident_id: null })
  await createIndex(db, 'incidents', 'merged_into_incident_id', 'started_at')
  await createTable(db, 'incident_notes', (columns) =>
    columns
      .text('id', { primary: true })
      .text('incident_id', { references: 'incidents.id' })
      .text('body')
      .text('actor_kind')
      .text('actor_id', { nullable: true })
      .text('actor_name')
      .integer('version')
      .text('created_at')
      .text('updated_at')
      .text('deleted_at', { nullable: true }),
  )
  await createIndex(db, 'incident_notes', 'incident_id')
}
