import type { Kysely } from 'kysely'
import { addTexts, createIndex, createTable } from '../src/platform/schema.ts'

/** Planned work: each time it takes place is a row of its own, of a series when it repeats. Freezes repeat alike. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'maintenance_series', (columns) =>
    columns
      .text('id', { primary: true })
      .text('rule')
      .text('time_zone')
      .text('first_wall')
      .integer('minutes')
      .text('title')
      .text('body')
      .text('starts_by')
      .text('ends_by')
      .text('components')
      .text('reached')
      .text('ended_at', { nullable: true })
      .text('created_at'),
  )
  await createTable(
    db,
    'maintenances',
    (columns) =>
      columns
        .text('id', { primary: true })
        .text('series_id', { nullable: true, references: 'maintenance_series.id' })
        .text('occurs_at', { nullable: true })
        .text('title')
        .text('body')
        .text('starts_at')
        .text('ends_at')
        .text('timed_at')
        .text('starts_by')
        .text('ends_by')
        .text('release_component_id', { nullable: true, references: 'components.id' })
        .text('release_version', { nullable: true })
        .text('release_id', { nullable: true })
        .text('started_at', { nullable: true })
        .text('ended_at', { nullable: true })
        .text('cancelled_at', { nullable: true })
        .text('runs_from', { nullable: true })
        .text('runs_to', { nullable: true })
        .integer('sequence')
        .integer('version')
        .text('created_at')
        .text('updated_at'),
    (table) => table.addUniqueConstraint('maintenances_series_occurs', ['series_id', 'occurs_at']),
  )
  await createIndex(db, 'maintenances', 'starts_at')
  await createIndex(db, 'maintenances', 'runs_to')
  await parts(db)
  await repeatingFreezes(db)
}

async function parts(db: Kysely<unknown>) {
  await createTable(
    db,
    'maintenance_components',
    (columns) =>
      columns
        .text('maintenance_id', { references: 'maintenances.id' })
        .text('component_id', { references: 'components.id' }),
    (table) => table.addPrimaryKeyConstraint('maintenance_components_pk', ['maintenance_id', 'component_id']),
  )
  await createTable(db, 'maintenance_updates', (columns) =>
    columns
      .text('id', { primary: true })
      .text('maintenance_id', { references: 'maintenances.id' })
      .text('kind')
      .text('note')
      .text('at')
      .text('starts_at')
      .text('ends_at')
      .text('was_starts_at', { nullable: true })
      .text('was_ends_at', { nullable: true }),
  )
  await createIndex(db, 'maintenance_updates', 'maintenance_id')
  await createTable(
    db,
    'maintenance_reminders',
    (columns) =>
      columns
        .text('maintenance_id', { references: 'maintenances.id' })
        .integer('hours')
        .text('starts_at')
        .text('at'),
    (table) =>
      table.addPrimaryKeyConstraint('maintenance_reminders_pk', ['maintenance_id', 'hours', 'starts_at']),
  )
}

async function repeatingFreezes(db: Kysely<unknown>) {
  await createTable(db, 'freeze_series', (columns) =>
    columns
      .text('id', { primary: true })
      .text('rule')
      .text('time_zone')
      .text('first_wall')
      .integer('minutes')
      .text('reason')
      .text('may_pass')
      .text('components')
      .text('reached')
      .text('ended_at', { nullable: true })
      .text('created_at'),
  )
  await addTexts(db, 'freeze_windows', { series_id: null })
  await createIndex(db, 'freeze_windows', 'series_id')
}
