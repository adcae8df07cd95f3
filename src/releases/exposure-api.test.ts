import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'

async function harbour() {
  const shop = await northwind()
  const server = await startTestApp(shop.ship)
  const authorization = await server.token('releases:write')
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: unknown,
    more: object = {},
  ) => {
    const headers = { authorization, ...more }
    const body = payload === undefined ? {} : { payload: payload as object }
    const answer = await server.inject({ method, url: `/api/v1/releases${url}`, headers, ...body })
    return { status: answer.statusCode, body: answer.json() }
  }
  const { ship, say } = shop
  const canary = async () => {
    await shop.release('checkout', '2.0')
    ship.wait(60)
    const id = await say('checkout', 'release.succeeded', { version: '2.1', percent: 10 })
    ship.wait(18)
    return id
  }
  return { ...shop, server, call, canary }
}

test('a token promotes a canary step by step, and reads its steps', async () => {
  const { call, canary, ship } = await harbour()
  const id = await canary()
  const half = await call('POST', `/${id}/exposure`, { percent: 50, reason: 'Quiet so far' })
  assert.deepEqual([half.status, half.body.state, half.body.percent], [201, 'canary', 50])
  ship.wait(42)
  assert.equal((await call('POST', `/${id}/exposure`, { percent: 100 })).body.state, 'succeeded')
  const { body } = await call('GET', `/${id}`)
  assert.deepEqual(
    body.steps.map(({ percent, dark, until }: Record<string, unknown>) => [percent, dark, until !== null]),
    [
      [10, false, true],
      [50, false, true],
      [100, false, false],
    ],
  )
  assert.equal(body.most_percent, 100)
})

test('the same call twice with one key changes the exposure once', async () => {
  const { call, canary } = await harbour()
  const id = await canary()
  const key = { 'idempotency-key': 'one' }
  const first = await call('POST', `/${id}/exposure`, { percent: 50 }, key)
  const second = await call('POST', `/${id}/exposure`, { percent: 50 }, key)
  assert.deepEqual(second, first)
  assert.equal((await call('POST', `/${id}/exposure`, { percent: 50 })).status, 409)
})

test('a percent that is none is refused beside its field, what cannot change in plain words', async () => {
  const { call, canary } = await harbour()
  const id = await canary()
  for (const percent of [-1, 101, 12.5, '10 %', null, true]) {
    const { status, body } = await call('POST', `/${id}/exposure`, { percent })
    assert.equal(status, 422, String(percent))
    assert.match(JSON.stringify(body), /Give a whole number from 0 to 100\./, String(percent))
  }
  assert.equal((await call('POST', `/${id}/exposure`, {})).status, 422)
  assert.equal((await call('POST', '/nothing/exposure', { percent: 10 })).status, 404)
  await call('POST', `/${id}/exposure`, { percent: 100 })
  const again = await call('POST', `/${id}/exposure`, { percent: 100 })
  assert.deepEqual([again.status, /^Everybody has it already/.test(again.body.detail)], [409, true])
  const back = await call('POST', `/${id}/exposure`, { percent: 0 })
  assert.deepEqual(
    [back.status, back.body.detail],
    [409, 'Everybody has it already. To take it back, roll it back.'],
  )
})

test('to change anything takes a token that may', async () => {
  const { server, canary } = await harbour()
  const id = await canary()
  const headers = { authorization: await server.token('releases:read') }
  for (const [method, url, payload] of [
    ['POST', `/api/v1/releases/${id}/exposure`, { percent: 100 }],
    ['PUT', `/api/v1/releases/${id}/drill`, { drill: true }],
    ['DELETE', `/api/v1/releases/${id}/drill`, undefined],
  ] as const) {
    assert.equal(
      (await server.inject({ method, url, headers, ...(payload && { payload }) })).statusCode,
      403,
      url,
    )
    assert.equal((await server.inject({ method, url, ...(payload && { payload }) })).statusCode, 401, url)
  }
})

test('a drill is recorded by hand, marked afterwards, and taken back', async () => {
  const { call, release, ship } = await harbour()
  await release('checkout', '2.0')
  ship.wait(60)
  await release('checkout', '2.1')
  ship.wait(60)
  const recorded = await call('POST', '', {
    component: 'checkout',
    version: '2.0',
    drill: true,
    minutes_taken: 3,
  })
  assert.deepEqual([recorded.status, recorded.body.kind], [201, 'rollback'])
  assert.ok(recorded.body.drill_at)
  assert.deepEqual(recorded.body.warnings, [])
  const { id } = recorded.body
  assert.equal((await call('PUT', `/${id}/drill`, { drill: false })).body.drill_at, null)
  assert.ok((await call('DELETE', `/${id}/drill`)).body.drill_at)
  assert.equal((await call('PUT', `/${id}/drill`, { drill: 'maybe' })).status, 422)
})

test('a deploy is no drill, by hand or afterwards, and nothing of it is kept', async () => {
  const { call, release } = await harbour()
  const id = await release('checkout', '2.0')
  const made = await call('POST', '', { component: 'checkout', version: '2.1', drill: true })
  assert.deepEqual(
    [made.status, made.body.detail],
    [422, 'Only a rollback can be a drill, and this goes forward.'],
  )
  assert.equal((await call('GET', '')).body.data.length, 1)
  const marked = await call('PUT', `/${id}/drill`, { drill: true })
  assert.deepEqual([marked.status, marked.body.detail], [409, 'Only a rollback can be a drill.'])
})

test('a drill while an incident is open on its component is kept, with a warning', async () => {
  const { call, release, ship } = await harbour()
  await release('checkout', '2.0')
  ship.wait(60)
  await release('checkout', '2.1')
  ship.wait(60)
  const trouble = (component: string) =>
    declareIncident(ship, {
      title: `Trouble with ${component}`,
      body: 'We look into it.',
      cause: 'unknown',
      components: [{ component, status: 'partial_outage' }],
    })
  await trouble('storefront')
  await trouble('checkout')
  ship.wait(5)
  const { status, body } = await call('POST', '', { component: 'checkout', version: '2.0', drill: true })
  assert.equal(status, 201)
  assert.deepEqual(body.warnings, [
    {
      code: 'drill_during_incident',
      words: '“Trouble with checkout” was open on this component: was it really a drill?',
    },
  ])
  assert.deepEqual((await call('PUT', `/${body.id}/drill`, { drill: false })).body.warnings, [])
})
