import type { Kysely } from 'kysely'
import { addTexts } from '../src/platform/schema.ts'

/** What a source's kind wants to know beside its secret, as JSON: a pinned topic, say. */
export async function up(db: Kysely<unknown>) {
  await addTexts(db, 'sources', { settings: '{}' })
}
