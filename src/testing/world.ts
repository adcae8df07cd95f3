import { writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Actor, Context } from '../platform/context.ts'
import { type Database, openDatabase, openSqlite } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'

export type World = Context & {
  /** Moves the world's clock on by so many minutes, or to a moment. */
  wait(minutes: number): void
  at(moment: string): void
  as(actor: Actor): World
}

export const ada: Actor = { kind: 'user', id: 'ada000000000', name: 'Ada' }
export const silent = { info() {}, warn() {}, error() {} }

let snapshot: Promise<Buffer> | undefined

/** A fresh, migrated database of its own (SQLite in memory) with a clock that stands at Mon 23 Nov 2026, 12:00 UTC. */
export async function world(): Promise<World> {
  snapshot ??= migratedSnapshot()
  const connection = new Sqlite(await snapshot)
  return worldOn(openSqlite(connection))
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
