import type { Kysely } from 'kysely'

/** What every Shiplog knows from the start: its own two sources, and the environments that teams share. */
export async function up(db: Kysely<unknown>) {
  const store = db as Kysely<BuiltIns>
  const at = new Date().toISOString()
  const sources = [
    { id: 'api', kind: 'api', name: 'API' },
    { id: 'hand', kind: 'hand', name: 'By hand' },
  ]
  await store
    .insertInto('sources')
    .values(sources.map((source) => ({ ...source, version: 1, created_at: at, updated_at: at })))
    .execute()
  await store
    .insertInto('environments')
    .values(
      ['production', 'staging', 'testing', 'development'].map((name, index) => ({
        id: name,
        name,
        tier: name,
        position: index + 1,
        created_at: at,
      })),
    )
    .execute()
}

type BuiltIns = {
  sources: { id: string; kind: string; name: string; version: number; created_at: string; updated_at: string }
  environments: { id: string; name: string; tier: string; position: number; created_at: string }
}
