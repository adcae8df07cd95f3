import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(
    db,
    'deliveries',
    (columns) =>
      columns
        .text('id', { primary: true })
        .text('source_id', { references: 'sources.id' })
        .text('scope')
        .text('dedupe_key')
        .text('state')
        .text('reason', { nullable: true })
        .text('headers')
        .text('content_type')
        .bytes('body', { nullable: true })
        .text('body_hash')
        .text('received_at'),
    (table) => table.addUniqueConstraint('deliveries_key', ['source_id', 'scope', 'dedupe_key']),
  )
  await createIndex(db, 'deliveries', 'source_id', 'body_hash')
  await createIndex(db, 'deliveries', 'received_at')
}
