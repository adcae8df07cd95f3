import { readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database } from './database.ts'
import { refuseUnfinished } from './facts.ts'
import { isSqlite } from './locks.ts'
import { Refusal } from './refusal.ts'

const folder = new URL('../../migrations/', import.meta.url)

/**
 * Brings the store to today's schema; of several nodes that start together one does it, and the others wait. A store
 * made by a newer Shiplog is refused, untouched, and one that a move has not finished filling too, unless it is
 * `unfinished` that it may be. Returns what ran.
 */
export async function migrateToLatest(db: Database, { unfinished = false } = {}): Promise<string[]> {
  const migrations = await readMigrations()
  await refuseNewerStore(db, Object.keys(migrations))
  const done = await (isSqlite(db) ? migrate(db, migrations) : migrateBetweenReaders(db, migrations))
  if (!unfinished) await refuseUnfinished(db)
  return done
}

async function migrate(db: Database, migrations: Record<string, Migration>): Promise<string[]> {
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

const [lockTries, lockSeconds] = [20, 3]

/**
 * A change of a table waits for whoever reads it, and meanwhile everybody else waits behind it: so it gives up after
 * some seconds, lets them all pass, and tries again.
 */
async function migrateBetweenReaders(db: Database, migrations: Record<string, Migration>): Promise<string[]> {
  return db.connection().execute(async (db) => {
    await db.executeQuery(CompiledQuery.raw(`set lock_timeout = '${lockSeconds}s'`))
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          return await migrate(db, migrations)
        } catch (error) {
          if (tries >= lockTries || (error as { code?: unknown }).code !== '55P03') throw error
          await setTimeout(500)
        }
      }
    } finally {
      await db.executeQuery(CompiledQuery.raw('reset lock_timeout')).catch(() => {})
    }
  })
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
