import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

/** What may keep a release from going out. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'freeze_windows', (columns) =>
    columns
      .text('id', { primary: true })
      .text('reason')
      .text('starts_at')
      .text('ends_at')
      .text('may_pass')
      .text('ended_at', { nullable: true })
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createIndex(db, 'freeze_windows', 'ends_at')
  await createTable(
    db,
    'freeze_window_components',
    (columns) =>
      columns
        .text('freeze_window_id', { references: 'freeze_windows.id' })
        .text('component_id', { references: 'components.id' }),
    (table) =>
      table.addPrimaryKeyConstraint('freeze_window_components_pk', ['freeze_window_id', 'component_id']),
  )
  await createTable(
    db,
    'gate_rules',
    (columns) =>
      columns
        .text('component_id', { references: 'components.id' })
        .text('rule')
        .text('level')
        .text('updated_at'),
    (table) => table.addPrimaryKeyConstraint('gate_rules_pk', ['component_id', 'rule']),
  )
}
