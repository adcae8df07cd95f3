import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'component_impacts', (columns) =>
    columns
      .text('id', { primary: true })
      .text('component_id', { references: 'components.id' })
      .text('status')
      .text('started_at')
      .text('ended_at', { nullable: true })
      .text('incident_id', { nullable: true, references: 'incidents.id' })
      .text('created_at'),
  )
  await createIndex(db, 'component_impacts', 'component_id')
  await createIndex(db, 'component_impacts', 'incident_id')
}
