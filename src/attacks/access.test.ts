import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Scope, scopes } from '../accounts/model.ts'
import { declareIncident } from '../incidents/actions.ts'
import { createSource, mapService } from '../sources/actions.ts'
import { fingerprint, type Harbour, harbour } from '../testing/harbour.ts'

type Route = { method: string; url: string }

/** Where it is noted that somebody was there. */
const visits = ['sessions', 'api_tokens', 'login_failures']
const nothing = [400, 401, 404, 410, 413, 415, 422]

function filled(url: string, ...ids: string[]) {
  let at = 0
  return url.replace(/:\w+/g, () => ids[Math.min(at++, ids.length - 1)] ?? '')
}

/** Asks as whoever may do everything, the way that the address is meant for. */
async function allPowerful({ server }: Harbour) {
  const admin = await server.signedIn('admin')
  const authorization = await server.token('admin')
  return (method: string, url: string) => {
    const payload = method === 'GET' || method === 'DELETE' ? {} : { payload: {} }
    if (url.startsWith('/api/'))
      return server.inject({ method: method as 'GET', url, headers: { authorization }, ...payload })
    return method === 'GET' ? admin.get(url) : admin.post(url)
  }
}

const isWalked = ({ method }: Route) => method !== 'HEAD' && method !== 'OPTIONS'

test('an id that is none, or of another kind, opens nothing and changes nothing, whoever asks', async () => {
  const town = await harbour()
  const { ship, server, ids } = town
  const ask = await allPowerful(town)
  const kinds = { components: ids.incident, badge: ids.incident, groups: ids.component }
  const before = await fingerprint(ship, visits)
  const open: string[] = []
  for (const { method, url } of server.routes.filter(isWalked)) {
    if (!url.includes('/:')) continue
    const noun = url.split('/').find((part) => part in kinds)
    const other = noun ? kinds[noun as keyof typeof kinds] : ids.component
    for (const id of [':id', 'undefined', 'null', '-1', other]) {
      const { statusCode } = await ask(method, filled(url, id))
      // unknown badges are grey, as private ones are; and of a form that nobody sent just that is told
      const says = /^\/(?:badge|admin\/sent)\//.test(url)
      const grey = says && statusCode === 200
      if (!grey && !nothing.includes(statusCode)) open.push(`${statusCode} ${method} ${filled(url, id)}`)
    }
  }
  assert.deepEqual(open, [])
  assert.deepEqual(await fingerprint(ship, visits), before)
})

test('a part of one thing is not reached by way of another one', async () => {
  const town = await harbour()
  const { ship, server, ids } = town
  const elsewhere = await declareIncident(ship, { title: 'Another', body: 'We look.', state: 'resolved' })
  const other = await createSource(ship, { name: 'Other', kind: 'github' })
  await mapService(ship, ids.source, { service: 'till', component: 'checkout' })
  const [rule] = await ship.db.selectFrom('source_rules').select('id').execute()
  const [update] = await ship.db
    .selectFrom('incident_updates')
    .select('id')
    .where('incident_id', '=', ids.incident)
    .execute()
  const parts: [RegExp, string, string][] = [
    [/:update/, elsewhere.id, update?.id ?? ''],
    [/:note/, elsewhere.id, ids.note],
    [/:rule/, other.source.id, rule?.id ?? ''],
  ]
  const ask = await allPowerful(town)
  const before = await fingerprint(ship, visits)
  let walked = 0
  for (const { method, url } of server.routes.filter(isWalked)) {
    if ((url.match(/\/:/g) ?? []).length < 2) continue
    const [, parent = '', part = ''] = parts.find(([name]) => name.test(url)) ?? []
    assert.ok(part, `say what part ${url} has, so that it is tried by way of another whole`)
    assert.ok(nothing.includes((await ask(method, filled(url, parent, part))).statusCode), `${method} ${url}`)
    walked += 1
  }
  assert.ok(walked >= 10)
  assert.deepEqual(await fingerprint(ship, visits), before)
})

test('each scope of a token opens what is its own, and nothing else', async () => {
  const { server } = await harbour()
  const opened = (scope: Scope, needed: Scope) =>
    scope === 'admin' || scope === needed || scope.replace(':write', ':read') === needed
  for (const scope of scopes) {
    const authorization = await server.token(scope)
    for (const { method, url, policy } of server.routes.filter(isWalked)) {
      if (policy.who !== 'token' && policy.who !== 'anyone-or-token') continue
      const payload = method === 'GET' || method === 'DELETE' ? {} : { payload: {} }
      const headers = { authorization }
      const answer = await server.inject({
        method: method as 'GET',
        url: filled(url, 'nosuchthing0'),
        headers,
        ...payload,
      })
      assert.equal(answer.statusCode !== 403, opened(scope, policy.scope), `${scope} at ${method} ${url}`)
    }
  }
})

test('a token in the query string, a cookie or a form is no token, and neither is half of one', async () => {
  const { server } = await harbour()
  const bearer = await server.token('admin')
  const token = bearer.replace('Bearer ', '')
  const names = ['access_token', 'token', 'api_key', 'authorization', 'key']
  for (const name of names) {
    for (const headers of [{}, { cookie: `${name}=${token}; shiplog=${token}` }]) {
      const answer = await server.inject({ url: `/api/v1/tokens?${name}=${token}`, headers })
      assert.equal(answer.statusCode, 401)
      assert.ok(!answer.body.includes(token))
    }
  }
  for (const authorization of [
    token,
    `Basic ${token}`,
    bearer.slice(0, -1),
    `${bearer}x`,
    `Bearer  ${token}`,
    `${bearer}, ${bearer}`,
  ]) {
    assert.equal((await server.inject({ url: '/api/v1/tokens', headers: { authorization } })).statusCode, 401)
  }
})

test('what nobody may say of a thing is dropped or refused: ids, times, roles, makers and prototypes', async () => {
  const { ship, server } = await harbour()
  const authorization = await server.token('components:write')
  const taken = {
    id: 'ownidownid00',
    created_at: '1999-01-01T00:00:00.000Z',
    created_by: 'x',
    version: 99,
    archived_at: 'x',
    role: 'admin',
  }
  const payload = JSON.stringify({ name: 'Assigned', ...taken }).replace(
    /}$/,
    ',"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  )
  const json = { authorization, 'content-type': 'application/json' }
  const made = await server.inject({ method: 'POST', url: '/api/v1/components', headers: json, payload })
  assert.equal(made.statusCode, 201)
  const row = await ship.db
    .selectFrom('components')
    .selectAll()
    .where('slug', '=', 'assigned')
    .executeTakeFirstOrThrow()
  for (const [name, value] of Object.entries(row))
    assert.notEqual(value, taken[name as keyof typeof taken] ?? 'never', name)
  assert.equal(({} as { admin?: unknown }).admin, undefined)

  const viewer = await server.signedIn('viewer')
  await viewer.post('/admin/account/name', {
    name: 'Vi',
    role: 'admin',
    id: taken.id,
    disabled_at: 'x',
    email: 'ada@x.test',
  })
  const me = await ship.db
    .selectFrom('users')
    .select(['role', 'email', 'name'])
    .where('name', '=', 'Vi')
    .executeTakeFirst()
  assert.deepEqual([me?.role, me?.email.startsWith('viewer')], ['viewer', true])
})
