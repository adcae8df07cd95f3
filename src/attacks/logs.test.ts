import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createToken } from '../accounts/tokens.ts'
import { buildApp } from '../app.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

test('what is logged is one line of JSON for each thing, whatever was sent, and holds no secret', async (t) => {
  const ship = await world()
  const lines: string[] = []
  t.mock.method(process.stderr, 'write', (chunk: string | Buffer) => lines.push(String(chunk)) > 0)
  const settings = {
    url: 'http://localhost:8080',
    trusted_proxies: [],
    log_level: 'debug',
    secret: ship.secret,
  }
  const app = await buildApp(settings, ship)
  const { token } = await createToken(ship.as({ kind: 'cli', id: null, name: 'cli' }), {
    name: 'ci',
    scopes: ['admin'],
  })
  const canary = 'c4nary-c4nary-c4nary'
  const injected = `\n{"level":60,"msg":"forged"}\r\n\u001b[31mred\u001b[0m`
  const headers = {
    authorization: `Bearer ${canary}`,
    cookie: `shiplog=${canary}`,
    'user-agent': canary,
    'x-hub-signature-256': canary,
  }
  for (const url of [
    '/nosuch',
    '/admin',
    '/api/v1/tokens',
    `/api/v1/incidents?token=${canary}&cursor=x`,
    `/invitation/${canary}`,
    `/setup?token=${canary}`,
  ]) {
    await app.inject({ url, headers })
    await app.inject({
      url: `${url.split('?')[0]}/${encodeURIComponent(injected)}`,
      headers: { 'user-agent': 'x' },
    })
  }
  const form = { origin: settings.url, 'content-type': 'application/x-www-form-urlencoded' }
  await app.inject({
    method: 'POST',
    url: '/login',
    headers: { ...headers, ...form },
    payload: `email=a%0A${canary}&password=${canary}`,
  })
  await app.inject({ method: 'POST', url: '/api/v1/events', headers, payload: `{"type":"${canary}"}` })
  await app.inject({
    method: 'POST',
    url: '/api/v1/incidents',
    headers: { authorization: `Bearer ${token}` },
    payload: { title: 7, body: canary },
  })
  await ship.db.destroy()
  await app.inject({ url: '/api/v1/tokens', headers: { authorization: `Bearer ${token}` } })
  t.mock.restoreAll()
  const telling = lines.find((line) => line.includes(canary)) ?? ''
  const text = lines.join('')
  assert.ok(lines.length > 5, 'something is logged')
  for (const line of text.trimEnd().split('\n')) assert.equal(typeof JSON.parse(line).level, 'number', line)
  assert.doesNotMatch(text, /"level":60/)
  assert.ok(!text.includes('\u001b'))
  assert.equal(telling, '')
  assert.ok(!text.includes(token.slice(4)))
})

test('a fault of ours is told with a name for it, and with nothing of the inside', async () => {
  const ship = await world()
  const { app, inject } = await startTestApp(ship)
  app.addHook('preHandler', async () => {
    throw Object.assign(new TypeError('c0nfidential'), { path: '/etc/shiplog', sql: 'select c0nfidential' })
  })
  for (const url of ['/api/v1/incidents', '/', '/history.atom', '/nosuch']) {
    const { statusCode, body, headers } = await inject(url)
    assert.ok(statusCode === 500 || statusCode === 404, url)
    assert.doesNotMatch(body, /c0nfidential|etc\/shiplog|TypeError|\.ts:\d/)
    if (url.startsWith('/api'))
      assert.deepEqual(Object.keys(JSON.parse(body)), ['type', 'title', 'status', 'detail', 'request_id'])
    assert.ok(headers['x-content-type-options'])
  }
})
