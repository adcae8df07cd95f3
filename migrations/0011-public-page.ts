import type { Kysely } from 'kysely'
import { newId } from '../src/platform/ids.ts'
import { addTexts, createTable } from '../src/platform/schema.ts'

/** What the public page is like; from now on its row is always there, so that its id is the same for ever. */
export async function up(db: Kysely<unknown>) {
  await addTexts(db, 'site', {
    page_id: '',
    language: 'en',
    domain: null,
    links: '[]',
    accent: null,
    public_releases: 'production',
    header: '',
    footer: '',
  })
  const store = db as Kysely<{ site: Record<string, unknown> }>
  const page_id = newId()
  await store.updateTable('site').set({ page_id }).execute()
  const untouched = { name: 'Status', time_zone: 'UTC', version: 0, updated_at: new Date().toISOString() }
  await store
    .insertInto('site')
    .values({ id: 'site', page_id, ...untouched })
    .onConflict((on) => on.column('id').doNothing())
    .execute()
  await createTable(db, 'site_logo', (columns) =>
    columns.text('id', { primary: true }).text('type').bytes('bytes').text('hash').text('updated_at'),
  )
}
