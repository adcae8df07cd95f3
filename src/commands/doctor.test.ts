import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import type { Finding } from '../health/finding.ts'
import { shell } from '../testing/shell.ts'

type Shell = ReturnType<typeof shell>

/** A data folder in which Shiplog served, and whatever the doctor says of it. */
async function served(t: TestContext, more: NodeJS.ProcessEnv = {}) {
  const ship = shell(t, { PORT: '1', ...more })
  await ship.shiplog('migrate')
  return { ...ship, file: (name: string) => join(ship.folder, name), ...looks(ship) }
}

function looks({ shiplog }: Shell) {
  async function look() {
    const { code, out } = await shiplog('doctor', '--json')
    const found: Finding[] = JSON.parse(out)
    return { code, found, wrong: found.filter(({ state }) => state !== 'ok') }
  }
  /** The one finding of a check that is not well, and the exit code. */
  async function finds(check: string, state: Finding['state'], says: RegExp, advice: RegExp) {
    const { code, wrong } = await look()
    const one = wrong.filter((finding) => finding.check === check)
    assert.equal(one.length, 1, JSON.stringify(wrong))
    assert.deepEqual([one[0]?.state, code], [state, state === 'fail' ? 1 : 0])
    assert.match(one[0]?.says ?? '', says)
    assert.match(one[0]?.advice ?? '', advice)
  }
  return { look, finds }
}

test('of what is well the doctor says so, line by line, and ends with 0', async (t) => {
  const { serving, shiplog, folder } = shell(t)
  const server = await serving(['serve'])
  const { code, out } = await shiplog('doctor')
  assert.equal(code, 0, out)
  assert.match(out, /^ok {4}data folder: .* closed to others\.$/m)
  assert.match(out, /^ok {4}store: SQLite 3\.\d+\.\d+ answers, and finds nothing wrong\.$/m)
  assert.match(out, /^ok {4}schema: The schema is of this version\.$/m)
  assert.match(out, /^warn {2}address: SHIPLOG_URL is not set.*\n {6}Set it to the public address/m)
  const here = looks(shell(t, { SHIPLOG_DATA_DIR: folder, PORT: server.port }))
  const { found } = await here.look()
  assert.match(JSON.stringify(found), /leads to this Shiplog, which is ready/)
  assert.equal(await server.stop(), 0)
})

test('of backups it says whether there is one, how old it is, and that none is made', async (t) => {
  const { look, finds, shiplog, folder, file } = await served(t)
  await finds('backups', 'warn', /no backup yet/, /shiplog backup/)
  await shiplog('backup')
  const [backups] = (await look()).found.filter(({ check }) => check === 'backups')
  assert.deepEqual([backups?.state, backups?.advice], ['ok', null])
  const none = looks(shell(t, { SHIPLOG_DATA_DIR: folder, SHIPLOG_BACKUP_HOURS: '0', PORT: '1' }))
  await none.finds('backups', 'warn', /No backup is made here/, /elsewhere/)
  const lost = looks(shell(t, { SHIPLOG_DATA_DIR: folder, SHIPLOG_BACKUP_DIR: file('secret'), PORT: '1' }))
  await lost.finds('backups', 'fail', /cannot be read \(ENOTDIR\)/, /read it/)
})

test('before the first start it says what will be made, and makes nothing', async (t) => {
  const { folder } = shell(t)
  const empty = looks(shell(t, { SHIPLOG_DATA_DIR: folder, PORT: '1' }))
  await empty.finds('secret', 'warn', /no .*secret yet/, /first start/)
  await empty.finds('store', 'warn', /no database yet/, /first start/)
  assert.ok(!existsSync(join(folder, 'secret')) && !existsSync(join(folder, 'shiplog.db')))
  const absent = looks(shell(t, { SHIPLOG_DATA_DIR: join(folder, 'none') }))
  await absent.finds('data folder', 'fail', /no folder/, /SHIPLOG_DATA_DIR/)
  assert.ok(!existsSync(join(folder, 'none')))
})

test('settings that cannot be read are told as they are at a start', async (t) => {
  await looks(shell(t, { SHIPLOG_URL: 'status' })).finds('settings', 'fail', /SHIPLOG_URL must be/, /config/)
})

test('a folder and a secret that others can read, and a secret that is gone, which is not made anew', async (t) => {
  const { finds, file, folder } = await served(t)
  chmodSync(folder, 0o755)
  await finds('data folder', 'warn', /Others on this machine/, /^chmod 700 /)
  chmodSync(folder, 0o700)
  chmodSync(file('secret'), 0o644)
  await finds('secret', 'warn', /Others on this machine/, /^chmod 600 /)
  rmSync(file('secret'))
  await finds('secret', 'fail', /is gone/, /from a backup before the next start/)
  assert.ok(!existsSync(file('secret')))
})

test('a lost database, nonsense in its place, and one that does not add up', async (t) => {
  const { finds, file } = await served(t)
  const store = new Sqlite(file('shiplog.db'))
  store.pragma('wal_checkpoint(TRUNCATE)')
  store.close()
  const damaged = readFileSync(file('shiplog.db'))
  damaged.writeUInt32BE(7, 36) // so many free pages, which are nowhere
  writeFileSync(file('shiplog.db'), damaged)
  await finds('store', 'fail', /damaged: /, /shiplog restore/)
  writeFileSync(file('shiplog.db'), 'nonsense '.repeat(2000))
  await finds('store', 'fail', /SQLITE_NOTADB/, /shiplog restore/)
  rmSync(file('shiplog.db'))
  writeFileSync(file('pages'), '')
  await finds('store', 'fail', /SQLITE_CANTOPEN/, /Put it back/)
  assert.ok(!existsSync(file('shiplog.db')))
})

test('a schema of before and one of later', async (t) => {
  const { finds, file } = await served(t)
  const change = (sql: string) => {
    const store = new Sqlite(file('shiplog.db'))
    store.exec(sql)
    store.close()
  }
  change("delete from kysely_migration where name like '0002%'")
  await finds('schema', 'warn', /1 migrations did not run/, /shiplog migrate/)
  change("insert into kysely_migration values ('9999-later', '2030-01-01')")
  await finds('schema', 'fail', /newer Shiplog \(it has 9999-later\)/, /older backup/)
})

test('a journal from the future, and calls that wait or failed', async (t) => {
  const { finds, file } = await served(t)
  const store = new Sqlite(file('shiplog.db'))
  t.after(() => store.close())
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const call =
    'insert into outbound_calls (id, purpose, subject_kind, subject_id, method, url, schedule, attempts, created_at, next_attempt_at, failed_at) ' +
    "values (?, 'test', 'call', 'x', 'POST', 'https://example.com/', 'urgent', 1, ?, ?, ?)"
  store.prepare(call).run('aaaaaaaaaaaa', at(-60), null, at(-5))
  await finds('calls to others', 'warn', /1 failed/, /Calls/)
  store.prepare(call).run('bbbbbbbbbbbb', at(-60), at(1), null)
  await finds('calls to others', 'warn', /1 wait, the oldest for 1 hour/, /Calls/)
  store
    .prepare(
      "insert into journal (id, at, actor_kind, actor_name, action, subject_kind, subject_id, detail) values ('zzzzzzzzzzzz', ?, 'cli', 'x', 'site.changed', 'site', 'site', '{}')",
    )
    .run(at(180))
  await finds('clock', 'warn', /3 hours in the future/, /timedatectl/)
})

test('a database server that is not there is named without its password', async (t) => {
  const { look, finds } = looks(shell(t, { DATABASE_URL: 'postgres://me:c4nary@127.0.0.1:1/ship' }))
  await finds(
    'store',
    'fail',
    /PostgreSQL at 127\.0\.0\.1:1\/ship cannot be used \(ECONNREFUSED\)/,
    /does not answer/,
  )
  assert.doesNotMatch(JSON.stringify(await look()), /c4nary/)
})
