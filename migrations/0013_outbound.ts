import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

/** Calls to other people's addresses, with every attempt. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'outbound_calls', (columns) =>
    columns
      .text('id', { primary: true })
      .text('purpose')
      .text('subject_kind')
      .text('subject_id')
      .text('method')
      .text('url')
      .text('body', { nullable: true })
      .text('sealed_headers', { nullable: true })
      .text('sealed_secret', { nullable: true })
      .text('sealed_tail', { nullable: true })
      .text('schedule')
      .integer('attempts')
      .text('created_at')
      .text('next_attempt_at', { nullable: true })
      .text('claimed_until', { nullable: true })
      .text('delivered_at', { nullable: true })
      .text('failed_at', { nullable: true })
      .text('failure', { nullable: true })
      .text('replays_call_id', { nullable: true, references: 'outbound_calls.id' }),
  )
  await createIndex(db, 'outbound_calls', 'next_attempt_at')
  await createIndex(db, 'outbound_calls', 'subject_kind', 'subject_id')
  await createTable(db, 'outbound_attempts', (columns) =>
    columns
      .text('id', { primary: true })
      .text('call_id', { references: 'outbound_calls.id' })
      .text('started_at')
      .text('ended_at')
      .integer('status', { nullable: true })
      .text('error', { nullable: true })
      .text('response', { nullable: true }),
  )
  await createIndex(db, 'outbound_attempts', 'call_id')
}
