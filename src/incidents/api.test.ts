import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { declareIncident } from './actions.ts'
import type { NewIncident } from './model.ts'

const cardsFail = {
  title: 'Card payments fail',
  body: 'We are looking into it.',
  components: [{ component: 'checkout', status: 'partial_outage' }],
}

test('a token declares, tells, mends, resolves, deletes and restores', async () => {
  const { call } = await desk()
  const made = await call('POST', '/api/v1/incidents', { ...cardsFail, notify: true, colour: 'ignored' })
  assert.equal(made.status, 201)
  const { id } = made.body
  assert.deepEqual(
    [made.body.state, made.body.impact, made.body.cause, made.body.components[0].slug],
    ['investigating', 'major', 'unknown', 'checkout'],
  )
  const at = `/api/v1/incidents/${id}`
  const told = await call('POST', `${at}/updates`, {
    state: 'identified',
    body: 'Found.',
    components: [{ component: 'checkout', status: 'degraded_performance' }],
    next_update_at: '2026-11-23T14:30:00+02:00',
  })
  assert.deepEqual(
    [told.status, told.body.next_update_at, told.body.components[0].new_status],
    [201, '2026-11-23T12:30:00.000Z', 'degraded_performance'],
  )
  const mended = await call('PATCH', `${at}/updates/${told.body.id}`, { body: 'Found it.', version: 1 })
  assert.equal(mended.body.body, 'Found it.')
  const edited = await call('PATCH', at, { title: 'Some cards fail', impact: 'critical', version: 2 })
  assert.deepEqual([edited.body.title, edited.body.impact], ['Some cards fail', 'critical'])

  const solved = { state: 'resolved', body: 'Over.', remedy: 'rolled_forward', remedy_reason: 'No way back.' }
  assert.equal((await call('POST', `${at}/updates`, solved)).status, 201)
  const whole = await call('GET', at)
  assert.deepEqual(
    [whole.body.state, whole.body.remedy, whole.body.components[0].status, whole.body.updates.length],
    ['resolved', 'rolled_forward', 'operational', 3],
  )
  assert.equal((await call('DELETE', `${at}/updates/${told.body.id}`)).status, 204)
  assert.equal((await call('DELETE', at)).status, 204)
  assert.deepEqual((await call('GET', '/api/v1/incidents')).body.data, [])
  assert.equal((await call('POST', `${at}/updates`, { body: 'Hello?' })).status, 410)
  assert.equal((await call('POST', `${at}/restoration`)).status, 200)
  assert.equal((await call('GET', '/api/v1/incidents?show=resolved')).body.data.length, 1)
})

test('the same Idempotency-Key declares once', async () => {
  const { call } = await desk()
  const first = await call('POST', '/api/v1/incidents', cardsFail, { 'idempotency-key': 'page-42' })
  const again = await call('POST', '/api/v1/incidents', cardsFail, { 'idempotency-key': 'page-42' })
  assert.deepEqual([again.status, again.body.id], [201, first.body.id])
  assert.equal((await call('GET', '/api/v1/incidents')).body.data.length, 1)
})

test('what cannot stand is answered with the field and a sentence', async () => {
  const { call } = await desk()
  const wrong: [object, string][] = [
    [{ ...cardsFail, title: '' }, 'title'],
    [{ title: 'x' }, 'body'],
    [{ ...cardsFail, components: [{ component: 'checkout', status: 'broken' }] }, 'components.0.status'],
    [{ ...cardsFail, components: [{ component: 'till', status: 'major_outage' }] }, 'components'],
    [{ ...cardsFail, cause: 'release' }, 'cause_release_id'],
    [{ ...cardsFail, started_at: 'at noon' }, 'started_at'],
  ]
  for (const [body, field] of wrong) {
    const answer = await call('POST', '/api/v1/incidents', body)
    assert.equal(answer.status, 422, field)
    assert.ok(field in answer.body.errors, JSON.stringify(answer.body))
  }
  assert.equal((await call('GET', '/api/v1/incidents/never')).status, 404)
  const { id } = (await call('POST', '/api/v1/incidents', cardsFail)).body
  const stale = await call('PATCH', `/api/v1/incidents/${id}`, { title: 'Late', version: 0 })
  assert.deepEqual([stale.status, stale.body.current.title], [409, 'Card payments fail'])
  const forward = { state: 'monitoring', body: 'Fixed.', remedy: 'rolled_forward' }
  const answer = await call('POST', `/api/v1/incidents/${id}/updates`, forward)
  assert.deepEqual([answer.status, Object.keys(answer.body.errors)], [422, ['remedy_reason']])
})

test('suspects are told with their reasons, for a moment or for an incident', async () => {
  const { call, ship } = await desk()
  assert.deepEqual((await call('GET', '/api/v1/suspects?components=checkout')).body, { data: [] })
  assert.equal((await call('GET', '/api/v1/suspects?components=till')).status, 404)
  const { id } = (await call('POST', '/api/v1/incidents', cardsFail)).body
  assert.deepEqual((await call('GET', `/api/v1/incidents/${id}/suspects`)).body, { data: [] })
  await recordByHand(ship, { component: 'checkout', version: '2.14.0', at: '2026-11-23T11:56:00.000Z' })
  const reasons = async (query: string) => {
    const { data } = (await call('GET', `/api/v1/suspects${query}`)).body
    return data.map((one: { version: string; reason: string }) => [one.version, one.reason])
  }
  const near = 'reached customers 11:56, 4 min before the start'
  assert.deepEqual(await reasons('?components=checkout'), [['2.14.0', `${near}, on an affected component`]])
  assert.deepEqual(await reasons(''), [['2.14.0', near]])
})

test('without a token the public projection is told: nobody’s name, no private component', async () => {
  const { ship, server } = await desk()
  const vault = await createComponent(ship, { name: 'Vault', visibility: 'private' })
  const both = [...cardsFail.components, { component: 'vault', status: 'major_outage' }]
  const incident = await declareIncident(ship, { ...cardsFail, components: both } as NewIncident)
  const secret = [{ component: vault.id, status: 'major_outage' as const }]
  const hidden = await declareIncident(ship, { title: 'Vault', body: 'Hush.', components: secret })
  const list = await server.inject({ method: 'GET', url: '/api/v1/incidents' })
  assert.equal(list.statusCode, 200)
  assert.equal(list.headers['access-control-allow-origin'], '*')
  assert.deepEqual(
    list.json().data.map((one: { id: string }) => one.id),
    [incident.id],
  )
  const one = await server.inject({ method: 'GET', url: `/api/v1/incidents/${incident.id}` })
  assert.doesNotMatch(one.body, /Vault|actor_name|Ada/)
  assert.equal(one.json().impact, 'major')
  assert.equal(
    (await server.inject({ method: 'GET', url: `/api/v1/incidents/${hidden.id}` })).statusCode,
    404,
  )
})

test('nobody writes without a token that may', async () => {
  const { server } = await desk()
  const authorization = await server.token('incidents:read')
  const post = { method: 'POST' as const, url: '/api/v1/incidents', payload: cardsFail }
  assert.equal((await server.inject(post)).statusCode, 401)
  assert.equal((await server.inject({ ...post, headers: { authorization } })).statusCode, 403)
})

async function desk() {
  const ship = await world()
  await createComponent(ship, { name: 'Checkout' })
  const server = await startTestApp(ship)
  const authorization = await server.token('incidents:read', 'incidents:write')
  type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
  const call = async (method: Method, url: string, payload?: object, headers: object = {}) => {
    const sent = { method, url, headers: { authorization, ...headers }, ...(payload && { payload }) }
    const answer = await server.inject(sent)
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
  }
  return { ship, server, call }
}

test('an incident began in our time, whatever a calendar can write', async () => {
  const server = await startTestApp(await world())
  const authorization = await server.token('incidents:write')
  for (const started_at of ['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '2026-13-01T00:00:00Z', 'soon']) {
    const payload = { title: 'It broke', body: 'We look.', started_at }
    const answer = await server.inject({
      method: 'POST',
      url: '/api/v1/incidents',
      headers: { authorization },
      payload,
    })
    assert.equal(answer.statusCode, 422, started_at)
    assert.ok(answer.json().errors.started_at, started_at)
  }
})
