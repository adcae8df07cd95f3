import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../testing/world.ts'
import { inTransaction, nowText } from './context.ts'
import { migrateToLatest } from './migrate.ts'
import { owners } from './tables.ts'

/** SQLite keeps the index of the search in tables of its own making. */
const isOurs = (name: string) => !name.startsWith('search_words')

test('every table of the schema is there, and migrating again changes nothing', async () => {
  const { db } = await world()
  const tables = (await db.introspection.getTables())
    .map((table) => table.name)
    .filter(isOurs)
    .sort()
  assert.deepEqual(tables, Object.values(owners).flat().sort())
  assert.deepEqual(await migrateToLatest(db), [])
})

test('a transaction that fails leaves nothing behind, and one inside another joins it', async () => {
  const ship = await world()
  const row = { id: 'one', name: 'One', position: 1, version: 1 }
  const born = { created_at: nowText(ship), updated_at: nowText(ship) }
  const failing = inTransaction(ship, async (ship) => {
    await inTransaction(ship, async ({ db }) =>
      db
        .insertInto('groups')
        .values({ ...row, ...born })
        .execute(),
    )
    throw new Error('on purpose')
  })
  await assert.rejects(failing, /on purpose/)
  assert.deepEqual(await ship.db.selectFrom('groups').select('name').execute(), [])
})

test('texts sort byte by byte, capitals first', async () => {
  const { db, now } = await world()
  for (const key of ['b', 'B', 'a', 'ä']) {
    const row = {
      scope: 's',
      key,
      fingerprint: '',
      answer: null,
      created_at: now().toISOString(),
    }
    await db.insertInto('idempotency_keys').values(row).execute()
  }
  const keys = await db.selectFrom('idempotency_keys').select('key').orderBy('key').execute()
  assert.deepEqual(
    keys.map((row) => row.key),
    ['B', 'a', 'b', 'ä'],
  )
})
