import assert from 'node:assert/strict'
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openDatabase } from './database.ts'
import { newId } from './ids.ts'
import { migrateToLatest } from './migrate.ts'

const folder = mkdtempSync(join(tmpdir(), 'shiplog-reopen-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string) => join(folder, `${name}.db`)

const born = { position: 1, version: 1, created_at: '2026-11-23T12:00:00.000Z', updated_at: '' }
const group = (name: string) => ({ ...born, id: newId(), name })

/** A store with one group, closed, and a copy of it. */
async function kept(name: string) {
  const db = openDatabase(path(name))
  await migrateToLatest(db)
  await db.insertInto('groups').values(group('Shop')).execute()
  await db.destroy()
  copyFileSync(path(name), path(`${name}-copy`))
  return openDatabase(path(name))
}

test('a file that became nonsense is refused, and read again once it was put back', async () => {
  const db = await kept('nonsense')
  writeFileSync(path('nonsense'), 'This is no database, and long enough to be looked at.'.repeat(40))
  const names = () => db.selectFrom('groups').select('name').execute()
  await assert.rejects(names(), { code: 'SQLITE_NOTADB' })
  await assert.rejects(names(), { code: 'SQLITE_NOTADB' })
  copyFileSync(path('nonsense-copy'), path('nonsense'))
  assert.deepEqual(await names(), [{ name: 'Shop' }])
  await db.destroy()
})

test('a file that must be there is not made anew', async () => {
  const db = openDatabase(path('missing'), { must_exist: true })
  await assert.rejects(migrateToLatest(db), { code: 'SQLITE_CANTOPEN' })
  await openDatabase(path('missing'), { must_exist: true }).destroy()
})

test('a store that breaks in the middle of a transaction keeps nothing of it, not even what follows', async () => {
  const db = await kept('broken')
  const broken = db.transaction().execute(async (db) => {
    await db.insertInto('groups').values(group('Half')).execute()
    // what a disk that fails looks like from here
    const failing = new Error('disk I/O error') as Error & { code: string }
    failing.code = 'SQLITE_IOERR'
    const all = Sqlite.prototype.prepare
    Sqlite.prototype.prepare = () => {
      throw failing
    }
    try {
      await db.selectFrom('groups').select(['id', 'name']).where('name', '=', 'Half').execute()
    } catch {
    } finally {
      Sqlite.prototype.prepare = all
    }
    await db.insertInto('groups').values(group('After')).execute()
  })
  await assert.rejects(broken, { code: 'SQLITE_IOERR' })
  assert.deepEqual(await db.selectFrom('groups').select('name').execute(), [{ name: 'Shop' }])
  await db.destroy()
})

test('a read behind another program that holds the file for itself fails at once instead of waiting', async () => {
  const db = await kept('locked')
  const other = new Sqlite(path('locked'))
  other.pragma('locking_mode = EXCLUSIVE')
  other.exec('begin exclusive')
  await assert.rejects(db.selectFrom('groups').selectAll().execute(), { code: 'SQLITE_BUSY' })
  other.exec('rollback')
  other.close()
  assert.equal((await db.selectFrom('groups').selectAll().execute()).length, 1)
  await db.destroy()
})

/** Writes nonsense over a page in the middle of a file, as a failing disk or a stray program would. */
function spoil(file: string) {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, Math.floor(statSync(file).size / 8192) * 4096)
  closeSync(handle)
}

const damages: [string, (file: string) => void][] = [
  ['has a page of nonsense', spoil],
  ['lost its second half', (file) => truncateSync(file, statSync(file).size / 2)],
  ['lost everything', (file) => truncateSync(file, 0)],
]

for (const [how, damage] of damages) {
  test(`a file that ${how} is not opened at all, and is again once it was put back`, async () => {
    const name = `damaged-${how.length}`
    await (await kept(name)).destroy()
    damage(path(name))
    const settings = { must_exist: true, only_sound: true }
    const db = openDatabase(path(name), settings)
    const names = () => db.selectFrom('groups').select('name').execute()
    await assert.rejects(names(), { code: 'SQLITE_CORRUPT' })
    await assert.rejects(names(), { code: 'SQLITE_CORRUPT' })
    copyFileSync(path(`${name}-copy`), path(name))
    const limit = performance.now() + 10_000
    while ((await names().catch(() => [])).length === 0) {
      assert.ok(performance.now() < limit)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
}

test('without that look a damaged file is served as if it were whole, as far as it goes', async () => {
  await (await kept('careless')).destroy()
  spoil(path('careless'))
  const db = openDatabase(path('careless'), { must_exist: true })
  assert.deepEqual(await db.selectFrom('groups').select('name').execute(), [{ name: 'Shop' }])
  await db.destroy()
})

test('a file that was moved away is written no more, and what stands in its place is', async () => {
  const db = await kept('moved')
  const write = (name: string) =>
    db.transaction().execute((db) => db.insertInto('groups').values(group(name)).execute())
  await write('Before')
  renameSync(path('moved'), path('moved-away'))
  await assert.rejects(write('Lost'), { code: 'SQLITE_READONLY_DBMOVED' })
  copyFileSync(path('moved-copy'), path('moved'))
  await write('After')
  const names = await db.selectFrom('groups').select('name').orderBy('id').execute()
  assert.deepEqual(names, [{ name: 'Shop' }, { name: 'After' }])
  await db.destroy()
})

test('who waits for another writer leaves the thread to others, and has its turn', async () => {
  const db = await kept('waiting')
  const other = new Sqlite(path('waiting'))
  other.exec('begin immediate')
  const written = db.transaction().execute((db) => db.insertInto('groups').values(group('Late')).execute())
  let turns = 0
  while (turns < 10) {
    const begun = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 1))
    assert.ok(performance.now() - begun < 1000)
    turns += 1
  }
  other.exec('commit')
  await written
  other.close()
  assert.equal((await db.selectFrom('groups').select('name').execute()).length, 2)
  await db.destroy()
})
