import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp, type TestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import type { Policy } from './guard.ts'
import { type Role, reaches, roles, type Scope } from './model.ts'

type Walked = { method: string; url: string; policy: Policy }

/** Every route of the real server, with placeholders filled by an id that nothing has. */
async function everyRoute(): Promise<{ server: TestApp; walked: Walked[] }> {
  const server = await startTestApp(await world())
  const walked = server.routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url, policy }) => ({
      method,
      url: url.replace(/:\w+/g, 'nosuchthing0').replace('*', 'x'),
      policy,
    }))
  return { server, walked }
}

test('a route without a policy stops the start', async () => {
  const { app } = await startTestApp(await world())
  assert.throws(() => app.get('/forgotten', () => 'open'), /states no policy|already listening/)
})

test('every operator page is shut to visitors and to each role below its own', async () => {
  const { server, walked } = await everyRoute()
  const clients = Object.fromEntries(
    await Promise.all(roles.map(async (role) => [role, await server.signedIn(role)] as const)),
  ) as Record<Role, Awaited<ReturnType<TestApp['signedIn']>>>
  const pages = walked.filter(({ policy }) => policy.who === 'operator')
  assert.ok(pages.length > 8)
  for (const { method, url, policy } of pages) {
    if (policy.who !== 'operator' || url === '/logout') continue
    const stranger = server.newBrowser()
    const shut = method === 'GET' ? await stranger.get(url) : await stranger.post(url)
    assert.ok(
      [303, 401, 403].includes(shut.statusCode),
      `${method} ${url} let a visitor in: ${shut.statusCode}`,
    )
    if (shut.statusCode === 303) assert.match(String(shut.headers.location), /^\/login/)
    for (const role of roles) {
      const answer = method === 'GET' ? await clients[role].get(url) : await clients[role].post(url)
      const refused = answer.statusCode === 403
      assert.equal(refused, !reaches(role, policy.role), `${method} ${url} as ${role}: ${answer.statusCode}`)
      assert.ok(answer.statusCode < 500, `${method} ${url} as ${role}: ${answer.statusCode}`)
    }
  }
})

test('every API route is shut without a token and with one of another scope, and open with its own', async () => {
  const { server, walked } = await everyRoute()
  const routes = walked.filter(({ policy }) => policy.who === 'token' || policy.who === 'anyone-or-token')
  for (const { method, url, policy } of routes) {
    if (policy.who !== 'token' && policy.who !== 'anyone-or-token') continue
    const ask = (authorization?: string) =>
      server.inject({
        method: method as 'GET',
        url,
        headers: authorization ? { authorization } : {},
        ...(method === 'GET' || method === 'DELETE' ? {} : { payload: {} }),
      })
    const where = `${method} ${url}`
    if (policy.who === 'token') assert.equal((await ask()).statusCode, 401, where)
    assert.equal((await ask('Bearer shl_wrong')).statusCode, 401, where)
    const other: Scope = policy.scope.startsWith('journal') ? 'components:read' : 'journal:read'
    assert.equal((await ask(await server.token(other))).statusCode, 403, where)
    const own = await ask(await server.token(policy.scope))
    assert.ok(![401, 403].includes(own.statusCode) && own.statusCode < 500, `${where}: ${own.statusCode}`)
    assert.equal(own.headers['cache-control'], own.statusCode < 400 ? 'private, no-store' : 'no-store', where)
  }
})

test('the right to write a thing includes reading it, and never more than that', async () => {
  const { server } = await everyRoute()
  const authorization = await server.token('components:write')
  assert.equal((await server.inject({ url: '/api/v1/journal', headers: { authorization } })).statusCode, 403)
})

test('a token in the query string is no token', async () => {
  const { server } = await everyRoute()
  const token = (await server.token('admin')).replace('Bearer ', '')
  assert.equal((await server.inject(`/api/v1/tokens?access_token=${token}&token=${token}`)).statusCode, 401)
})

test('a session does not open the API', async () => {
  const { server } = await everyRoute()
  const admin = await server.signedIn('admin')
  assert.equal((await admin.get('/api/v1/tokens')).statusCode, 401)
})

const foreign: [string, Record<string, string>][] = [
  ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8080' }],
  ['from a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:8080' }],
  ['with the origin null', { origin: 'null' }],
  ['from another origin', { origin: 'http://localhost:9090' }],
  ['without any origin', {}],
]
for (const [how, headers] of foreign) {
  test(`a form ${how} is refused, and nothing is done`, async () => {
    const ship = await world()
    const server = await startTestApp(ship)
    const admin = await server.signedIn('admin')
    const fields = { name: 'Hijacked', time_zone: 'UTC', version: '0' }
    const answer = await admin.post('/admin/settings', fields, { origin: undefined, ...headers })
    assert.equal(answer.statusCode, 403)
    assert.equal((await ship.db.selectFrom('site').select('name').executeTakeFirst())?.name, 'Status')
  })
}

test('a form needs the token of its own session: none, empty, twice or another’s is refused', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const [admin, other] = [await server.signedIn('admin'), await server.signedIn('admin')]
  const fields = { name: 'Northwind', time_zone: 'UTC', version: '0' }
  for (const _csrf of [[], '', [admin.csrf(), admin.csrf()], other.csrf()]) {
    assert.equal((await admin.post('/admin/settings', { ...fields, _csrf })).statusCode, 403)
  }
  assert.equal((await admin.post('/admin/settings', fields)).statusCode, 303)
})

test('a form posted twice acts once, and both see the same answer', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  const fields = { name: 'Northwind', time_zone: 'UTC', version: '0', _form: 'once00000000' }
  const answers = await Promise.all([1, 2, 3].map(() => admin.post('/admin/settings', fields)))
  assert.deepEqual(
    answers.map((answer) => answer.statusCode),
    [303, 303, 303],
  )
  const lines = await ship.db.selectFrom('journal').select('id').where('action', '=', 'site.edited').execute()
  assert.equal(lines.length, 1)
})

test('every answer carries the security headers, errors included', async () => {
  const { server } = await everyRoute()
  for (const url of [
    '/',
    '/login',
    '/nosuchpage',
    '/api/v1/tokens',
    '/assets/none.css',
    '/%00',
    '/admin/incidents',
  ]) {
    const { headers } = await server.inject(url)
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/, url)
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|upgrade-insecure/, url)
    assert.equal(headers['x-content-type-options'], 'nosniff', url)
    assert.equal(headers['referrer-policy'], 'same-origin', url)
    assert.equal(headers['strict-transport-security'], undefined, url)
    assert.equal(headers.server, undefined, url)
  }
})
