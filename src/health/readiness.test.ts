import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { buildApp } from '../app.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { makeMeter } from './meter.ts'
import { reasonOf, reasons } from './model.ts'
import { answerTo, proofAt } from './proof.ts'

const folder = mkdtempSync(join(tmpdir(), 'shiplog-ready-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const secret = Buffer.alloc(32, 7)
const problem = /^application\/problem\+json/

/** A server on a store in a file of its own, whose readiness is asked for. */
async function server(
  name: string,
  { url = join(folder, `${name}.db`), draining = false, began = true } = {},
) {
  const db = openDatabase(url, { must_exist: true })
  const meter = makeMeter()
  const settings = { url: null, trusted_proxies: [], log_level: 'silent', secret }
  const health = { database_url: url, meter, draining: () => draining }
  const app = await buildApp(settings, { db, now: () => new Date(), secret }, { health, ready: () => began })
  after(() => db.destroy())
  const ask = (headers: Record<string, string> = {}) => app.inject({ url: '/readyz', headers })
  return { app, ask, meter, db, file: url }
}

let migrated: Promise<string> | undefined

async function made(name: string) {
  migrated ??= migrate(join(folder, 'migrated'))
  copyFileSync(await migrated, join(folder, `${name}.db`))
  return server(name)
}

async function migrate(file: string) {
  const db = openDatabase(file)
  await migrateToLatest(db)
  await db.destroy()
  return file
}

async function says(
  asked: ReturnType<Awaited<ReturnType<typeof server>>['ask']>,
  reason: keyof typeof reasons,
) {
  const answer = await asked
  assert.equal(answer.statusCode, 503, reason)
  assert.match(String(answer.headers['content-type']), problem)
  assert.equal(answer.headers['cache-control'], 'no-store')
  const { request_id, ...rest } = answer.json()
  const title = 'Service Unavailable'
  assert.deepEqual(rest, { type: 'about:blank', title, status: 503, detail: reasons[reason], reason })
}

test('a server that can do all it is there for is ready, and says nothing more', async () => {
  const { app, ask } = await made('good')
  assert.deepEqual([(await ask()).statusCode, (await ask()).json()], [200, { status: 'ok' }])
  assert.deepEqual((await app.inject('/livez')).json(), { status: 'ok' })
})

test('a damaged and a lost file are told apart, each with what to do, and it is ready again once it is back', async () => {
  const { ask, file } = await made('lost')
  await ask()
  writeFileSync(file, 'This is no database, and long enough to be looked at.'.repeat(400))
  await says(ask(), 'corrupt')
  assert.match(reasons.corrupt, /shiplog restore/)
  rmSync(file)
  await says(ask(), 'missing')
  copyFileSync(await (migrated ?? ''), file)
  assert.equal((await ask()).statusCode, 200)
  renameSync(file, `${file}.away`)
  await says(ask(), 'missing')
})

test('a schema of before, a start and a stop are reasons too, and alive it is all the while', async () => {
  const { ask, db } = await made('old')
  const known = db as unknown as import('kysely').Kysely<{ kysely_migration: { name: string } }>
  await known.deleteFrom('kysely_migration').where('name', 'like', '0001%').execute()
  await says(ask(), 'migrations')
  await db.schema.dropTable('kysely_migration').execute()
  await says(ask(), 'migrations')
  await says((await server('old', { began: false })).ask(), 'starting')
  const stopping = await server('old', { draining: true })
  await says(stopping.ask(), 'draining')
  assert.equal((await stopping.app.inject('/livez')).statusCode, 200)
})

test('a database server that is not there is a reason, within three seconds', async () => {
  await says((await server('pg', { url: 'postgres://nobody@127.0.0.1:1/none' })).ask(), 'unreachable')
})

test('a write that failed is a reason although reads succeed, until the next one succeeds', async () => {
  const { ask, meter } = await made('full')
  const faults = { SQLITE_FULL: 'full', SQLITE_READONLY: 'read-only', SQLITE_IOERR_FSYNC: 'broken' } as const
  for (const [code, reason] of Object.entries(faults)) {
    meter.fault = { at: Date.now(), error: Object.assign(new Error(code), { code }) }
    await says(ask(), reason)
  }
  meter.committed(1)
  assert.equal((await ask()).statusCode, 200)
  meter.fault = { at: Date.now() - 5_000, error: Object.assign(new Error(), { code: 'SQLITE_FULL' }) }
  assert.equal((await ask()).statusCode, 200)
})

test('what faults of both stores mean', () => {
  const meant: [string, keyof typeof reasons][] = [
    ['SQLITE_CANTOPEN', 'missing'],
    ['SQLITE_NOTADB', 'corrupt'],
    ['SQLITE_BUSY_SNAPSHOT', 'locked'],
    ['SQLITE_FULL', 'full'],
    ['53100', 'full'],
    ['25006', 'read-only'],
    ['57P01', 'unreachable'],
    ['ECONNREFUSED', 'unreachable'],
    ['42P01', 'migrations'],
    ['SQLITE_MISUSE', 'store'],
  ]
  for (const [code, reason] of meant) assert.equal(reasonOf({ code }), reason, code)
  assert.equal(reasonOf(new Error('timeout exceeded when trying to connect')), 'unreachable')
  assert.equal(reasonOf(undefined), 'store')
})

test('66: what is known beyond one word is for whoever holds the server’s secret', async () => {
  const { ask, file } = await made('whole')
  writeFileSync(file, 'nonsense '.repeat(2000))
  const proof = proofAt(secret, Date.now())
  const told = await ask({ 'x-shiplog-doctor': proof })
  assert.match(told.json().details, /SQLITE_NOTADB/)
  assert.equal(told.json().seen.peer, '127.0.0.1')
  assert.equal(told.headers['x-shiplog-instance'], answerTo(secret, proof))
  const wrong = [
    proofAt(Buffer.alloc(32, 8), Date.now()),
    proofAt(secret, Date.now() - 90_000_000),
    proof.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    `${Date.now()}.`,
    'x',
    '',
  ]
  for (const header of wrong) {
    const answer = await ask({ 'x-shiplog-doctor': header })
    assert.doesNotMatch(answer.body, /SQLITE|details|seen|version|shiplog-ready-/, header)
    assert.equal(answer.headers['x-shiplog-instance'], undefined)
  }
})
