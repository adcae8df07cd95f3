import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'users', (columns) =>
    columns
      .text('id', { primary: true })
      .text('email', { unique: true })
      .text('name')
      .text('role')
      .text('password_hash')
      .text('disabled_at', { nullable: true })
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'sessions', (columns) =>
    columns
      .text('id', { primary: true })
      .text('token_hash', { unique: true })
      .text('user_id', { references: 'users.id' })
      .text('created_at')
      .text('seen_at')
      .text('network')
      .text('agent'),
  )
  await createIndex(db, 'sessions', 'user_id')
  await createTable(db, 'api_tokens', (columns) =>
    columns
      .text('id', { primary: true })
      .text('name')
      .text('token_hash', { unique: true })
      .text('scopes')
      .text('created_by', { nullable: true, references: 'users.id' })
      .text('created_at')
      .text('expires_at', { nullable: true })
      .text('used_at', { nullable: true })
      .text('revoked_at', { nullable: true }),
  )
  await createTable(db, 'login_failures', (columns) =>
    columns.text('id', { primary: true }).text('account').text('network').text('failed_at'),
  )
  await createIndex(db, 'login_failures', 'failed_at')
  await createTable(db, 'setup', (columns) =>
    columns
      .text('id', { primary: true })
      .text('token_hash', { nullable: true })
      .text('expires_at', { nullable: true })
      .text('completed_at', { nullable: true }),
  )
  await createTable(
    db,
    'idempotency_keys',
    (columns) =>
      columns
        .text('scope')
        .text('key')
        .text('fingerprint')
        .text('answer', { nullable: true })
        .text('created_at'),
    (table) => table.addPrimaryKeyConstraint('idempotency_keys_key', ['scope', 'key']),
  )
  await createIndex(db, 'idempotency_keys', 'created_at')
}
