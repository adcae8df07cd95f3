import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

async function harbour() {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  await createComponent(ship, { name: 'Search' })
  const server = await startTestApp(ship)
  const authorization = await server.token('releases:write')
  type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
  const call = async (method: Method, url: string, payload?: object, more: Record<string, string> = {}) => {
    const headers = { authorization, ...more }
    const answer = await server.inject({ method, url, headers, ...(payload && { payload }) })
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
  }
  const record = async (version: string, more: object = {}) => {
    ship.wait(10)
    return (await call('POST', '/api/v1/releases', { component: 'shop', version, ...more })).body
  }
  return { ship, server, call, record }
}

test('a token records releases and rollbacks, and reads them back newest first', async () => {
  const { call, record } = await harbour()
  const first = await record('v1', { commit: '28e3a861', minutes_taken: 4 })
  const second = await record('v2')
  const back = await record('v1')
  assert.deepEqual([first.took_seconds, first.component.slug, first.environment], [240, 'shop', 'production'])
  assert.deepEqual([back.kind, back.kind_by, back.reverts_release_id], ['rollback', 'history', second.id])
  const { body } = await call('GET', '/api/v1/releases')
  assert.deepEqual(
    body.data.map((release: { id: string }) => release.id),
    [back.id, second.id, first.id],
  )
  assert.equal((await call('GET', `/api/v1/releases/${second.id}`)).body.state, 'rolled_back')
})

test('the list is filtered, and paged by a cursor', async () => {
  const { call, record } = await harbour()
  for (const version of ['v1', 'v2', 'v3']) await record(version)
  await record('s1', { component: 'search', environment: 'Staging' })
  const versions = async (query: string) => {
    const { body } = await call('GET', `/api/v1/releases?${query}`)
    return [body.data.map((release: { version: string }) => release.version).join(' '), body.next_cursor]
  }
  assert.deepEqual(await versions('component=search'), ['s1', null])
  assert.deepEqual(await versions('environment=prod&state=succeeded'), ['v3 v2 v1', null])
  assert.deepEqual(await versions('state=lost'), ['', null])
  const [first, cursor] = await versions('component=shop&limit=2')
  assert.equal(first, 'v3 v2')
  assert.deepEqual(await versions(`component=shop&limit=2&cursor=${cursor}`), ['v1', null])
  assert.equal((await call('GET', '/api/v1/releases?cursor=nothing')).status, 404)
  assert.equal((await call('GET', '/api/v1/releases?state=sunk')).status, 422)
  assert.equal((await call('GET', '/api/v1/releases?limit=101')).status, 422)
})

test('the kind is corrected, and the correction taken back', async () => {
  const { call, record } = await harbour()
  await record('v1')
  await record('v2')
  const { id } = await record('v1')
  const kind = `/api/v1/releases/${id}/kind`
  assert.deepEqual((await call('PUT', kind, { kind: 'deploy' })).body.kind_by, 'operator')
  assert.deepEqual((await call('DELETE', kind)).body.kind, 'rollback')
  assert.equal((await call('PUT', kind, { kind: 'shipwreck' })).status, 422)
  assert.equal((await call('PUT', '/api/v1/releases/nothing/kind', { kind: 'deploy' })).status, 404)
})

test('the same key twice records one release', async () => {
  const { call } = await harbour()
  const key = { 'idempotency-key': 'k1' }
  const first = await call('POST', '/api/v1/releases', { component: 'shop', version: 'v1' }, key)
  const second = await call('POST', '/api/v1/releases', { component: 'shop', version: 'v1' }, key)
  assert.deepEqual([first.status, second.status, second.body.id], [201, 201, first.body.id])
  assert.equal((await call('GET', '/api/v1/releases')).body.data.length, 1)
})

test('what does not fit is refused in words, and leaves nothing behind', async () => {
  const { ship, call } = await harbour()
  const refused = async (body: object) => (await call('POST', '/api/v1/releases', body)).status
  assert.equal(await refused({ component: 'shop' }), 422)
  assert.equal(await refused({ component: 'shop', version: 'v'.repeat(201) }), 422)
  assert.equal(await refused({ component: 'shop', version: 'v1', at: 'yesterday' }), 422)
  assert.equal(await refused({ component: 'shop', version: 'v1', at: '2027-01-01T00:00:00Z' }), 422)
  assert.equal(await refused({ component: 'nothing', version: 'v1' }), 404)
  assert.deepEqual(await ship.db.selectFrom('releases').select('id').execute(), [])
})

test('an admin token says what an environment is for; another may only look', async () => {
  const { server, call } = await harbour()
  const list = (await call('GET', '/api/v1/environments')).body.data
  assert.deepEqual(list[0].name, 'production')
  const tier = { tier: 'production' }
  assert.equal((await call('PUT', '/api/v1/environments/staging', tier)).status, 403)
  const authorization = await server.token('admin')
  const changed = await call('PUT', '/api/v1/environments/staging', tier, { authorization })
  assert.deepEqual([changed.status, changed.body.tier], [200, 'production'])
  assert.equal((await call('PUT', '/api/v1/environments/nowhere', tier, { authorization })).status, 404)
})

test('without a token only what customers may see, and never who it was', async () => {
  const { ship, server, record } = await harbour()
  await record('v1', { message: 'secret words', reason: 'secret reason' })
  const { id } = await record('v2')
  await record('v1')
  await record('s1', { component: 'search', environment: 'staging' })
  const seen = async (url: string) => server.inject({ method: 'GET', url })
  const all = await seen('/api/v1/releases?component=shop')
  assert.equal(all.json().data.length, 3)
  assert.doesNotMatch(all.body, /secret|actor_name|run_key|hand/)
  assert.equal(all.headers['access-control-allow-origin'], '*')
  assert.equal((await seen(`/api/v1/releases/${id}`)).json().state, 'rolled_back')
  assert.deepEqual((await seen('/api/v1/releases?environment=staging')).json().data, [])
  const rollbacks = (await seen('/api/v1/rollbacks?limit=5')).json().data
  assert.deepEqual(
    rollbacks.map((rollback: { reverts_release_id: string }) => rollback.reverts_release_id),
    [id],
  )
  assert.equal((await seen('/api/v1/releases/nothing')).statusCode, 404)
  assert.equal((await seen('/api/v1/environments')).statusCode, 401)
  await createComponent(ship, { name: 'Vault', visibility: 'private' })
  const hidden = await seen('/api/v1/releases?component=vault')
  const never = await seen('/api/v1/releases?component=never')
  assert.deepEqual([hidden.statusCode, hidden.body], [never.statusCode, never.body])
  const authorization = await server.token('components:read')
  const poor = await server.inject({ method: 'GET', url: '/api/v1/releases', headers: { authorization } })
  assert.equal(poor.statusCode, 403)
})

test('a release by hand went live in our time', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  const server = await startTestApp(ship)
  const authorization = await server.token('releases:write')
  for (const at of ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00+14:00', '1969-12-31T23:59:59Z']) {
    const payload = { component: 'shop', version: '1', at }
    const answer = await server.inject({
      method: 'POST',
      url: '/api/v1/releases',
      headers: { authorization },
      payload,
    })
    assert.equal(answer.statusCode, 422, at)
    assert.ok(answer.json().errors.at, at)
  }
})
