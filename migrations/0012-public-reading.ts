import type { Kysely } from 'kysely'
import { createIndex } from '../src/platform/schema.ts'

/** What public pages look for, so that they take as long after ten years as after ninety days. */
export async function up(db: Kysely<unknown>) {
  await createIndex(db, 'component_impacts', 'ended_at')
  await createIndex(db, 'incidents', 'resolved_at')
  await createIndex(db, 'incidents', 'remedy_release_id')
  await createIndex(db, 'releases', 'kind', 'component_id', 'environment_id', 'live_at')
  await createIndex(db, 'releases', 'kind', 'lane_at')
  await createIndex(db, 'releases', 'component_id', 'lane_at')
  await createIndex(db, 'releases', 'reverts_release_id')
}
