import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident, deleteIncident } from '../incidents/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { editComponent } from './actions.ts'
import { publicImpacts } from './public-impacts.ts'

const address = (component: string) => `/api/v1/components/${component}/uptime`

test('uptime is told for each window and day, with all that the formula leaves out', async () => {
  const { ship } = await northwindInTrouble()
  const { inject } = await startTestApp(ship)
  const answer = await inject(address('checkout'))
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  const { component, windows, days } = answer.json()
  assert.equal(component.slug, 'checkout')
  assert.deepEqual(
    windows.map((one: { window: string }) => one.window),
    ['24h', '7d', '30d', '90d', '365d'],
  )
  // 29 min of a partial outage today, 20 min of a major one on the first of November
  const [day, , , quarter, year] = windows
  assert.equal(day.seconds.partial_outage, 29 * 60)
  assert.equal(day.uptime, 1 - (0.3 * 29) / (24 * 60))
  assert.equal(quarter.seconds.major_outage, 20 * 60)
  assert.equal(quarter.worst_status, 'major_outage')
  assert.deepEqual([quarter.from, days[0].date], ['2026-08-25T21:00:00.000Z', '2026-08-26'])
  // nothing is known from before the first of October
  assert.deepEqual([days.length, days[0].uptime, days[0].no_data_seconds], [90, null, 86_400])
  assert.equal(
    year.no_data_seconds - quarter.no_data_seconds,
    (Date.parse(quarter.from) - Date.parse(year.from)) / 1000,
  )
  const first = days.find(({ date }: { date: string }) => date === '2026-11-01')
  assert.deepEqual([first.worst_status, first.seconds.major_outage], ['major_outage', 1200])
  assert.equal(days.at(-1).date, '2026-11-23')
})

test('each number is explained in the generated description', async () => {
  const { ship } = await northwind()
  const { inject } = await startTestApp(ship)
  const { paths } = (await inject('/openapi.json')).json()
  const told = JSON.stringify(paths['/api/v1/components/{component}/uptime'].get.responses)
  for (const word of ['windows', 'days', 'no_data_seconds', 'worst_status', 'uptime', 'major_outage']) {
    assert.match(told, new RegExp(`"${word}"`))
  }
})

test('without a token a private component answers exactly as none; with one it is told', async () => {
  const { ship } = await northwindInTrouble()
  const server = await startTestApp(ship)
  const told = async (name: string) => {
    const { statusCode, body } = await server.inject(address(name))
    return { statusCode, body: body.replace(/"request_id":"[^"]+"/, '') }
  }
  assert.equal((await told('ledger')).statusCode, 404)
  assert.deepEqual(await told('ledger'), await told('nothing'))
  const headers = { authorization: await server.token('components:read') }
  const answer = await server.inject({ url: address('ledger'), headers })
  assert.equal(answer.json().windows[0].seconds.major_outage, 29 * 60)
  assert.match(String(answer.headers['cache-control']), /no-store/)
  assert.equal((await server.inject({ url: address('nothing'), headers })).statusCode, 404)
})

test('a component that began in any year has an answer, and so does one that has yet to begin', async () => {
  const { ship, components } = await northwind()
  const { inject } = await startTestApp(ship)
  for (const [started_on, uptime] of [
    ['0001-01-01', 1],
    ['9999-12-31', null],
  ] as const) {
    await editComponent(ship, components.checkout.id, { started_on })
    const answer = await inject(address('checkout'))
    assert.equal(answer.statusCode, 200, started_on)
    assert.deepEqual(
      answer.json().windows.map((one: { uptime: number | null }) => one.uptime),
      [uptime, uptime, uptime, uptime, uptime],
    )
  }
})

test('customers know of impacts by hand and of incidents that they may read, in the window', async () => {
  const { ship, incident, components } = await northwindInTrouble()
  const deleted = await declareIncident(ship, {
    title: 'A mistake',
    body: 'x',
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  await deleteIncident(ship, deleted.id)
  const told = async (since: string, component_id?: string) =>
    (await publicImpacts(ship, component_id ? { since, component_id } : { since })).map(
      ({ status, incident }) => `${status} ${incident?.title ?? 'by hand'}`,
    )
  const { id } = components.checkout
  const cards = `partial_outage ${incident.title}`
  assert.deepEqual(await told('2026-10-01T00:00:00.000Z', id), ['major_outage Checkout is down', cards])
  assert.deepEqual(await told('2026-11-22T00:00:00.000Z', id), [cards])
  assert.deepEqual((await told('2026-11-22T00:00:00.000Z')).sort(), [
    `degraded_performance ${incident.title}`,
    cards,
  ])
})
