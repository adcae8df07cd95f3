import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { storeFile } from '../testing/store-file.ts'
import { copyStore, sha256Of } from './copying.ts'
import { makeBackupHere } from './here.ts'
import { makeBackup } from './making.ts'
import { names } from './manifest.ts'
import { listBackups } from './naming.ts'

function namesIn(file: string): string[] {
  const store = new Sqlite(file, { readonly: true })
  try {
    return store.prepare('select name from components order by id').pluck().all() as string[]
  } finally {
    store.close()
  }
}

test('a backup is one closed folder with the whole store and what is to be known of it', async (t) => {
  const { ship, backUp, write, database, folder } = await storeFile(t)
  await write('Checkout')
  const path = await backUp()
  assert.deepEqual(readdirSync(folder), ['shiplog-20261123T120000000Z'])
  assert.deepEqual(readdirSync(path).sort(), [names.manifest, names.database])
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(path).mode & 0o777, 0o700)
  for (const name of readdirSync(path)) assert.equal(statSync(join(path, name)).mode & 0o777, 0o600)
  const { facts } = await makeBackup({ database, folder, secret: ship.secret, now: ship.now() })
  assert.equal(facts.rows.components, 1)
  assert.equal(facts.rows.search_words_data, undefined)
  assert.match(facts.journal.newest_id ?? '', /^[0-9a-z]{12}$/)
  assert.equal(facts.migrations.at(0), '0001-accounts')
  assert.equal(facts.size, statSync(join(path, names.database)).size)
  assert.equal(facts.sha256, await sha256Of(join(path, names.database)))
  assert.doesNotMatch(JSON.stringify(facts), new RegExp(ship.secret.toString('hex')))
})

/** What every backup promises: what was acknowledged before it began is in it. */
async function holdsEverything(acknowledged: string[], file: string) {
  const found = new Set(namesIn(file))
  assert.deepEqual(
    acknowledged.filter((name) => !found.has(name)),
    [],
  )
}

test('what was acknowledged before a backup began is in it, whatever is written meanwhile', async (t) => {
  const { backUp, write, database, home } = await storeFile(t)
  const acknowledged: string[] = []
  let going = true
  const writing = (async () => {
    for (let number = 1; going; number += 1) {
      await write(`Component ${number}`)
      acknowledged.push(`Component ${number}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (let round = 0; round < 3; round += 1) {
    const before = [...acknowledged]
    await holdsEverything(before, join(await backUp(), names.database))
    assert.ok(acknowledged.length > before.length, 'nothing was written meanwhile')
  }
  going = false
  await writing
  // the control: a plain copy of the file leaves out what still stands in the log beside it
  const copies: boolean[] = []
  for (const name of ['Last', 'Very last']) {
    await write(name) // SQLite may just have emptied the log into the file, but not twice in a row
    copyFileSync(database, join(home, 'copied.db'))
    copies.push(namesIn(join(home, 'copied.db')).includes(name))
  }
  assert.ok(copies.includes(false), 'a plain copy was whole each time')
})

test('backups that are made at once are all whole, and have names of their own', async (t) => {
  const { backUp, write, folder } = await storeFile(t)
  await write('Checkout')
  const paths = await Promise.all([backUp(), backUp(), backUp()])
  assert.equal(new Set(paths).size, 3)
  assert.equal((await listBackups(folder)).length, 3)
  for (const path of paths) assert.deepEqual(namesIn(join(path, names.database)), ['Checkout'])
})

test('a backup that fails in the middle leaves nothing, and the next one is made', async (t) => {
  const { ship, backUp, database, folder } = await storeFile(t)
  const wanted = { database, folder, secret: ship.secret, now: ship.now() }
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const filling = makeBackupHere(wanted, async ({ to }) => {
    writeFileSync(to, 'half of it')
    throw full
  })
  await assert.rejects(filling, full)
  assert.deepEqual(readdirSync(folder), [])
  await backUp()
  assert.equal(readdirSync(folder).length, 1)
})

test('what a killed process left is removed a day later, and what is being made is not', async (t) => {
  const { backUp, folder } = await storeFile(t)
  for (const name of ['.half-old', '.half-young', 'mine']) mkdirSync(join(folder, name), { recursive: true })
  utimesSync(join(folder, '.half-old'), new Date('2026-11-20'), new Date('2026-11-20'))
  utimesSync(join(folder, '.half-young'), new Date('2026-11-23'), new Date('2026-11-23'))
  await backUp()
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.startsWith('shiplog-')),
    ['.half-young', 'mine'],
  )
  assert.equal((await listBackups(folder)).length, 1)
})

test('a damaged, an absent and a foreign database make no backup', async (t) => {
  const { ship, write, database, folder, close, home } = await storeFile(t)
  for (let number = 0; number < 200; number += 1) await write(`Component ${number}`)
  await close()
  truncateSync(database, Math.floor(statSync(database).size / 4096 / 2) * 4096)
  const wanted = { folder, secret: ship.secret, now: ship.now() }
  await assert.rejects(makeBackup({ ...wanted, database }), /damaged|malformed/)
  await assert.rejects(makeBackup({ ...wanted, database: join(home, 'gone.db') }), {
    code: 'SQLITE_CANTOPEN',
  })
  assert.ok(!existsSync(join(home, 'gone.db')))
  new Sqlite(join(home, 'foreign.db')).exec('create table x (y)').close()
  await assert.rejects(
    makeBackup({ ...wanted, database: join(home, 'foreign.db') }),
    /no database of Shiplog/,
  )
  assert.deepEqual(readdirSync(folder), [])
})

test('a copy of a store that another program keeps tables in has them, and does not count them', async (t) => {
  const { database, home, ship } = await storeFile(t)
  const other = new Sqlite(database)
  other.exec(
    'create table _litestream_seq (id integer primary key, seq integer); create table _litestream_lock (id integer)',
  )
  other.close()
  await ship.db.selectFrom('components').select('id').execute()
  const { rows } = await copyStore({ database, to: join(home, 'copy.db') })
  assert.ok(Object.keys(rows).every((name) => !name.startsWith('_')))
})
