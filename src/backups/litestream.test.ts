import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { storeFile } from '../testing/store-file.ts'
import { worldOn } from '../testing/world.ts'
import { faultIn } from './copying.ts'

/** Our side of what docs/backups.md says of Litestream, which holds a read open and copies what is behind it. */
const tables = `create table if not exists _litestream_seq (id integer primary key, seq integer);
  create table if not exists _litestream_lock (id integer)`

const saltOf = (log: string) => readFileSync(log).subarray(16, 24).toString('hex')

test('while Litestream holds its read the log is neither begun anew nor cut off, nor gone when we stop', async (t) => {
  const { write, database, close, ship } = await storeFile(t)
  const log = `${database}-wal`
  const litestream = new Sqlite(database)
  litestream.pragma('wal_autocheckpoint = 0')
  litestream.exec(tables)
  await write('First')
  litestream.exec('begin')
  litestream.prepare('select count(*) from _litestream_seq').get()
  const [salt, size] = [saltOf(log), readFileSync(log).length]
  for (let number = 0; number < 150; number += 1) await write(`Component ${number}`)
  assert.equal(saltOf(log), salt)
  assert.ok(readFileSync(log).length > size + 1000 * 4096, 'less was written than a checkpoint waits for')
  await close()
  assert.ok(existsSync(log)) // it has the store open, so that we are never the last who close it
  litestream.exec('commit')
  litestream.close()
  assert.equal(ship.db.isTransaction, false)
})

test('the file and its log, copied at any moment between two writes, are a whole store with every write', async (t) => {
  const { write, database, home } = await storeFile(t)
  const litestream = new Sqlite(database)
  litestream.exec(tables)
  const written: string[] = []
  for (let copy = 0; copy < 8; copy += 1) {
    for (let number = 0; number < 3; number += 1) {
      await write(`Component ${copy}-${number}`)
      written.push(`Component ${copy}-${number}`)
    }
    const to = join(home, `copy${copy}.db`)
    for (const end of ['', '-wal']) copyFileSync(`${database}${end}`, `${to}${end}`)
    const found = new Sqlite(to)
    assert.equal(faultIn(found), null)
    assert.deepEqual(found.prepare('select name from components order by id').pluck().all(), written)
    found.close()
  }
  litestream.close()
})

test('a store with tables of Litestream starts, is migrated and served, and our own code never names them', async (t) => {
  const { home } = await storeFile(t)
  const file = join(home, 'with.db')
  const litestream = new Sqlite(file)
  litestream.pragma('journal_mode = WAL')
  litestream.exec(tables)
  const db = openDatabase(file)
  t.after(() => db.destroy())
  assert.ok((await migrateToLatest(db)).length > 20)
  assert.deepEqual(await migrateToLatest(db), [])
  assert.deepEqual(await worldOn(db).db.selectFrom('components').select('id').execute(), [])
  litestream.close()
})
