import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import type { EventFacts, EventType } from '../sources/events.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { recordEvents } from './actions.ts'
import { recordByHand } from './by-hand.ts'

async function quay() {
  const ship = await world()
  const shop = await createComponent(ship, { name: 'Shop' })
  const server = await startTestApp(ship)
  const say = async (
    type: EventType,
    facts: EventFacts,
    more: { run_key?: string; occurred_at?: string } = {},
  ) => {
    const event = {
      type,
      facts,
      run_key: 'r1',
      service: 'shop',
      environment: 'prod',
      occurred_at: ship.now().toISOString(),
    }
    const report = { source_id: 'api', scope: '', delivery_id: null, received_at: ship.now().toISOString() }
    const placeFor = async () => ({ component_id: shop.id })
    const [told] = await recordEvents(ship, { ...report, events: [{ ...event, ...more }], placeFor })
    return told?.release_id ?? ''
  }
  return { ship, shop, server, say, ed: await server.signedIn('editor') }
}

test('an editor records a release and a rollback by hand, and sees them in the list', async () => {
  const { ship, server } = await quay()
  ship.at('2026-11-23T09:00:00.000Z')
  const ed = await server.signedIn('editor')
  assert.match((await ed.get('/admin/releases')).body, /No release has been told of yet/)
  const form = { component: 'shop', environment: 'production', kind: '', commit: '', reason: '' }
  await ed.get('/admin/releases/new')
  const said = { ...form, version: 'v1', date: '2026-11-23', time: '08:30', minutes_taken: '12' }
  assert.equal((await ed.post('/admin/releases', said)).statusCode, 303)
  assert.equal((await ed.post('/admin/releases', { ...form, version: 'v2' })).statusCode, 303)
  ship.wait(5)
  const back = await ed.post('/admin/releases', {
    ...form,
    version: 'v1',
    kind: 'rollback',
    reason: 'Slow <b>',
  })
  assert.equal(back.statusCode, 303)

  const page = await ed.get(String(back.headers.location))
  assert.match(page.body, /Everybody has it/)
  assert.match(page.body, /Slow &lt;b&gt;/)
  assert.match(page.body, /Took back<\/dt><dd><a href="[^"]+"><code>v2/)
  const list = (await ed.get('/admin/releases')).body
  assert.match(list, /shop v2/)
  assert.match(list, /Rolled back/)
  assert.match(list, /12 min/)
  assert.match((await ed.get('/admin/releases?state=failed')).body, /Nothing fits/)
})

test('a form that does not fit comes back with all that was typed and words at the fields', async () => {
  const { ship, ed } = await quay()
  const typed = {
    component: '',
    version: '',
    commit: 'c<0',
    date: '2026-11-24',
    time: '',
    message: 'Kept words',
  }
  const answer = await ed.post('/admin/releases', typed)
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /Choose a component\./)
  assert.match(answer.body, /Say which version went live\./)
  assert.match(answer.body, /value="c&lt;0"/)
  assert.match(answer.body, /Kept words/)
  const half = await ed.post('/admin/releases', { component: 'shop', version: 'v1', date: '2026-11-23' })
  assert.match(half.body, /Give the time too, or neither\./)
  const future = await ed.post('/admin/releases', {
    component: 'shop',
    version: 'v1',
    date: '2026-11-24',
    time: '10:00',
  })
  assert.equal(future.statusCode, 422)
  assert.match(future.body, /before it happens/)
  assert.deepEqual(await ship.db.selectFrom('releases').select('id').execute(), [])
})

test('the page tells the story: who said what, late words, wrong clocks, and the way back as it came', async () => {
  const { ship, ed, say } = await quay()
  await say('release.started', {
    version: 'v2',
    actor: { name: 'alice' },
    urls: { run: 'https://ci.example/7' },
  })
  ship.wait(3)
  await say('release.progress', { percent: 10, message: 'first <i>customers</i>' })
  ship.wait(30)
  const rollback = {
    ready: 'yes',
    plan: 'https://wiki.example/rb',
    db_change: 'none',
    odd: 'javascript:alert(1)',
  }
  const minutesAgo = new Date(ship.now().getTime() - 20 * 60_000).toISOString()
  await say('release.progress', { percent: 50, rollback }, { occurred_at: minutesAgo })
  const id = await say('release.succeeded', { percent: 100 }, { occurred_at: '2026-11-24T12:00:00.000Z' })
  const { body } = await ed.get(`/admin/releases/${id}`)
  assert.match(body, /10%/)
  assert.match(body, /first &lt;i&gt;customers/)
  assert.match(body, /heard of 20 min later/)
  assert.match(body, /A clock is ahead/)
  assert.match(body, /Its clock said/)
  assert.match(body, /<a href="https:\/\/ci.example\/7"/)
  assert.match(body, /<a href="https:\/\/wiki.example\/rb"/)
  assert.doesNotMatch(body, /href="javascript/)
  assert.match(body, /story__tide/)
  assert.equal((await ed.get('/admin/releases/nothing')).statusCode, 404)
})

test('a run that fell silent is shown as lost', async () => {
  const { ship, ed, say } = await quay()
  const id = await say('release.started', { version: 'v2' })
  ship.wait(120)
  assert.match((await ed.get(`/admin/releases/${id}`)).body, /No word for 2 h/)
  assert.match((await ed.get('/admin/releases?state=lost')).body, /shop v2/)
})

test('an editor corrects the kind; a viewer only looks', async () => {
  const { ship, server, ed } = await quay()
  await recordByHand(ship, { component: 'shop', version: 'v1' })
  ship.wait(1)
  const { id } = await recordByHand(ship, { component: 'shop', version: 'v2' })
  await ed.get(`/admin/releases/${id}`)
  assert.equal((await ed.post(`/admin/releases/${id}/kind`, { kind: 'config' })).statusCode, 303)
  assert.match(
    (await ed.get(`/admin/releases/${id}`)).body,
    /Setting <span class="quiet">\(corrected by an operator/,
  )
  await ed.post(`/admin/releases/${id}/kind`, { kind: '' })
  assert.match((await ed.get(`/admin/releases/${id}`)).body, /inferred from what was live before/)

  const vi = await server.signedIn('viewer')
  const seen = await vi.get(`/admin/releases/${id}`)
  assert.doesNotMatch(seen.body, /Correct the kind/)
  assert.equal((await vi.post(`/admin/releases/${id}/kind`, { kind: 'config' })).statusCode, 403)
  assert.equal((await vi.get('/admin/releases/new')).statusCode, 403)
})

test('an admin says what an environment is for', async () => {
  const { ship, server, ed } = await quay()
  await recordByHand(ship, { component: 'shop', version: 'v1', environment: 'EU 1/a' })
  const ada = await server.signedIn('admin')
  assert.match((await ada.get('/admin/environments')).body, /eu 1\/a/)
  assert.equal(
    (await ada.post('/admin/environments/eu%201%2Fa/tier', { tier: 'production' })).statusCode,
    303,
  )
  const row = ship.db.selectFrom('environments').select('tier').where('name', '=', 'eu 1/a')
  assert.deepEqual(await row.executeTakeFirst(), { tier: 'production' })
  assert.equal((await ed.get('/admin/environments')).statusCode, 403)
})
