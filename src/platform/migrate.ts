import { readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { CompiledQuery, type Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Context } from './context.ts'
import type { Database } from './database.ts'
import { refuseUnfinished } from './facts.ts'
import { isSqlite } from './locks.ts'
import { Refusal } from './refusal.ts'

const folder = new URL('../../migrations/', import.meta.url)

type Options = {
  /** Told before and after each migration of a store that has something in it: on a large one it may take minutes. */
  log?: Context['log']
  /** Runs before the first one of a store that was migrated before; what it throws keeps the store as it is. */
  beforehand?: (pending: string[]) => Promise<unknown>
  /** Whether it may be one that a move has not finished filling. */
  unfinished?: boolean
}

/**
 * Brings the store to today's schema; of several nodes that start together one does it, and the others wait. A store
 * made by a newer Shiplog is refused, untouched, and one that a move has not finished filling too, unless it may be
 * `unfinished`. Returns what ran.
 */
export async function migrateToLatest(
  db: Database,
  { log, beforehand = async () => {}, unfinished = false }: Options = {},
): Promise<string[]> {
  const migrations = await readMigrations()
  const known = Object.keys(migrations)
  const done = await migrationsOf(db)
  refuseNewerStore(done, known)
  const pending = known.filter((name) => !done.includes(name))
  const isOld = done.length > 0 && pending.length > 0
  if (isOld) await beforehand(pending)
  const all = log && isOld ? told(migrations, pending, log) : migrations
  const ran = await (isSqlite(db) ? run(db, all) : runBetweenReaders(db, all))
  if (!unfinished) await refuseUnfinished(db)
  return ran
}

/** Brings an empty store to the schema that one had after a certain migration. */
export async function migrateTo(db: Database, name: string): Promise<string[]> {
  return run(db, await readMigrations(), name)
}

async function run(db: Database, migrations: Record<string, Migration>, to?: string) {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await (to === undefined ? migrator.migrateToLatest() : migrator.migrateTo(to))
  if (error) throw error
  return (results ?? []).map((result) => result.migrationName)
}

/** The migrations of this version that did not run on the store yet, and those that it has from a newer version. */
export async function migrationsBetween(db: Database): Promise<{ missing: string[]; unknown: string[] }> {
  const [done, known] = [await migrationsOf(db), await knownMigrations()]
  return {
    missing: known.filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !known.includes(name)),
  }
}

/** The names of all migrations that this version knows, in their order. */
export async function knownMigrations(): Promise<string[]> {
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
async function runBetweenReaders(db: Database, migrations: Record<string, Migration>): Promise<string[]> {
  return db.connection().execute(async (db) => {
    await db.executeQuery(CompiledQuery.raw(`set lock_timeout = '${lockSeconds}s'`))
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          return await run(db, migrations)
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
  for (const name of await knownMigrations()) {
    migrations[name] = await import(new URL(`${name}.ts`, folder).href)
  }
  return migrations
}

function told(migrations: Record<string, Migration>, pending: string[], log: Context['log']) {
  const telling = Object.entries(migrations).map(([name, migration]): [string, Migration] => {
    const place = { migration: name, number: pending.indexOf(name) + 1, of: pending.length }
    const up: Migration['up'] = async (db) => {
      log.info(place, 'the database is being upgraded')
      const begun = performance.now()
      await migration.up(db)
      log.info({ ...place, seconds: Math.round(performance.now() - begun) / 1000 }, 'this upgrade is done')
    }
    return [name, { ...migration, up }]
  })
  return Object.fromEntries(telling)
}

async function migrationsOf(db: Database): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return []
  const rows = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  return rows.map((row) => row.name)
}

function refuseNewerStore(done: string[], known: string[]) {
  const unknown = done.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const words = `This database was made by a newer Shiplog (it has ${unknown.join(', ')}). Start that version, or restore an older backup.`
  throw new Refusal('unavailable', words)
}
