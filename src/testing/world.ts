import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach } from 'node:test'
import Sqlite from 'better-sqlite3'
import type { Actor, Context } from '../platform/context.ts'
import { type Database, openDatabase, openSqlite } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { postgresStore } from './postgres.ts'

export type World = Context & {
  /** Moves the world's clock on by so many minutes, or to a moment. */
  wait(minutes: number): void
  at(moment: string): void
  as(actor: Actor): World
}

export const ada: Actor = { kind: 'user', id: 'ada000000000', name: 'Ada' }
export const silent = { info() {}, warn() {}, error() {} }

const onPostgres = process.env.TESTS_ON === 'postgres'
/** For a test that is about SQLite's own files, or about nothing that is stored: it runs once. */
export const once = { skip: onPostgres && 'it says the same whatever the store is' }
let snapshot: Promise<Buffer> | undefined
/** How many tests, each within the other, run right now; and the stores that the outermost has made. */
let running = 0
let lent: Database[] = []

beforeEach(() => {
  running += 1
})
afterEach(async () => {
  running -= 1
  if (running > 0) return
  const over = lent
  lent = []
  for (const db of over) await db.destroy()
})

/**
 * A fresh, migrated database of its own with a clock that stands at Mon 23 Nov 2026, 12:00 UTC: SQLite in memory, or
 * a real PostgreSQL where the tests are to run on that.
 */
export async function world(): Promise<World> {
  return onPostgres ? worldOnPostgres() : worldOnSqlite()
}

/** The same world for all tests of a file: it is there until the process ends, whichever test runs when it is made. */
export async function sharedWorld(): Promise<World> {
  return onPostgres ? worldOn(await postgresStore()) : worldOnSqlite()
}

/** The same world on SQLite, whatever the tests are to run on. */
export async function worldOnSqlite(): Promise<World> {
  snapshot ??= migratedSnapshot()
  return worldOn(openSqlite(new Sqlite(await snapshot)))
}

/** The same world on PostgreSQL, given back when the test is over. */
async function worldOnPostgres(): Promise<World> {
  const db = await postgresStore()
  if (running > 0) lent.push(db)
  return worldOn(db)
}

/** The same world on any migrated, empty store. */
export function worldOn(db: Database): World {
  let moment = Date.parse('2026-11-23T12:00:00.000Z')
  const make = (actor: Actor): World => ({
    db,
    now: () => new Date(moment),
    actor,
    log: silent,
    secret: Buffer.alloc(32, 7),
    wait: (minutes) => {
      moment += minutes * 60_000
    },
    at: (text) => {
      moment = Date.parse(text)
    },
    as: make,
  })
  return make(ada)
}

/** The same world in a file, as a server has it; its `db` is to be destroyed after use. */
export async function worldIn(file: string): Promise<World> {
  snapshot ??= migratedSnapshot()
  writeFileSync(file, await snapshot, { mode: 0o600 })
  return worldOn(openDatabase(file))
}

async function migratedSnapshot(): Promise<Buffer> {
  const connection = new Sqlite(':memory:')
  const db = openSqlite(connection)
  await migrateToLatest(db)
  const image = connection.serialize()
  await db.destroy()
  return image
}
