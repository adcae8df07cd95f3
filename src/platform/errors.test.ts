import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { createToken } from '../accounts/tokens.ts'
import { startTestApp } from '../testing/http.ts'
import { world, worldOn } from '../testing/world.ts'
import { openSqlite } from './database.ts'
import { readerOf } from './http.ts'
import { migrateToLatest } from './migrate.ts'

const json = { 'content-type': 'application/json' }

async function apiAsks(payload: string | Buffer, headers: Record<string, string> = {}) {
  const ship = await world()
  const server = await startTestApp(ship)
  const authorization = await server.token('admin')
  const answer = await server.inject({
    method: 'POST',
    url: '/api/v1/components',
    headers: { ...json, authorization, ...headers },
    payload,
  })
  return { answer, ship, server }
}

const unreadable: [string, string | Buffer, number][] = [
  ['no JSON', '{"name": ', 400],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['a NUL character', '{"name": "a\\u0000b"}', 400],
  ['half a surrogate pair', '{"name": "a\\ud800b"}', 400],
  ['JSON a hundred thousand deep', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400],
  ['more than 64 KiB', JSON.stringify({ name: 'x'.repeat(65_536) }), 413],
  ['a missing field', '{}', 422],
  ['a field of the wrong kind', '{"name": 7}', 422],
  ['a prototype', '{"__proto__": {"name": "admin"}}', 422],
]
for (const [what, payload, status] of unreadable) {
  test(`${what} gets ${status} as problem JSON, and nothing is stored`, async () => {
    const { answer, ship } = await apiAsks(payload)
    assert.equal(answer.statusCode, status, answer.body)
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    const problem = answer.json()
    assert.equal(problem.status, status)
    assert.ok(problem.title && problem.detail && problem.request_id)
    assert.deepEqual(await ship.db.selectFrom('components').select('id').execute(), [])
  })
}

test('unknown fields are ignored', async () => {
  const { answer } = await apiAsks('{"name": "Checkout", "colour": "red"}')
  assert.equal(answer.statusCode, 201, answer.body)
})

test('text/plain is not read, since any site can send it as a form', async () => {
  const { answer } = await apiAsks('{"name": "Checkout"}', { 'content-type': 'text/plain' })
  assert.equal(answer.statusCode, 415)
})

test('a page that is not there is a page for people and problem JSON for machines', async () => {
  const server = await startTestApp(await world())
  const page = await server.inject({ url: '/nowhere', headers: { accept: 'text/html' } })
  assert.equal(page.statusCode, 404)
  assert.match(page.body, /<h1>Nothing is here/)
  const operator = await server.signedIn('viewer')
  assert.match((await operator.get('/admin/incidents/nowhere')).body, /href="\/admin">Operations/)
  const odd = await server.inject({
    url: `/releases?component=${'a'.repeat(101)}`,
    headers: { accept: 'text/html' },
  })
  assert.equal(odd.statusCode, 422)
  assert.match(odd.body, /Something in this address is not as it should be/)
  const problem = await server.inject('/api/v1/nowhere')
  assert.equal(problem.statusCode, 404)
  assert.equal(problem.json().title, 'Not Found')
})

test('an asset that is not there, or climbs out of the folder, is 404', async () => {
  const server = await startTestApp(await world())
  const climbing = [
    '..%2f..%2fpackage.json',
    '%2e%2e/.env',
    '..%5c',
    '/',
    './app.css',
    '.git/config',
    'shiplog.db',
  ]
  for (const path of ['nope.css', ...climbing]) {
    const answer = await server.inject({ url: `/assets/${path}`, headers: { accept: 'text/html' } })
    assert.equal(answer.statusCode, 404, path)
  }
})

test('an address that cannot be read is refused in our words, with our headers', async () => {
  const server = await startTestApp(await world())
  for (const url of [
    '/%zz',
    '/incidents/%',
    '/components/%ED%A0%80',
    '/assets/%00',
    '/?a=%00',
    '/api/v1/%ff',
  ]) {
    const answer = await server.inject({ url, headers: { accept: 'text/html' } })
    assert.equal(answer.statusCode, 400, url)
    assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'/, url)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', url)
    assert.doesNotMatch(answer.body, /FST_ERR|Cannot read properties/, url)
    if (readerOf(url) === 'people') assert.match(answer.body, /<title>That did not work/, url)
    else assert.equal(answer.headers['content-type'], 'application/problem+json', url)
  }
  const long = await server.inject(`/admin/incidents/${'a'.repeat(8000)}`)
  assert.ok([303, 404].includes(long.statusCode), String(long.statusCode))
})

test('of several who make the same thing at once one wins, and the others are told so', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const authorization = await server.token('components:write')
  const posts = ['Shop', 'Shop!', 'Shop?', 'Shop.'].map((name) =>
    server.inject({
      method: 'POST',
      url: '/api/v1/components',
      headers: { authorization },
      payload: { name, slug: 'shop' },
    }),
  )
  const answers = await Promise.all(posts)
  assert.deepEqual(answers.map((answer) => answer.statusCode).sort(), [201, 409, 409, 409])
})

test('the name of a field is held to the same as its text', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  assert.equal((await admin.post('/admin/incidents', { 'status_\0': 'major_outage' })).statusCode, 400)
})

test('the same Idempotency-Key acts once, and with another body it is refused', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const authorization = await server.token('components:write')
  const post = (name: string) =>
    server.inject({
      method: 'POST',
      url: '/api/v1/components',
      headers: { authorization, 'idempotency-key': 'k1' },
      payload: { name },
    })
  const answers = await Promise.all([post('Checkout'), post('Checkout'), post('Checkout')])
  assert.deepEqual(
    answers.map((answer) => answer.statusCode),
    [201, 201, 201],
  )
  assert.equal(new Set(answers.map((answer) => answer.json().id)).size, 1)
  assert.equal((await post('Search')).statusCode, 422)
  assert.equal((await ship.db.selectFrom('components').select('id').execute()).length, 1)
})

test('while the database cannot be written, writes are answered 503 with Retry-After and pages still are served', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-readonly-'))
  const file = join(folder, 'shiplog.db')
  const writable = openSqlite(new Sqlite(file))
  await migrateToLatest(writable)
  const cli = { kind: 'cli' as const, id: null, name: 'command line' }
  const { token } = await createToken(worldOn(writable).as(cli), { name: 'ci', scopes: ['admin'] })
  await writable.destroy()
  chmodSync(file, 0o444)

  const connection = new Sqlite(file)
  const db = openSqlite(connection)
  connection.pragma('query_only = ON') // as root a file's mode stops nobody
  const server = await startTestApp(worldOn(db))
  const headers = { authorization: `Bearer ${token}` }
  const refused = await server.inject({
    method: 'POST',
    url: '/api/v1/components',
    headers,
    payload: { name: 'A' },
  })
  assert.equal(refused.statusCode, 503, refused.body)
  assert.equal(refused.headers['retry-after'], '10')
  assert.equal((await server.inject('/login')).statusCode, 200)
  assert.equal((await server.inject({ url: '/api/v1/tokens', headers })).statusCode, 200)
  await db.destroy()
  rmSync(folder, { recursive: true })
})
