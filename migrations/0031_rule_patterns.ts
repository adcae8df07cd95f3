import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

type Old = { id: string; source_id: string; service: string; component_id: string; created_at: string }

/**
 * Rules get patterns and environments. What makes a rule one changes with them, and SQLite can change no constraint, so
 * the table is made anew; each rule that is there stays an exact one, in all environments.
 */
export async function up(db: Kysely<unknown>) {
  // biome-ignore lint/suspicious/noExplicitAny: the schema of its own day, which has no type
  const old: Kysely<any> = db as Kysely<any>
  await createTable(
    db,
    'source_rules_anew',
    (columns) =>
      columns
        .text('id', { primary: true })
        .text('source_id', { references: 'sources.id' })
        .text('service')
        .text('match')
        .text('environment')
        .text('component_id', { references: 'components.id' })
        .text('becomes_environment', { nullable: true })
        .text('found_by')
        .text('created_at'),
    (table) =>
      table.addUniqueConstraint('source_rules_about', ['source_id', 'service', 'match', 'environment']),
  )
  for (const rule of (await old.selectFrom('source_rules').selectAll().execute()) as Old[]) {
    const more = { match: 'exact', environment: '*', becomes_environment: null }
    const found_by = rule.service.toLowerCase()
    await old
      .insertInto('source_rules_anew')
      .values({ ...rule, ...more, found_by })
      .execute()
  }
  await db.schema.dropTable('source_rules').execute()
  await db.schema.alterTable('source_rules_anew').renameTo('source_rules').execute()
  await createIndex(db, 'source_rules', 'source_id', 'found_by')
}
