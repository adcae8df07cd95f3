import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { forgetOldBodies } from './actions.ts'
import { dismissWaiting, inbox, mapToNew, mapWaiting } from './inbox.ts'
import { makeIntake } from './intake.ts'
import type { Verified } from './model.ts'

/** A world where scripts report releases of services that no component answers to. */
async function waitingWorld(ship: World) {
  const { source } = await createSource(ship, { name: 'Script', kind: 'native' })
  const { take } = makeIntake()
  const report = (service: string, run: string, type = 'release.succeeded') => {
    const json = { type, service, run, version: `1.${run}` }
    const incoming = {
      headers: {},
      body: Buffer.from(JSON.stringify(json)),
      received_at: ship.now().toISOString(),
      json,
    }
    const actor = { kind: 'source' as const, id: source.id, name: source.name }
    const adapter = adapterFor('native') as Verified['adapter']
    return take(ship, { source, adapter, scope: '', actor, incoming })
  }
  return { source_id: source.id, report }
}

const states = (ship: World) =>
  ship.db.selectFrom('releases').select(['version', 'state']).orderBy('version').execute()

test('what waits is grouped by service, and mapping it once replays it all', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await createComponent(ship, { name: 'Checkout' })
  await report('checkout-web', '1', 'release.started')
  await report('checkout-web', '1')
  await report('checkout-web', '2')
  await report('billing', '1')
  await report('billing', '9', 'artifact.available')

  const waits = await inbox(ship, { limit: 10 })
  assert.deepEqual(
    waits.map(({ service, waiting, newest_version, source }) => [service, waiting, newest_version, source]),
    [
      ['billing', 1, '1.1', 'Script'],
      ['checkout-web', 3, '1.2', 'Script'],
    ],
  )
  assert.equal(waits[0]?.suggestion, null)
  assert.equal(waits[1]?.suggestion?.slug, 'checkout')
  assert.deepEqual(
    (await inbox(ship, { limit: 10, cursor: waits[0]?.id })).map(({ service }) => service),
    ['checkout-web'],
  )

  const { replayed } = await mapWaiting(ship, { source_id, service: 'checkout-web', component: 'checkout' })
  assert.equal(replayed, 3)
  assert.deepEqual(await states(ship), [
    { version: '1.1', state: 'succeeded' },
    { version: '1.2', state: 'succeeded' },
  ])
  const next = await report('checkout-web', '3')
  assert.equal(next.matched, true)
  assert.equal((await inbox(ship, { limit: 10 })).length, 1)
})

test('the same delivery many times at once is one row on either store', async () => {
  const ship = await world()
  const { report } = await waitingWorld(ship)
  await createComponent(ship, { name: 'Shop' })
  const answers = await Promise.all(Array.from({ length: 20 }, () => report('shop', '1')))
  assert.equal(answers.filter(({ duplicate }) => duplicate).length, 19)
  assert.equal((await states(ship)).length, 1)
})

test('a new component made of a service is private, and replays what waited', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await report('billing', '1')
  const made = await mapToNew(ship, { source_id, service: 'billing', name: 'Billing' })
  assert.equal(made.replayed, 1)
  const { visibility } = await ship.db.selectFrom('components').select('visibility').executeTakeFirstOrThrow()
  assert.equal(visibility, 'private')
  await assert.rejects(mapToNew(ship, { source_id, service: 'x', name: ' ' }), { name: 'ZodError' })
})

test('what is mapped to a component that never was stays in the inbox', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await report('billing', '1')
  await assert.rejects(mapWaiting(ship, { source_id, service: 'billing', component: 'nowhere' }), {
    code: 'not-found',
  })
  assert.equal((await inbox(ship, { limit: 10 })).length, 1)
  assert.deepEqual(await ship.db.selectFrom('source_rules').select('id').execute(), [])
})

test('what is dismissed leaves the inbox, and what comes later waits again', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await report('noise', '1')
  await report('noise', '2')
  assert.deepEqual(await dismissWaiting(ship, { source_id, service: 'noise' }), { dismissed: 2 })
  assert.deepEqual(await inbox(ship, { limit: 10 }), [])
  await assert.rejects(dismissWaiting(ship, { source_id, service: 'noise' }), { code: 'not-found' })
  await report('noise', '3')
  assert.equal((await inbox(ship, { limit: 10 }))[0]?.waiting, 1)
})

test('bodies are forgotten after 30 days, but for what still waits', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await createComponent(ship, { name: 'Shop' })
  await report('shop', '1')
  const { delivery: waits } = await report('billing', '1')
  const bodies = async () => {
    const rows = await ship.db.selectFrom('deliveries').select('id').where('body', 'is not', null).execute()
    return rows.map(({ id }) => id)
  }
  ship.wait(30 * 24 * 60 - 1)
  assert.equal(await forgetOldBodies(ship), 0)
  ship.wait(2)
  assert.equal(await forgetOldBodies(ship), 1)
  assert.deepEqual(await bodies(), [waits])
  await dismissWaiting(ship, { source_id, service: 'billing' })
  assert.equal(await forgetOldBodies(ship), 1)
  assert.deepEqual(await bodies(), [])
  assert.equal((await ship.db.selectFrom('deliveries').select('dedupe_key').execute()).length, 2)
})

test('in a browser: a service waits, is mapped as suggested, and its releases appear', async () => {
  const ship = await world()
  const { report } = await waitingWorld(ship)
  await createComponent(ship, { name: 'Checkout' })
  await report('checkout-web', '1')
  const server = await startTestApp(ship)
  const editor = await server.signedIn('editor')
  const page = await editor.get('/admin/inbox')
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /Probably <b>Checkout<\/b>/)
  const [, source_id = ''] = /name="source_id" value="([^"]+)"/.exec(page.body) ?? []
  const missing = await editor.post('/admin/inbox/mappings', {
    source_id,
    service: 'checkout-web',
    component: '',
  })
  assert.equal(missing.statusCode, 422)
  assert.match(missing.body, /href="#component">Choose a component/)
  assert.match(
    missing.body,
    /id="component-error">Choose a component[\s\S]*id="component"[^>]*aria-invalid="true"/,
  )
  const fields = { source_id, service: 'checkout-web', component: 'checkout' }
  assert.equal((await editor.post('/admin/inbox/mappings', fields)).statusCode, 303)
  assert.match(
    (await editor.get('/admin/inbox')).body,
    /One event that waited was replayed[\s\S]*Nothing waits/,
  )
  assert.equal((await states(ship)).length, 1)
})

test('in a browser: a viewer sees the inbox without its buttons, and may not press them', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await report('<script>alert(1)</script>', '1')
  const server = await startTestApp(ship)
  const viewer = await server.signedIn('viewer')
  const { body } = await viewer.get('/admin/inbox')
  assert.ok(!body.includes('<script>alert') && body.includes('&lt;script&gt;'))
  assert.ok(!body.includes('/admin/inbox/mappings'))
  const fields = { source_id, service: '<script>alert(1)</script>' }
  assert.equal((await viewer.post('/admin/inbox/dismissals', fields)).statusCode, 403)
})

test('what a page does, a token can do: see, map, dismiss', async () => {
  const ship = await world()
  const { source_id, report } = await waitingWorld(ship)
  await createComponent(ship, { name: 'Checkout' })
  await report('checkout-web', '1')
  await report('noise', '1')
  const server = await startTestApp(ship)
  const headers = { authorization: await server.token('sources:read', 'sources:write') }
  const call = async (method: 'GET' | 'POST', url: string, payload?: object) =>
    server.inject({ method, url, headers, ...(payload && { payload }) })

  const first = (await call('GET', '/api/v1/inbox?limit=1')).json()
  assert.deepEqual([first.data.length, first.data[0].service], [1, 'noise'])
  const second = (await call('GET', `/api/v1/inbox?limit=1&cursor=${first.next_cursor}`)).json()
  assert.deepEqual([second.data[0].suggestion.slug, second.next_cursor], ['checkout', null])

  const rule = { service: 'checkout-web', component: 'checkout' }
  const mapped = await call('POST', `/api/v1/sources/${source_id}/rules`, rule)
  assert.deepEqual([mapped.statusCode, mapped.json().replayed], [201, 1])
  const gone = await call('POST', '/api/v1/inbox/dismissals', { source_id, service: 'noise' })
  assert.deepEqual([gone.statusCode, gone.json()], [201, { dismissed: 1 }])
  assert.deepEqual((await call('GET', '/api/v1/inbox')).json().data, [])

  const { data } = (await call('GET', '/api/v1/deliveries')).json()
  assert.deepEqual(
    data.map((one: { state: string }) => one.state),
    ['accepted', 'accepted'],
  )
  const whole = (await call('GET', `/api/v1/deliveries/${data[1].id}`)).json()
  assert.equal(JSON.parse(whole.body).service, 'checkout-web')
  assert.equal(whole.events[0].state, 'succeeded')
  const again = await call('POST', `/api/v1/deliveries/${data[1].id}/readings`)
  assert.deepEqual([again.statusCode, again.json().reading], [201, 'same'])
  assert.equal((await call('GET', '/api/v1/deliveries/nowhere')).statusCode, 404)
})
