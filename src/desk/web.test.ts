import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { planFreeze } from '../gate/freezes.ts'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { planMaintenance } from '../maintenance/actions.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { deskNow } from './now.ts'

async function quay() {
  const ship = await world()
  await createComponent(ship, { name: 'Checkout' })
  const server = await startTestApp(ship)
  return { ship, server, vi: await server.signedIn('viewer'), ed: await server.signedIn('editor') }
}

function declare(ship: World, more: object = {}) {
  const components = [{ component: 'checkout', status: 'major_outage' as const }]
  return declareIncident(ship, { title: 'Cards <fail>', body: 'We look.', components, ...more })
}

test('when all is well, the page says so and when the last trouble was', async () => {
  const { ship, server, vi } = await quay()
  assert.match((await vi.get('/admin')).body, /All is quiet\.<\/b>\s+No trouble was ever told of\./)
  const { id } = await declare(ship)
  ship.wait(30)
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.' })
  ship.at('2026-11-26T09:00:00.000Z')
  const { body } = await (await server.signedIn('viewer')).get('/admin')
  assert.match(
    body,
    new RegExp(`All is quiet\\.</b>\\s+Last trouble <a href="/admin/incidents/${id}"><time [^>]+>Mon 23 Nov`),
  )
  assert.doesNotMatch(body, /Open incidents|Going out|Lost/)
})

test('an open incident stands first, and a promised update says when it is due and when it is late', async () => {
  const { ship, ed } = await quay()
  const { id } = await declare(ship, { next_update_at: '2026-11-23T13:00:00.000Z' })
  const look = async () => (await ed.get('/admin')).body
  assert.match(await look(), /Cards &lt;fail&gt;[\s\S]+Next update by <time/)
  assert.doesNotMatch(await look(), /All is quiet|Write it now/)
  ship.at('2026-11-23T12:50:00.000Z')
  assert.match(await look(), /An update is due by <time/)
  ship.at('2026-11-23T13:00:00.000Z')
  assert.match(
    await look(),
    new RegExp(`An update was promised for <time[\\s\\S]+href="/admin/incidents/${id}#form">Write it now`),
  )
})

test('what went out today is there, what went out yesterday is not', async () => {
  const { ship, server, vi } = await quay()
  await recordByHand(ship, { component: 'checkout', version: '2.0.0' })
  assert.match((await vi.get('/admin')).body, /Released today[\s\S]+checkout 2\.0\.0/)
  ship.at('2026-11-24T11:00:00.000Z')
  const again = await server.signedIn('viewer')
  const { body } = await again.get('/admin')
  assert.doesNotMatch(body, /checkout 2\.0\.0/)
  assert.match(body, /Released today[\s\S]+Nothing yet\./)
})

test('a canary tells its steps, and a run whose tool fell silent is lost', async () => {
  const { ship, server, vi } = await quay()
  const authorization = await server.token('releases:write')
  const tell = (event: object) => {
    const payload = { service: 'checkout', occurred_at: ship.now().toISOString(), ...event }
    return server.inject({ method: 'POST', url: '/api/v1/events', headers: { authorization }, payload })
  }
  for (const percent of [5, 25]) {
    const told = await tell({ type: 'exposure.changed', version: '3.0.0', run: 'a', percent })
    assert.equal(told.statusCode, 202, told.body)
    ship.wait(5)
  }
  assert.equal((await tell({ type: 'release.started', version: '3.1.0', run: 'b' })).statusCode, 202)
  const { body } = await vi.get('/admin')
  assert.match(
    body,
    /Going out[\s\S]+checkout 3\.0\.0[\s\S]+5% <time[^>]+>12:00<\/time> → 25% <time[^>]+>12:05/,
  )
  assert.match(body, /checkout 3\.1\.0/)
  ship.wait(120)
  const later = (await vi.get('/admin')).body
  assert.match(later, /Lost: their tools fell silent[\s\S]+checkout 3\.1\.0/)
})

test('the inbox, a freeze in force and a silent source stand beside it, each with a link', async () => {
  const { ship, server } = await quay()
  const authorization = await server.token('releases:write')
  for (const day of ['18', '19', '20']) {
    ship.at(`2026-11-${day}T12:00:00.000Z`)
    const payload = { type: 'release.succeeded', service: 'unknown', version: day, run: day }
    await server.inject({ method: 'POST', url: '/api/v1/events', headers: { authorization }, payload })
  }
  ship.at('2026-11-23T12:30:00.000Z')
  const { id } = await planFreeze(ship, {
    reason: 'Black Friday',
    starts_at: '2026-11-23T12:00:00.000Z',
    ends_at: '2026-11-24T12:00:00.000Z',
  })
  const seer = await server.signedIn('viewer')
  const { body } = await seer.get('/admin')
  assert.match(body, /href="\/admin\/inbox">3 reports wait/)
  assert.match(body, new RegExp(`href="/admin/freezes/${id}">Black Friday`))
  assert.match(body, /went silent[\s\S]+href="\/admin\/sources\/api"/)
})

test('planned work that runs and what comes next stands there with what it is for', async () => {
  const { ship, vi } = await quay()
  const plan = (title: string, starts_at: string, ends_at: string) =>
    planMaintenance(ship, { title, body: 'Slow.', starts_at, ends_at, components: ['checkout'] })
  const coming = await plan('New disks', '2026-11-24T01:00:00Z', '2026-11-24T02:00:00Z')
  await plan('New cables', '2026-11-23T11:59:00Z', '2026-11-23T13:00:00Z')
  const { body } = await vi.get('/admin')
  assert.match(body, /Planned next[\s\S]+New cables[\s\S]+running, Checkout[\s\S]+New disks/)
  assert.ok(body.includes(`href="/admin/maintenance/${coming.id}"`))
})

test('people land on Now, and only who may edit is offered to declare', async () => {
  const { server, vi, ed } = await quay()
  assert.match((await ed.get('/admin')).body, /href="\/admin\/incidents\/new"/)
  assert.doesNotMatch(
    (await vi.get('/admin')).body,
    /<a class="button button--primary" href="\/admin\/incidents\/new"/,
  )
  assert.equal((await server.newBrowser().get('/admin')).headers.location, '/login?next=%2Fadmin')
  assert.match((await vi.get('/admin/keys')).body, /<kbd>Ctrl\+Enter<\/kbd>/)
  assert.match((await vi.get('/admin/go')).body, /href="\/admin\/releases\?component=checkout">Checkout/)
  assert.match((await ed.get('/admin/go')).body, /href="\/admin\/components\/\w+">Checkout/)
})

test('single letters are switched off and on by their owner, and the journal has it once', async () => {
  const { ship, vi } = await quay()
  assert.match((await vi.get('/admin')).body, /<body data-keys="on"/)
  for (const shortcuts of ['off', 'off']) {
    assert.equal((await vi.post('/admin/account/shortcuts', { shortcuts })).statusCode, 303)
  }
  assert.match((await vi.get('/admin/incidents')).body, /<body data-keys="off"/)
  assert.equal((await vi.post('/admin/account/shortcuts', { shortcuts: 'sometimes' })).statusCode, 422)
  await vi.post('/admin/account/shortcuts', { shortcuts: 'on' })
  assert.match((await vi.get('/admin/account')).body, /Switch them off/)
  const lines = await ship.db
    .selectFrom('journal')
    .select('detail')
    .where('action', '=', 'user.shortcuts_set')
    .orderBy('id')
    .execute()
  assert.deepEqual(
    lines.map(({ detail }) => detail),
    ['{"to":"off"}', '{"to":"on"}'],
  )
})

test('both stores show the same at this moment', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Checkout' })
  await recordByHand(ship, { component: 'checkout', version: '2.0.0' })
  await declare(ship)
  const { open, today, going, lost, silent, requests } = await deskNow(ship)
  assert.deepEqual(
    [open.length, today.length, going.length, lost.length, silent, requests],
    [1, 1, 0, 0, [], []],
  )
})
