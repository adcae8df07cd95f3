import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import {
  countRows,
  type Fixture,
  fillFrom,
  fixtureNames,
  readFixture,
  rowsOf,
} from '../../scripts/fixture-files.ts'
import { type Database, openDatabase, openSqlite } from '../platform/database.ts'
import { knownMigrations, migrateTo, migrateToLatest } from '../platform/migrate.ts'
import { startTestApp } from '../testing/http.ts'
import { onEmptyPostgres, onEmptyStores } from '../testing/postgres.ts'
import { silent, worldOn } from '../testing/world.ts'
import { faultIn } from './copying.ts'
import { listBackups } from './naming.ts'
import { bringUpToDate } from './upgrading.ts'

const secret = Buffer.alloc(32, 7)
const early = '0012-public-reading'

function folderOf(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'shiplog-upgrade-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** What can be searched is read anew whenever a migration says so: it is made of the other rows. */
function kept(counts: Record<string, number>) {
  return Object.entries(counts).filter(([table]) => !table.startsWith('search_'))
}

/** Every row is still there, and customers read what they read before, and nothing less. */
async function isKept(db: Database, fixture: Fixture, most = Number.POSITIVE_INFINITY) {
  assert.deepEqual(kept(await countRows(db, fixture)), kept(rowsOf(fixture)))
  const world = worldOn(db)
  world.at(fixture.made_at)
  const app = await startTestApp(world)
  const lost: string[] = []
  for (const [address, words] of Object.entries(fixture.pages).slice(0, most)) {
    const { statusCode, body } = await app.app.inject(address)
    if (statusCode !== 200) lost.push(`${address}: ${statusCode}`)
    lost.push(...words.filter((word) => !body.includes(word)).map((word) => `${address}: ${word}`))
  }
  assert.deepEqual(lost, [])
}

for (const name of fixtureNames()) {
  const fixture = readFixture(name)

  test(`the migrations up to ${name} make the schema that they made on its day`, async () => {
    const connection = new Sqlite(':memory:')
    await migrateTo(openSqlite(connection), name)
    const schema = connection.prepare('select type, name, sql from sqlite_schema order by name').all()
    assert.deepEqual(schema, fixture.schema)
    connection.close()
  })

  onEmptyStores(`a store of ${name} is brought to today’s schema and loses nothing`, async (db, address) => {
    await fillFrom(db, fixture)
    await migrateToLatest(db)
    const on = address.startsWith('postgres') ? 25 : 75 // the pages ask both stores alike
    await isKept(db, fixture, on)
    // the control: what an upgrade loses is missed
    await db.deleteFrom('incident_update_components').execute()
    await db.deleteFrom('incident_updates').execute()
    await assert.rejects(isKept(db, fixture, 1))
  })
}

test('before an upgrade a SQLite store is backed up beside itself, and three such backups are kept', async (t) => {
  const home = folderOf(t)
  const [database, folder] = [join(home, 'shiplog.db'), join(home, 'before-upgrade')]
  const db = openDatabase(database)
  t.after(() => db.destroy())
  let day = 1
  const upgrade = () => bringUpToDate({ db, now: () => new Date(Date.UTC(2026, 10, day)), secret }, database)
  await migrateTo(db, early)
  for (; day <= 4; day += 1) {
    mkdirSync(join(folder, `shiplog-2026110${day}T000000000Z-before-x`), { recursive: true })
    copyFileSync(
      import.meta.filename,
      join(folder, `shiplog-2026110${day}T000000000Z-before-x`, 'manifest.json'),
    )
  }
  await upgrade()
  const [newest, ...others] = await listBackups(folder)
  assert.equal(newest?.label, 'before-0013_outbound')
  assert.equal(others.length, 2)
  const copy = new Sqlite(join(newest?.path ?? '', 'shiplog.db'), { readonly: true })
  assert.equal(copy.prepare('select max(name) from kysely_migration').pluck().get(), early)
  copy.close()
  await upgrade()
  assert.equal((await listBackups(folder))[0]?.name, newest?.name) // nothing was to be done, so nothing was backed up
})

test('a store that cannot be backed up is not upgraded; a new one needs no backup', async (t) => {
  const home = folderOf(t)
  const database = join(home, 'shiplog.db')
  const db = openDatabase(database)
  t.after(() => db.destroy())
  await migrateTo(db, early)
  copyFileSync(import.meta.filename, join(home, 'before-upgrade')) // where the backups would go
  await assert.rejects(bringUpToDate({ db, now: () => new Date(), secret }, database), {
    message: /could not be backed up before: .*(EEXIST|ENOTDIR)/,
  })
  assert.equal((await migrateTo(db, early)).length, 0)
  const fresh = openDatabase(join(home, 'fresh.db'))
  await bringUpToDate({ db: fresh, now: () => new Date(), secret }, join(home, 'fresh.db'))
  await fresh.destroy()
})

test('each upgrade of a store is told with its number, before and after', async (t) => {
  const db = openDatabase(':memory:')
  t.after(() => db.destroy())
  await migrateTo(db, early)
  const told: Record<string, unknown>[] = []
  const log = { ...silent, info: (detail: object) => void told.push({ ...detail }) }
  const done = await migrateToLatest(db, { log })
  assert.equal(told.length, 2 * done.length)
  assert.deepEqual(told[0], { migration: '0013_outbound', number: 1, of: done.length })
  assert.equal(typeof told[1]?.seconds, 'number')
})

test('killed before any of its statements an upgrade is all undone or all done, and runs again', async (t) => {
  const home = folderOf(t)
  const database = join(home, 'shiplog.db')
  const connection = new Sqlite(database)
  const db = openSqlite(connection)
  await migrateTo(db, early)
  await db
    .insertInto('groups')
    .values({
      id: 'g',
      name: 'Shop',
      position: 1,
      version: 1,
      created_at: '2026',
      updated_at: '2026',
    } as never)
    .execute()
  let images = 0
  const prepare = connection.prepare.bind(connection)
  /** What a kill at this moment leaves: the files as the system has them. The index in memory goes with the processes. */
  connection.prepare = ((sql: string) => {
    images += 1
    for (const end of ['', '-wal']) {
      if (existsSync(`${database}${end}`)) copyFileSync(`${database}${end}`, join(home, `${images}.db${end}`))
    }
    return prepare(sql)
  }) as typeof connection.prepare
  await migrateToLatest(db)
  await db.destroy()
  assert.ok(images > 80, `${images} statements`)
  const all = (await knownMigrations()).length
  const before = (await knownMigrations()).indexOf(early) + 1
  for (let image = 1; image <= images; image += 1) {
    const file = join(home, `${image}.db`)
    const left = new Sqlite(file)
    if (image % 5 === 0) assert.equal(faultIn(left), null)
    const count = left.prepare('select count(*) from kysely_migration').pluck().get()
    assert.ok(count === before || count === all, `after statement ${image}: ${count}`)
    left.close()
    if (image % 25 !== 0) continue
    const again = openDatabase(file)
    await migrateToLatest(again)
    assert.equal((await again.selectFrom('groups').select('name').execute())[0]?.name, 'Shop')
    assert.deepEqual(await migrateToLatest(again), [])
    await again.destroy()
  }
})

onEmptyPostgres(
  'an upgrade whose connection is cut leaves the store as it was, and runs again',
  async (db, address) => {
    await migrateTo(db, early)
    const admin = new pg.Client(address)
    await admin.connect()
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    let cutting: Promise<unknown> | undefined
    const log = {
      ...silent,
      info: () => {
        cutting ??= admin.query(cut)
      },
    }
    await assert.rejects(migrateToLatest(db, { log }))
    await cutting
    const { rows } = await admin.query('select max(name) as newest from kysely_migration')
    assert.equal(rows[0].newest, early)
    const half = await admin.query(`select 1 from pg_tables where tablename = 'outbound_calls'`)
    assert.equal(half.rowCount, 0)
    assert.ok((await migrateToLatest(db)).length > 5)
    await admin.end()
  },
)
