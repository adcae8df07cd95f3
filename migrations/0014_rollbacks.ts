import type { Kysely } from 'kysely'
import { addIntegers, addTexts, createIndex, createTable, createUniqueIndex } from '../src/platform/schema.ts'

/** The way back: what is said of it, who is asked for it, and what releases know of it. */
export async function up(db: Kysely<unknown>) {
  await createTable(db, 'rollback_plans', (columns) =>
    columns
      .text('component_id', { primary: true, references: 'components.id' })
      .text('rollback_method', { nullable: true })
      .text('artifact_retained', { nullable: true })
      .text('data_compat', { nullable: true })
      .text('runbook', { nullable: true })
      .text('artifact_url', { nullable: true })
      .integer('artifacts_kept', { nullable: true })
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'rollback_receivers', (columns) =>
    columns
      .text('component_id', { primary: true, references: 'components.id' })
      .text('recipe')
      .text('url')
      .text('sealed_secret', { nullable: true })
      .text('sealed_token', { nullable: true })
      .text('options')
      .integer('version')
      .text('created_at')
      .text('updated_at'),
  )
  await createTable(db, 'readiness', (columns) =>
    columns
      .text('release_id', { primary: true, references: 'releases.id' })
      .text('rollback_method', { nullable: true })
      .text('rollback_target_release_id', { nullable: true, references: 'releases.id' })
      .text('artifact_retained', { nullable: true })
      .text('artifact_ref', { nullable: true })
      .text('schema_change', { nullable: true })
      .text('data_compat', { nullable: true })
      .text('rollback_tested_at', { nullable: true })
      .text('rollback_tested_where', { nullable: true })
      .text('runbook', { nullable: true })
      .text('roll_forward_reason', { nullable: true })
      .integer('version')
      .text('answered_at')
      .text('answered_by'),
  )
  await createTable(db, 'artifact_checks', (columns) =>
    columns
      .text('release_id', { primary: true, references: 'releases.id' })
      .text('url')
      .text('state')
      .text('detail')
      .text('checked_at'),
  )
  await createTable(db, 'rollback_requests', (columns) =>
    columns
      .text('id', { primary: true })
      .text('component_id', { references: 'components.id' })
      .text('environment_id', { references: 'environments.id' })
      .text('from_release_id', { references: 'releases.id' })
      .text('to_release_id', { references: 'releases.id' })
      .text('incident_id', { nullable: true, references: 'incidents.id' })
      .text('call_id', { nullable: true, references: 'outbound_calls.id' })
      .text('reason')
      .text('drill_at', { nullable: true })
      .text('asked_at')
      .text('asked_by')
      .text('actor_kind')
      .text('actor_id', { nullable: true })
      .text('ended_at', { nullable: true })
      .text('ended_by', { nullable: true }),
  )
  await createIndex(db, 'rollback_requests', 'component_id', 'environment_id', 'asked_at')
  await createIndex(db, 'rollback_requests', 'incident_id')
  // two people who press at once make one rollback, whatever node each of them talks to
  await createUniqueIndex(db, 'rollback_requests', ['component_id', 'environment_id'], 'ended_at')

  await addTexts(db, 'releases', {
    artifact: null,
    drill_at: null,
    corrected_drill: null,
    bad_at: null,
    bad_reason: null,
    bad_by: null,
    asked_at: null,
    rollback_request_id: null,
  })
  await addIntegers(db, 'releases', ['most_percent'])
  await createIndex(db, 'releases', 'component_id', 'bad_at')
  await createIndex(db, 'releases', 'rollback_request_id')
  await createIndex(db, 'releases', 'component_id', 'drill_at')
  await createIndex(db, 'releases', 'component_id', 'environment_id', 'kind', 'live_at')
  await addTexts(db, 'site', { public_percent: 'hidden' })
}
