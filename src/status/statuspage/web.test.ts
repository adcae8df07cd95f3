import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveComponent,
  createComponent,
  editComponent,
  setStatusByHand,
} from '../../components/actions.ts'
import { declareIncident } from '../../incidents/actions.ts'
import { postUpdate } from '../../incidents/updates.ts'
import { editSite } from '../../site/actions.ts'
import { startTestApp } from '../../testing/http.ts'
import { northwind, northwindInTrouble } from '../../testing/northwind.ts'
import { type World, world } from '../../testing/world.ts'

/**
 * Statuspage's public API v2 as 23 real pages answer it: every key in its order, and what its value may be. A name of
 * another shape means that shape; `[x]` an array of it; `?` that it may be null.
 */
const schema = {
  page: { id: 'id', name: 'string', url: 'string', time_zone: 'zone', updated_at: 'time' },
  status: { indicator: 'none|minor|major|critical|maintenance', description: 'string' },
  component: {
    id: 'id',
    name: 'string',
    status: 'operational|degraded_performance|partial_outage|major_outage|under_maintenance',
    created_at: 'time',
    updated_at: 'time',
    position: 'int',
    description: 'string?',
    showcase: 'boolean',
    start_date: 'date?',
    group_id: 'id?',
    page_id: 'id',
    group: 'boolean',
    only_show_if_degraded: 'boolean',
  },
  incident: {
    id: 'id',
    name: 'string',
    status: 'investigating|identified|monitoring|resolved|postmortem',
    created_at: 'time',
    updated_at: 'time',
    monitoring_at: 'time?',
    resolved_at: 'time?',
    impact: 'none|minor|major|critical|maintenance',
    shortlink: 'string',
    started_at: 'time',
    page_id: 'id',
    incident_updates: '[update]',
    components: '[component]',
    reminder_intervals: 'string?',
  },
  update: {
    id: 'id',
    status: 'investigating|identified|monitoring|resolved|postmortem',
    body: 'string',
    incident_id: 'id',
    created_at: 'time',
    updated_at: 'time',
    display_at: 'time',
    affected_components: '[affected]?',
    deliver_notifications: 'boolean',
    custom_tweet: 'null',
    tweet_id: 'null',
  },
  affected: {
    code: 'id',
    name: 'string',
    old_status: 'operational|degraded_performance|partial_outage|major_outage|under_maintenance',
    new_status: 'operational|degraded_performance|partial_outage|major_outage|under_maintenance',
  },
} as Record<string, Record<string, string>>

const answers: Record<string, Record<string, string>> = {
  summary: {
    page: 'page',
    components: '[component]',
    incidents: '[incident]',
    scheduled_maintenances: '[maintenance]',
    status: 'status',
  },
  status: { page: 'page', status: 'status' },
  components: { page: 'page', components: '[component]' },
  incidents: { page: 'page', incidents: '[incident]' },
  'incidents/unresolved': { page: 'page', incidents: '[incident]' },
  'scheduled-maintenances': { page: 'page', scheduled_maintenances: '[maintenance]' },
  'scheduled-maintenances/upcoming': { page: 'page', scheduled_maintenances: '[maintenance]' },
  'scheduled-maintenances/active': { page: 'page', scheduled_maintenances: '[maintenance]' },
}

const patterns: Record<string, RegExp> = {
  id: /^[a-z0-9]{12}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
  zone: /^[A-Z]\w+\/\w+$/,
}

/** Fails where a value is not of the shape; keys are compared both ways and in their order. */
function check(value: unknown, shape: string, where: string): unknown {
  if (shape.endsWith('?')) return value === null ? undefined : check(value, shape.slice(0, -1), where)
  if (shape.startsWith('[')) {
    assert.ok(Array.isArray(value), where)
    return value.forEach((one, index) => {
      check(one, shape.slice(1, -1), `${where}[${index}]`)
    })
  }
  const keys = schema[shape]
  if (keys) return checkKeys(value, shape === 'component' && isGroup(value) ? groupKeys : keys, where)
  if (shape.includes('|')) return assert.ok(shape.split('|').includes(String(value)), `${where}: ${value}`)
  if (shape === 'null') return assert.equal(value, null, where)
  if (shape === 'int') return assert.ok(Number.isInteger(value), where)
  const pattern = patterns[shape]
  assert.equal(typeof value, pattern ? 'string' : shape, where)
  if (pattern) assert.match(String(value), pattern, where)
}

function checkKeys(value: unknown, keys: Record<string, string>, where: string) {
  assert.deepEqual(Object.keys(value as object), Object.keys(keys), where)
  for (const [key, shape] of Object.entries(keys)) {
    check((value as Record<string, unknown>)[key], shape, `${where}.${key}`)
  }
}

const groupKeys = { ...schema.component, components: '[id]' }
const isGroup = (value: unknown) => (value as { group: unknown }).group === true

async function readers(ship: World) {
  const { inject } = await startTestApp(ship)
  return async (name: string) => {
    const answer = await inject(`/api/v2/${name}.json`)
    assert.equal(answer.statusCode, 200, name)
    return answer.json()
  }
}

async function ungrouped() {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  await createComponent(ship, { name: 'Search', started_on: '2026-01-02', description: 'Finds things.' })
  await declareIncident(ship, { title: 'Nobody knows', body: 'We look.' })
  return { ship }
}

const worlds = {
  'on a page that nobody set up': async () => ({ ship: await world() }),
  'when all is well': () => northwind(),
  'in trouble': () => northwindInTrouble(),
  'without groups': ungrouped,
}

for (const [when, make] of Object.entries(worlds)) {
  test(`${when} each answer has the keys and types that Statuspage has, none more and none less`, async () => {
    const read = await readers((await make()).ship)
    for (const [name, keys] of Object.entries(answers)) checkKeys(await read(name), keys, name)
  })
}

test('a group is a component that stands before its members and is as bad as the worst of them', async () => {
  const { ship, components } = await northwindInTrouble()
  const all = (await (await readers(ship))('components')).components
  assert.deepEqual(
    all.map(({ name, status, group, position }: Record<string, unknown>) => [name, status, group, position]),
    [
      ['Shop', 'partial_outage', true, 1],
      ['Storefront', 'operational', false, 1],
      ['Checkout', 'partial_outage', false, 2],
      ['Platform', 'degraded_performance', true, 2],
      ['Payments API', 'degraded_performance', false, 1],
    ],
  )
  const [shop, storefront] = all
  assert.deepEqual(shop.components, [components.storefront.id, components.checkout.id])
  assert.equal(storefront.group_id, shop.id)
  assert.equal(storefront.description, null)
})

test('updates stand newest first and name what changed with its group; private components are not there', async () => {
  const { ship, components, incident } = await northwindInTrouble()
  const { incidents, status } = await (await readers(ship))('summary')
  const [open] = incidents
  assert.deepEqual([incidents.length, open.id, open.status], [1, incident.id, 'identified'])
  assert.equal(open.shortlink, `http://localhost:8080/i/${incident.id}`)
  assert.deepEqual(
    open.incident_updates.map((update: { status: string }) => update.status),
    ['identified', 'investigating'],
  )
  assert.deepEqual(open.incident_updates[1].affected_components, [
    {
      code: components.checkout.id,
      name: 'Shop - Checkout',
      old_status: 'operational',
      new_status: 'partial_outage',
    },
    {
      code: components.payments.id,
      name: 'Platform - Payments API',
      old_status: 'operational',
      new_status: 'degraded_performance',
    },
  ])
  assert.deepEqual(
    open.components.map((component: { name: string }) => component.name),
    ['Checkout', 'Payments API'],
  )
  assert.deepEqual(status, { indicator: 'major', description: 'Partial System Outage' })
})

test('the list of incidents holds the newest fifty, and the summary only what is open', async () => {
  const ship = await world()
  for (let number = 1; number <= 52; number++) {
    const { id } = await declareIncident(ship, { title: `Trouble ${number}`, body: 'We look.' })
    ship.wait(1)
    if (number !== 52) await postUpdate(ship, id, { state: 'resolved', body: 'Over.' })
    ship.wait(1)
  }
  const read = await readers(ship)
  const { incidents } = await read('incidents')
  assert.deepEqual([incidents.length, incidents[0].name, incidents[49].name], [50, 'Trouble 52', 'Trouble 3'])
  assert.equal((await read('summary')).incidents.length, 1)
  assert.equal((await read('incidents/unresolved')).incidents.length, 1)
})

test('the page changed when something public changed last, and not when it is read or something private changes', async () => {
  const { ship, components } = await northwind()
  const read = await readers(ship)
  const changed = async () => (await read('status')).page.updated_at
  const before = await changed()
  ship.wait(60)
  await setStatusByHand(ship, { component_id: components.ledger.id, status: 'major_outage' })
  await editComponent(ship, components.ledger.id, { description: 'Books.' })
  assert.equal(await changed(), before)

  const steps = [
    () => setStatusByHand(ship, { component_id: components.checkout.id, status: 'major_outage' }),
    () => setStatusByHand(ship, { component_id: components.checkout.id, status: 'operational' }),
    () => declareIncident(ship, { title: 'Slow', body: 'We look.' }),
    () => archiveComponent(ship, components.storefront.id),
    () => editSite(ship, { name: 'North', time_zone: 'UTC', version: 1 }),
  ]
  for (const [index, step] of steps.entries()) {
    ship.wait(1)
    await step()
    assert.equal(await changed(), ship.now().toISOString(), `step ${index}`)
  }
})

test('scripts from elsewhere may read it, head requests work, and what is not there is a problem', async () => {
  const { inject } = await startTestApp((await northwind()).ship)
  for (const name of Object.keys(answers)) {
    const url = `/api/v2/${name}.json`
    for (const method of ['GET', 'HEAD'] as const) {
      const { statusCode, headers, body } = await inject({ method, url })
      assert.equal(statusCode, 200, `${method} ${name}`)
      assert.equal(headers['access-control-allow-origin'], '*')
      assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
      assert.match(String(headers['content-type']), /^application\/json/)
      assert.match(String(headers['cache-control']), /^public, max-age=10, stale-while-revalidate/)
      assert.equal(body === '', method === 'HEAD')
    }
    const asked = await inject({ method: 'OPTIONS', url, headers: { origin: 'https://elsewhere.example' } })
    assert.deepEqual([asked.statusCode, asked.headers['access-control-allow-origin']], [204, '*'])
  }
  const missing = await inject({ url: '/api/v2/nothing.json', headers: { accept: 'text/html' } })
  assert.equal(missing.statusCode, 404)
  assert.match(String(missing.headers['content-type']), /^application\/problem\+json/)
})
