import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../testing/world.ts'
import { compiledOnce } from './compiled.ts'
import { inTransaction, nowText } from './context.ts'
import { newId } from './ids.ts'

test('a query that is compiled once is run with the values of each call, on each store, in and out of transactions', async () => {
  let built = 0
  const named = compiledOnce((db, name: string, before: string, least: number) => {
    built += 1
    return db
      .selectFrom('incident_templates')
      .select('name')
      .where('name', '>=', name)
      .where((or) => or.or([or('name', '<', before), or('name', '=', before)]))
      .where('version', '>=', least)
      .orderBy('name')
  })
  const ship = await world()
  const rest = { used_for: 'incident', title: null, state: null, body: '', deleted_at: null, version: 1 }
  const times = { created_at: nowText(ship), updated_at: nowText(ship) }
  const rows = ['a', 'b', 'c', 'd'].map((name) => ({ id: newId(), name, ...rest, ...times }))
  await inTransaction(ship, async (ship) => {
    await ship.db.insertInto('incident_templates').values(rows).execute()
    assert.deepEqual(await named(ship, 'b', 'c', 1), [{ name: 'b' }, { name: 'c' }])
  })
  assert.deepEqual(await named(ship, 'c', 'z', 0), [{ name: 'c' }, { name: 'd' }])
  assert.deepEqual(await named(ship, "b' or 1=1 --", 'b', 1), [])
  assert.deepEqual(await named(ship, 'a', 'z', 2), [])
  const other = await world()
  assert.deepEqual(await named(other, 'a', 'z', 1), [])
  assert.equal(built, 1, 'the second world is of the same kind of store')
})
