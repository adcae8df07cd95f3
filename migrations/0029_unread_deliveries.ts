import type { Kysely } from 'kysely'
import { createTable } from '../src/platform/schema.ts'

/** In a rush deliveries are stored and acknowledged first; what they say is read from here after it. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'unread_deliveries', (columns) =>
    columns
      .text('delivery_id', { primary: true, references: 'deliveries.id' })
      .text('actor_kind')
      .text('actor_id', { nullable: true })
      .text('actor_name'),
  )
}
