import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  const later = { nullable: true } as const
  await createTable(db, 'incidents', (columns) =>
    columns
      .text('id', { primary: true })
      .text('title')
      .text('state')
      .text('impact', later)
      .text('cause')
      .text('cause_release_id', { nullable: true, references: 'releases.id' })
      .text('remedy', later)
      .text('remedy_release_id', { nullable: true, references: 'releases.id' })
      .text('remedy_reason', later)
      .text('started_at')
      .text('monitoring_at', later)
      .text('resolved_at', later)
      .text('next_update_at', later)
      .text('published_at', later)
      .text('deleted_at', later)
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createIndex(db, 'incidents', 'started_at')
  await createIndex(db, 'incidents', 'cause_release_id')
  await createTable(db, 'incident_updates', (columns) =>
    columns
      .text('id', { primary: true })
      .text('incident_id', { references: 'incidents.id' })
      .text('state')
      .text('body')
      .text('display_at')
      .text('next_update_at', later)
      .text('actor_name')
      .text('deleted_at', later)
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createIndex(db, 'incident_updates', 'incident_id')
  await createTable(
    db,
    'incident_update_components',
    (columns) =>
      columns
        .text('update_id', { references: 'incident_updates.id' })
        .text('component_id', { references: 'components.id' })
        .text('old_status')
        .text('new_status'),
    (table) => table.addPrimaryKeyConstraint('incident_update_components_key', ['update_id', 'component_id']),
  )
}
