import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'sources', (columns) =>
    columns
      .text('id', { primary: true })
      .text('kind')
      .text('name')
      .text('seen_at', { nullable: true })
      .text('last_error', { nullable: true })
      .text('last_error_at', { nullable: true })
      .text('disabled_at', { nullable: true })
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'source_secrets', (columns) =>
    columns
      .text('id', { primary: true })
      .text('source_id', { references: 'sources.id' })
      .text('secret_hash', { nullable: true })
      .text('sealed_secret', { nullable: true })
      .text('created_at')
      .text('expires_at', { nullable: true }),
  )
  await createIndex(db, 'source_secrets', 'source_id')
  await createIndex(db, 'source_secrets', 'secret_hash')
  await createTable(
    db,
    'source_rules',
    (columns) =>
      columns
        .text('id', { primary: true })
        .text('source_id', { references: 'sources.id' })
        .text('service')
        .text('component_id', { references: 'components.id' })
        .text('created_at'),
    (table) => table.addUniqueConstraint('source_rules_service', ['source_id', 'service']),
  )
}
