import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openSession } from '../accounts/sessions.ts'
import { queueCall } from '../outbound/actions.ts'
import { pauseOf } from '../outbound/pause.ts'
import { openDatabase } from '../platform/database.ts'
import { holdStore } from '../platform/serving-lock.ts'
import { storeFile } from '../testing/store-file.ts'
import { worldOn } from '../testing/world.ts'
import { factsOf, sha256Of } from './copying.ts'
import { type Facts, manifestText, names } from './manifest.ts'

const call = { purpose: 'ping', subject: ['site', 'site'] as [string, string], url: 'https://x.example/' }
const visit = { ip: '127.0.0.1', agent: 'test', token: null }

test('the drill: what was backed up comes back whole, quiet, with nobody signed in; what it replaces is kept', async (t) => {
  const { ship, write, backUp, restore, close, database, home } = await storeFile(t)
  await write('Checkout')
  await queueCall(ship, { ...call, body: '{}', schedule: 'patient' })
  await ship.db
    .insertInto('users')
    .values({
      ...{ id: 'ada', email: 'ada@example.com', name: 'Ada', role: 'admin', password_hash: 'x', version: 1 },
      ...{ disabled_at: null, shortcuts_off_at: null, created_at: '2026', updated_at: '2026' },
    })
    .execute()
  await openSession(ship, { id: 'ada', name: 'Ada' }, visit)
  const backup = await backUp()
  await write('Written later')
  await close()
  mkdirSync(join(home, 'pages'))
  writeFileSync(join(home, 'pages', 'x'), 'a page that tells of what was written later')

  const { aside, made_at } = await restore(backup)
  assert.equal(made_at, '2026-11-23T12:00:00.000Z')
  const back = worldOn(openDatabase(database, { must_exist: true }))
  t.after(() => back.db.destroy())
  const found = await back.db.selectFrom('components').select('name').execute()
  assert.deepEqual(found, [{ name: 'Checkout' }])
  const pause = await pauseOf(back)
  assert.match(pause?.why ?? '', /^The data was restored as it was on 2026-11-23 at 12:00 UTC\.$/)
  assert.equal(pause?.waiting, 1)
  assert.deepEqual(await back.db.selectFrom('sessions').select('id').execute(), [])
  const told = await back.db.selectFrom('journal').select('action').orderBy('id').execute()
  assert.deepEqual(
    told.slice(-2).map(({ action }) => action),
    ['outbound.paused', 'store.restored'],
  )
  assert.ok(!existsSync(join(home, 'pages')))
  assert.equal(statSync(database).mode & 0o777, 0o600)
  const before = new Sqlite(aside ?? '', { readonly: true })
  assert.deepEqual(before.prepare('select name from components order by id').pluck().all(), [
    'Checkout',
    'Written later',
  ])
  before.close()
  assert.deepEqual(
    readdirSync(home).filter((name) => name.startsWith('.')),
    [],
  )
})

test('nothing is overwritten without being told to, and nothing while somebody has it open', async (t) => {
  const { write, backUp, restore, close, database } = await storeFile(t)
  await write('Checkout')
  const backup = await backUp()
  const bytes = () => sha256Of(database)
  await assert.rejects(restore(backup, { force: false }), { message: /With --force it is put aside/ })
  await assert.rejects(restore(backup), { message: /Another program has .* open/ })
  await close()
  const before = await bytes()
  const serving = holdStore(database, 'share')
  await assert.rejects(restore(backup), { message: /Shiplog is running on/ })
  renameSync(database, `${database}.gone`)
  await assert.rejects(restore(backup), { message: /Shiplog is running on/ }) // also over a store that is gone
  renameSync(`${database}.gone`, database)
  assert.equal(await bytes(), before)
  serving?.()
  await restore(backup)
})

test('over a broken database, or none, with an old log beside it, the backup comes back alone', async (t) => {
  const { write, backUp, restore, close, database } = await storeFile(t)
  await write('Checkout')
  const backup = await backUp()
  await close()
  writeFileSync(database, 'Dear diary, this is not a database. '.repeat(400))
  writeFileSync(`${database}-wal`, 'a log of another day')
  writeFileSync(`${database}-shm`, '')
  const { aside } = await restore(backup)
  assert.match(readFileSync(aside ?? '', 'utf8'), /^Dear diary/)
  assert.match(readFileSync(`${aside}-wal`, 'utf8'), /^a log of another day/)
  assert.ok(!existsSync(`${database}-wal`) && !existsSync(`${database}-shm`))
  rmSync(database)
  writeFileSync(`${database}-wal`, 'a log whose database is gone')
  assert.equal((await restore(backup, { force: false })).aside, null)
  assert.ok(!existsSync(`${database}-wal`))
})

/** Rewrites a backup's manifest, signed with our own secret or left as it was. */
function edit(backup: string, secret: Buffer | null, change: (facts: Facts) => object) {
  const file = join(backup, names.manifest)
  const { signature, ...facts } = JSON.parse(readFileSync(file, 'utf8'))
  const changed = { ...facts, ...change(facts) } as Facts
  writeFileSync(file, secret ? manifestText(secret, changed) : JSON.stringify({ ...changed, signature }))
}

/** Changes a backup's database by SQL and makes its manifest say so, as somebody who has the secret could. */
async function forge(backup: string, secret: Buffer, sql: string) {
  const file = join(backup, names.database)
  const store = new Sqlite(file)
  store.unsafeMode(true)
  store.exec(sql)
  const { sqlite_version, ...told } = factsOf(store)
  store.close()
  const sums = { size: statSync(file).size, sha256: await sha256Of(file) }
  edit(backup, secret, () => ({ ...told, ...sums }))
}

const hostile: [what: string, sql: string, words: RegExp][] = [
  [
    'a trigger',
    `create trigger evil after insert on journal begin update users set role = 'admin'; end`,
    /did not make: the trigger evil/,
  ],
  ['a view', 'create view evil as select * from users', /did not make: the view evil/],
  ['a table of its own', 'create table evil (x)', /did not make: the table evil/],
  [
    'a virtual table behind a name that is let pass',
    'create virtual table _evil using fts5(x)',
    /did not make: the table _evil/,
  ],
  [
    'a trigger on such a table',
    'create table _x (y); create trigger _x after insert on _x begin select 1; end',
    /trigger _x/,
  ],
  [
    'a table that is made otherwise',
    `pragma writable_schema = on; update sqlite_schema set sql = replace(sql, 'strict', '') where name = 'site'`,
    /table site is not as/,
  ],
  ['an index that is gone', 'drop index releases_silent', /index releases_silent is gone/],
  [
    'our trigger, changed',
    `drop trigger search_documents_gone; create trigger search_documents_gone after delete on search_documents begin delete from journal; end`,
    /trigger search_documents_gone is not as/,
  ],
  [
    'a schema from tomorrow',
    `insert into kysely_migration values ('9999-tomorrow', '2030')`,
    /made by a newer Shiplog \(it has 9999-tomorrow\)/,
  ],
  [
    'a schema with a hole',
    `delete from kysely_migration where name = '0008-incidents'`,
    /not migrated as any version/,
  ],
  [
    'a row that points at nothing',
    `pragma foreign_keys = off; insert into sessions select 'x','x','nobody','x','x','x','x' where 0; update components set group_id = 'nowhere'`,
    /points at nothing/,
  ],
]

test('a file with anything in it that our migrations do not make is refused, and the store stays', async (t) => {
  const { ship, write, backUp, restore, close, database } = await storeFile(t)
  await write('Checkout')
  const whole = await backUp()
  await close()
  const before = await sha256Of(database)
  for (const [place, [what, sql, words]] of hostile.entries()) {
    const backup = `${whole}-${place}`
    cpSync(whole, backup, { recursive: true })
    await forge(backup, ship.secret, sql)
    await assert.rejects(restore(backup), { name: 'Refusal', message: words }, what)
    assert.equal(await sha256Of(database), before, what)
  }
})

const damaged: [what: string, damage: (backup: string, secret: Buffer) => void, words: RegExp][] = [
  [
    'a byte that flipped',
    (backup) => {
      const file = join(backup, names.database)
      const bytes = readFileSync(file)
      const place = bytes.lastIndexOf('Checkout') // where only the digest can see it
      bytes[place] = 0x43 ^ 0x20
      writeFileSync(file, bytes)
    },
    /SHA-256 is not the one in the manifest/,
  ],
  ['a file that was cut off', (backup) => truncateSync(join(backup, names.database), 8192), /has 8192 bytes/],
  [
    'a file that is no database',
    (backup, secret) => {
      const file = join(backup, names.database)
      writeFileSync(file, 'not a database')
      edit(backup, secret, () => ({
        size: 14,
        sha256: 'c17b8ab3d3b8b1e5b1f5f6f5f2b0d3d0b3a6c1e9b8e5f7d3c4a1b2c3d4e5f6a7',
      }))
    },
    /SHA-256|cannot be read/,
  ],
  [
    'a manifest that was changed',
    (backup) => edit(backup, null, () => ({ made_at: '2030-01-01T00:00:00.000Z' })),
    /manifest was changed/,
  ],
  [
    'a manifest with more in it',
    (backup, secret) => edit(backup, secret, () => ({ run: 'rm' })),
    /not one of Shiplog’s/,
  ],
  [
    'a manifest that lies about the rows',
    (backup, secret) => edit(backup, secret, ({ rows }) => ({ rows: { ...rows, components: 7 } })),
    /does not hold what its manifest says/,
  ],
  ['a manifest that is none', (backup) => writeFileSync(join(backup, names.manifest), '{'), /not JSON/],
  [
    'a manifest that is endless',
    (backup) => writeFileSync(join(backup, names.manifest), ' '.repeat(300_000)),
    /too long/,
  ],
  ['a manifest that is gone', (backup) => rmSync(join(backup, names.manifest)), /holds no manifest\.json/],
  [
    'a link to another file',
    (backup) => {
      renameSync(join(backup, names.database), join(backup, 'elsewhere'))
      symlinkSync(join(backup, 'elsewhere'), join(backup, names.database))
    },
    /no plain file/,
  ],
]

test('a backup that was damaged or changed is refused in a sentence that says how, and the store stays', async (t) => {
  const { ship, write, backUp, restore, close, database } = await storeFile(t)
  await write('Checkout')
  const whole = await backUp()
  await close()
  const before = await sha256Of(database)
  for (const [place, [what, damage, words]] of damaged.entries()) {
    const backup = `${whole}-${place}`
    cpSync(whole, backup, { recursive: true })
    damage(backup, ship.secret)
    await assert.rejects(restore(backup), { name: 'Refusal', message: words }, what)
    assert.equal(await sha256Of(database), before, what)
  }
  await assert.rejects(restore(database), /no folder/)
  await assert.rejects(restore(join(database, 'nothing')), /no folder/)
})

test('a backup of another secret is taken only when that is said', async (t) => {
  const { backUp, restore, close, home } = await storeFile(t)
  const backup = await backUp({ secret: Buffer.alloc(32, 9) })
  await close()
  await assert.rejects(restore(backup), /under another SHIPLOG_SECRET.*--other-secret/)
  await restore(backup, { other_secret: true, database: join(home, 'other.db') })
})

test('a store with the tables of Litestream is backed up, restored and upgraded as any other', async (t) => {
  const { write, backUp, restore, close, database } = await storeFile(t)
  const litestream = new Sqlite(database)
  litestream.exec(
    'create table _litestream_seq (id integer primary key, seq integer); create table _litestream_lock (id integer); insert into _litestream_seq values (1, 7)',
  )
  await write('Checkout')
  const backup = await backUp()
  litestream.close()
  await close()
  await restore(backup)
  const back = new Sqlite(database, { readonly: true })
  assert.equal(back.prepare('select seq from _litestream_seq').pluck().get(), 7)
  back.close()
})
