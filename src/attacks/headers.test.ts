import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { startWithFront } from '../testing/front.ts'
import { harbour } from '../testing/harbour.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

type Headers = Record<string, unknown>

/** Other pages may show this one; and a logo is a picture with a policy that is stricter still. */
const framed = /^\/embed\/frame/

/** A badge of what is not there is a grey picture, which is kept as others are. */
const grey = /^\/badge/

/** What every answer says, whatever it is an answer to. */
function checkHeaders(headers: Headers, where: string) {
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /^default-src 'none'/, where)
  assert.doesNotMatch(policy, /unsafe|https?:/, where)
  assert.match(policy, framed.test(where) ? /frame-ancestors \*/ : /frame-ancestors 'none'|sandbox/, where)
  assert.equal(headers['x-content-type-options'], 'nosniff', where)
  assert.equal(headers['referrer-policy'], 'same-origin', where)
  assert.ok(headers['cross-origin-opener-policy'] || framed.test(where), where)
  assert.ok(headers['cross-origin-resource-policy'], where)
  assert.equal(headers['strict-transport-security'], undefined, where)
  for (const name of ['server', 'x-powered-by', 'via', 'x-runtime'])
    assert.equal(headers[name], undefined, where)
  const type = String(headers['content-type'] ?? '')
  if (/^text\/|javascript/.test(type)) assert.match(type, /charset=utf-8/i, where)
}

function checkAnswer({ headers, statusCode }: LightMyRequestResponse, where: string, isPublic: boolean) {
  checkHeaders(headers, where)
  const cache = String(headers['cache-control'])
  if (statusCode >= 400 && !grey.test(where)) assert.match(cache, /no-store/, `${where} ${statusCode}`)
  else if (!isPublic) assert.match(cache, /no-store/, where)
}

test('every route answers with the same headers, whoever asks and whatever comes of it', async () => {
  const { server, ids } = await harbour()
  const admin = await server.signedIn('admin')
  const stranger = server.newBrowser()
  const authorization = await server.token('admin')
  for (const { method, url, policy } of server.routes) {
    const isPublic = policy.who === 'anyone' || policy.who === 'anyone-or-token'
    for (const id of url.includes('incidents/:id') ? ['nosuchthing0', ids.incident] : ['nosuchthing0']) {
      const where = url.replace(/:\w+/g, id).replace('*', 'x')
      const get = method === 'GET' || method === 'HEAD'
      const machine = { method: method as 'GET', url: where, ...(get ? {} : { payload: {} }) }
      checkAnswer(await server.inject(machine), `${where} ${method}`, isPublic)
      if (policy.who === 'token')
        checkAnswer(await server.inject({ ...machine, headers: { authorization } }), where, false)
      if (policy.who !== 'operator' && policy.who !== 'guest') continue
      checkAnswer(await (method === 'GET' ? stranger.get(where) : stranger.post(where)), where, false)
      if (/logout|sessions\/end/.test(url)) continue
      checkAnswer(await (method === 'GET' ? admin.get(where) : admin.post(where)), where, false)
      if (!url.includes(':')) break
    }
  }
})

test('an address that no cache knows as private is no other page: endings and parts of paths are not cut off', async () => {
  const { server } = await harbour()
  const admin = await server.signedIn('admin')
  for (const tail of [
    '/x.css',
    ';.css',
    '/..%2fassets/app.css',
    '%0a.css',
    '.css',
    '%3f.css',
    '/%2e%2e/admin',
    '?.css',
  ]) {
    const answer = await admin.get(`/admin/incidents${tail}`)
    assert.match(String(answer.headers['cache-control']), /no-store/, tail)
    if (tail !== '?.css') assert.equal(answer.statusCode, 404, tail)
  }
})

test('what is too large, of another kind, unreadable or a fault of ours says the same headers, and nothing of the inside', async () => {
  const ship = await world()
  const { inject, app } = await startTestApp(ship)
  const json = { 'content-type': 'application/json' }
  const login = { method: 'POST' as const, url: '/login' }
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost:8080' }
  const answers = {
    400: await inject('/%00'),
    404: await inject('/nosuchpage'),
    413: await inject({ ...login, headers: form, payload: `a=${'b'.repeat(70_000)}` }),
    415: await inject({ ...login, headers: { ...form, ...json }, payload: '{}' }),
    422: await inject('/api/v1/incidents?limit=1e9'),
  }
  for (const [status, answer] of Object.entries(answers)) {
    assert.equal(answer.statusCode, Number(status))
    checkAnswer(answer, `a ${status}`, true)
  }
  await ship.db.destroy()
  for (const url of ['/', '/api/v1/incidents', '/history.atom', '/admin', '/login']) {
    const answer = await inject({
      url,
      headers: { cookie: 'shiplog=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
    })
    assert.equal(answer.statusCode, 500, url)
    checkAnswer(answer, url, true)
    assert.doesNotMatch(answer.body, /destroyed|kysely|node_modules|\.ts\b|at \w+ \(/i, url)
  }
  await app.close()
})

test('what is answered as it was, while the store is gone, says the same headers and how old it is', async (t) => {
  const ship = await world()
  const front = await startWithFront(ship)
  t.after(() => front.close())
  await front.ask('/')
  await ship.db.destroy()
  ship.wait(30)
  const { status, headers } = await front.ask('/')
  assert.deepEqual([status, headers.age], [200, '1800'])
  checkHeaders(headers, '/')
  const lost = await front.ask('/releases')
  assert.equal(lost.status, 500)
  checkHeaders(lost.headers, '/releases')
})

test('the check of headers speaks up when any of them is missing, or says more than it should', async () => {
  const { inject } = await startTestApp(await world())
  const { headers } = await inject('/login')
  checkHeaders(headers, '/login')
  const needed = [
    'content-security-policy',
    'x-content-type-options',
    'referrer-policy',
    'cross-origin-opener-policy',
  ]
  for (const name of needed)
    assert.throws(() => checkHeaders({ ...headers, [name]: undefined }, '/login'), name)
  const loose = String(headers['content-security-policy']).replace(
    "script-src 'self'",
    "script-src 'unsafe-inline'",
  )
  assert.throws(() => checkHeaders({ ...headers, 'content-security-policy': loose }, '/login'))
  assert.throws(() => checkHeaders({ ...headers, server: 'shiplog/0.1.0' }, '/login'))
})
