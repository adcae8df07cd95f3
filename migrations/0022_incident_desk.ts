import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

/** What lies on the desk of whoever tells customers how it goes on. */
export async function up(db: Kysely<unknown>) {
  const later = { nullable: true } as const
  await createTable(db, 'incident_templates', (columns) =>
    columns
      .text('id', { primary: true })
      .text('name')
      .text('used_for')
      .text('title', later)
      .text('state', later)
      .text('body')
      .text('deleted_at', later)
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'incident_update_revisions', (columns) =>
    columns
      .text('id', { primary: true })
      .text('incident_id', { references: 'incidents.id' })
      .text('update_id', { nullable: true, references: 'incident_updates.id' })
      .text('before')
      .text('edited_at')
      .text('edited_by'),
  )
  await createIndex(db, 'incident_update_revisions', 'incident_id')
  await createTable(
    db,
    'incident_drafts',
    (columns) =>
      columns
        .text('id', { primary: true })
        .text('owner')
        .text('owner_name')
        .text('incident_id', { nullable: true, references: 'incidents.id' })
        // the incident's id, or "new": a unique key takes no null
        .text('about')
        .text('fields')
        .text('publish_at', later)
        .text('failed_because', later)
        .integer('version')
        .text('created_at')
        .text('updated_at'),
    (table) => table.addUniqueConstraint('incident_drafts_own', ['owner', 'about']),
  )
  await createIndex(db, 'incident_drafts', 'publish_at')
  await createTable(db, 'incident_undos', (columns) =>
    columns
      .text('id', { primary: true })
      .text('incident_id', { references: 'incidents.id' })
      .text('owner')
      .text('what')
      .text('before')
      .text('after')
      .text('at')
      .text('undone_at', later),
  )
  await createIndex(db, 'incident_undos', 'incident_id')
  await createTable(
    db,
    'incident_presence',
    (columns) =>
      columns
        .text('incident_id', { references: 'incidents.id' })
        .text('user_id', { references: 'users.id' })
        .text('opened_at')
        .text('seen_at'),
    (table) => table.addPrimaryKeyConstraint('incident_presence_key', ['incident_id', 'user_id']),
  )
}
