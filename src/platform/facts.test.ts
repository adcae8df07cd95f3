import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDatabase } from '../testing/nodes.ts'
import { once, world, worldOn, worldOnSqlite } from '../testing/world.ts'
import { openDatabase } from './database.ts'
import { agreeOnSecret, sayFact } from './facts.ts'
import { migrateToLatest } from './migrate.ts'

const other = Buffer.alloc(32, 8)

test('nodes on one PostgreSQL must have one secret; another one is refused and told what to do', async () => {
  const ship = worldOn(openDatabase(await freshDatabase()))
  await agreeOnSecret(ship)
  await agreeOnSecret(ship)
  const differs = {
    code: 'unavailable',
    message: /SHIPLOG_SECRET \(key \w{8}\) is not the one .* secret adopt/s,
  }
  await assert.rejects(agreeOnSecret({ ...ship, secret: other }), differs)
  await assert.rejects(agreeOnSecret({ ...ship, secret: other }, { adopt: true }), differs)
  await agreeOnSecret(ship)
  await ship.db.destroy()
})

test('a SQLite file that is alone goes on with another secret, and says what that means', once, async () => {
  const ship = await worldOnSqlite()
  const warned: string[] = []
  const log = { ...ship.log, warn: (_: object, words: string) => void warned.push(words) }
  await agreeOnSecret({ ...ship, log })
  await agreeOnSecret({ ...ship, log, secret: other })
  assert.match(warned.join(), /another than before/)
  await agreeOnSecret({ ...ship, log, secret: other }, { adopt: true })
  await agreeOnSecret({ ...ship, log, secret: other })
  assert.equal(warned.length, 2)
})

test('a store that is only half filled is refused, until it is whole', async () => {
  const { db } = await world()
  await sayFact(db, 'unfinished', 'This database is only half of a copy.')
  await assert.rejects(migrateToLatest(db), { code: 'unavailable', message: /only half of a copy/ })
  assert.deepEqual(await migrateToLatest(db, { unfinished: true }), [])
  await sayFact(db, 'unfinished', null)
  await migrateToLatest(db)
})
