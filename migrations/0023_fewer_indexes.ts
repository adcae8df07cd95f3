import type { Kysely } from 'kysely'
import { createPartialIndex } from '../src/platform/schema.ts'

/** Every event writes a release: what few releases have costs all others nothing any more. */
export async function up(db: Kysely<unknown>) {
  const replaced = [
    'releases_component_id_bad_at',
    'releases_rollback_request_id',
    'releases_component_id_drill_at',
    'releases_undone_by_release_id',
    'releases_reverts_release_id',
    'releases_counted',
    // the same columns as releases_kind_component_id_environment_id_live_at, in another order
    'releases_component_id_environment_id_kind_live_at',
  ]
  for (const name of replaced) await db.schema.dropIndex(name).execute()
  const told = (column: string, ...before: string[]) =>
    createPartialIndex(db, 'releases', [...before, column], column)
  await told('bad_at', 'component_id')
  await told('drill_at', 'component_id')
  await told('rollback_request_id')
  await told('undone_by_release_id')
  await told('reverts_release_id')
  const counted = ['live_at', 'component_id', 'environment_id', 'kind', 'drill_at', 'asked_at', 'started_at']
  await createPartialIndex(db, 'releases', counted, 'live_at', 'releases_counted')
}
