import assert from 'node:assert/strict'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { world } from '../testing/world.ts'
import { openSqlite } from './database.ts'
import { migrateToLatest } from './migrate.ts'
import { owners } from './tables.ts'

/** SQLite keeps the index of the search in tables of its own making. */
const isOurs = (name: string) => !name.startsWith('search_words')

test('the migrations make every table that has an owner, and no other', async () => {
  const { db } = await world()
  const tables = (await db.introspection.getTables())
    .map((table) => table.name)
    .filter(isOurs)
    .sort()
  assert.deepEqual(tables, Object.values(owners).flat().sort())
})

test('migrating twice changes nothing', async () => {
  const { db } = await world()
  assert.deepEqual(await migrateToLatest(db), [])
})

test('a store made by a newer Shiplog is refused with a sentence', async () => {
  const { db } = await world()
  const row = { name: '9999-tomorrow', timestamp: '2030-01-01T00:00:00.000Z' }
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own table is not part of our schema
  await (db as any).insertInto('kysely_migration').values(row).execute()
  await assert.rejects(migrateToLatest(db), { code: 'unavailable', message: /newer Shiplog/ })
})

test('migrations that a full disk stops leave nothing half made, and run when there is room again', async () => {
  const connection = new Sqlite(':memory:')
  const db = openSqlite(connection)
  connection.pragma('max_page_count = 30')
  await assert.rejects(migrateToLatest(db), { code: 'SQLITE_FULL' })
  connection.pragma('max_page_count = 100000')
  await migrateToLatest(db)
  const tables = (await db.introspection.getTables())
    .map((table) => table.name)
    .filter(isOurs)
    .sort()
  assert.deepEqual(tables, Object.values(owners).flat().sort())
})
