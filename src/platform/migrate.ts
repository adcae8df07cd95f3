import { readdir } from 'node:fs/promises'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database } from './database.ts'
import { Refusal } from './refusal.ts'

const folder = new URL('../../migrations/', import.meta.url)

/** Brings the store to today's schema. A store made by a newer Shiplog is refused, untouched. Returns what ran. */
export async function migrateToLatest(db: Database): Promise<string[]> {
  const migrations = await readMigrations()
  await refuseNewerStore(db, Object.keys(migrations))
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).map((result) => result.migrationName)
}

/** The migrations of this version that did not run on the store yet, and those that it has from a newer version. */
export async function migrationsBetween(db: Database): Promise<{ missing: string[]; unknown: string[] }> {
  const [done, known] = [await migrationsOf(db), await migrationNames()]
  return {
    missing: known.filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !known.includes(name)),
  }
}

async function migrationNames(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
    .sort()
}

async function readMigrations() {
  const migrations: Record<string, Migration> = {}
  for (const name of await migrationNames()) {
    migrations[name] = await import(new URL(`${name}.ts`, folder).href)
  }
  return migrations
}

async function migrationsOf(db: Database): Promise<string[]> {
  const done = await (db as unknown as import('kysely').Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  return done.map((row) => row.name)
}

async function refuseNewerStore(db: Database, known: string[]) {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return
  const unknown = (await migrationsOf(db)).filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    const words = `This database was made by a newer Shiplog (it has ${unknown.join(', ')}). Start that version, or restore an older backup.`
    throw new Refusal('unavailable', words)
  }
}
