import type { Kysely } from 'kysely'
import { addIntegers, addTexts, createIndex, createTable } from '../src/platform/schema.ts'

/** People come by invitation and sign in with a second step; the journal is sealed line by line. */
export async function up(db: Kysely<unknown>) {
  await sealedJournal(db)
  await createTable(db, 'invitations', (columns) =>
    columns
      .text('id', { primary: true })
      .text('email')
      .text('role')
      .text('token_hash', { unique: true })
      .text('invited_by', { nullable: true, references: 'users.id' })
      .text('created_at')
      .text('expires_at')
      .text('accepted_at', { nullable: true })
      .text('withdrawn_at', { nullable: true }),
  )
  await createIndex(db, 'invitations', 'email')
  await createTable(db, 'authenticators', (columns) =>
    columns
      .text('user_id', { primary: true, references: 'users.id' })
      .text('secret')
      .integer('last_step')
      .text('created_at')
      .text('confirmed_at', { nullable: true }),
  )
  await createTable(
    db,
    'recovery_codes',
    (columns) =>
      columns
        .text('user_id', { references: 'users.id' })
        .text('code_hash')
        .text('used_at', { nullable: true }),
    (table) => table.addPrimaryKeyConstraint('recovery_codes_key', ['user_id', 'code_hash']),
  )
}

async function sealedJournal(db: Kysely<unknown>) {
  await addIntegers(db, 'journal', ['seq'])
  await addTexts(db, 'journal', { seal: null })
  await createTable(db, 'journal_head', (columns) =>
    columns.text('id', { primary: true }).integer('seq').text('seal'),
  )
  await db.schema.createIndex('journal_seq').on('journal').column('seq').unique().execute()
  await db.schema
    .createIndex('journal_unsealed')
    .on('journal')
    .columns<string>(['id'])
    .where('seq', 'is', null)
    .execute()
  await createIndex(db, 'journal', 'at')
  await createIndex(db, 'journal', 'action', 'id')
  await createIndex(db, 'journal', 'subject_kind', 'id')
  await createIndex(db, 'journal', 'actor_id', 'id')
}
