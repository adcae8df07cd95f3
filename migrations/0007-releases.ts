import type { Kysely } from 'kysely'
import { createIndex, createTable } from '../src/platform/schema.ts'

export async function up(db: Kysely<unknown>) {
  await createTable(db, 'environments', (columns) =>
    columns
      .text('id', { primary: true })
      .text('name', { unique: true })
      .text('tier')
      .integer('position')
      .text('created_at'),
  )
  await createReleases(db)
  await createEvents(db)
}

async function createReleases(db: Kysely<unknown>) {
  const later = { nullable: true } as const
  await createTable(
    db,
    'releases',
    (columns) => {
      columns
        .text('id', { primary: true })
        .text('source_id', { references: 'sources.id' })
        .text('scope')
        .text('run_key')
        .text('component_id', { references: 'components.id' })
        .text('environment_id', { references: 'environments.id' })
      for (const name of ['version', 'commit', 'ref']) columns.text(name, later)
      columns.text('kind').text('kind_by').text('corrected_kind', later).text('state').text('outcome', later)
      columns.integer('percent', later).text('dark_at', later).integer('attempt')
      for (const name of ['previous_version', 'drift_version']) columns.text(name, later)
      for (const name of ['previous', 'reverts', 'restores', 'undone_by', 'superseded_by']) {
        columns.text(`${name}_release_id`, later)
      }
      for (const name of ['started', 'first_exposed', 'live', 'finished', 'undone', 'deadline']) {
        columns.text(`${name}_at`, later)
      }
      columns.text('skewed_at', later).text('backfilled_at', later).text('last_event_at').text('lane_at')
      for (const name of ['actor_name', 'message', 'reason']) columns.text(name, later)
      for (const name of ['run_url', 'target_url', 'commit_url', 'changelog_url']) columns.text(name, later)
      columns.text('rollback', later).text('created_at').text('updated_at')
    },
    (table) =>
      table.addUniqueConstraint('releases_run', [
        'source_id',
        'scope',
        'run_key',
        'component_id',
        'environment_id',
      ]),
  )
  await createIndex(db, 'releases', 'component_id', 'environment_id', 'live_at')
  await createIndex(db, 'releases', 'component_id', 'environment_id', 'lane_at')
  await createIndex(db, 'releases', 'component_id', 'environment_id', 'version')
  await createIndex(db, 'releases', 'component_id', 'environment_id', 'commit')
  await createIndex(db, 'releases', 'undone_by_release_id')
  await createIndex(db, 'releases', 'lane_at')
  await createIndex(db, 'releases', 'live_at')
}

async function createEvents(db: Kysely<unknown>) {
  const later = { nullable: true } as const
  await createTable(db, 'release_events', (columns) =>
    columns
      .text('id', { primary: true })
      .text('delivery_id', { nullable: true, references: 'deliveries.id' })
      .integer('position')
      .text('source_id', { references: 'sources.id' })
      .text('scope')
      .text('type')
      .text('run_key')
      .text('service')
      .text('environment')
      .text('facts')
      .text('occurred_at')
      .text('received_at')
      .text('effective_at')
      .text('skewed_at', later)
      .text('component_id', { nullable: true, references: 'components.id' })
      .text('environment_id', { nullable: true, references: 'environments.id' })
      .text('release_id', { nullable: true, references: 'releases.id' })
      .text('dismissed_at', later),
  )
  await createIndex(db, 'release_events', 'release_id')
  await createIndex(db, 'release_events', 'delivery_id')
  await createIndex(db, 'release_events', 'source_id', 'run_key')
  await createIndex(db, 'release_events', 'source_id', 'service', 'component_id')
  await createIndex(db, 'release_events', 'component_id')
}
