import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { hidesSomething, isPublicLine } from '../journal/journal.ts'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { world } from '../testing/world.ts'
import { publishPostmortem, savePostmortem } from './actions.ts'
import { addItem, finishItem } from './items.ts'
import { publicPostmortem } from './reading.ts'
import { listItems, postmortemOf } from './store.ts'

async function harbour() {
  const shop = await northwindInTrouble()
  const { ship, say, incident } = shop
  ship.at('2026-11-23T12:36:00.000Z')
  await say('checkout', 'release.succeeded', { version: '2.13.4', run: 'back', kind: 'rollback' })
  ship.at('2026-11-23T12:50:00.000Z')
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'All cards work.', remedy: 'rolled_back' })
  const server = await startTestApp(ship)
  const authorization = await server.token('incidents:write')
  const call = async (
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
  ) => {
    const answer = await server.inject({
      method,
      url: `/api/v1${path}`,
      headers: { authorization },
      ...(payload && { payload }),
    })
    return { status: answer.statusCode, json: answer.body === '' ? null : answer.json() }
  }
  const read = async (url: string) => (await server.inject({ url })).json()
  return { ...shop, call, read, server, at: `/incidents/${incident.id}/postmortem` }
}

test('a token writes, publishes and takes back a postmortem, and reads its facts', async () => {
  const { call, at, server } = await harbour()
  assert.equal((await call('GET', at)).status, 404)
  assert.equal((await call('PUT', `${at}/publication`)).status, 409)
  const draft = await call('GET', `${at}/draft`)
  assert.match(draft.json.body, /^## What happened/)
  const made = await call('PUT', at, { body: draft.json.body, how_noticed: 'An alert.' })
  assert.deepEqual([made.status, made.json.version, made.json.published_at], [200, 1, null])
  const { facts } = made.json
  assert.deepEqual([facts.seconds_to_notice, facts.seconds_to_restore], [300, 2640])
  assert.deepEqual(
    facts.impacts.map((one: { component: { slug: string }; seconds: number }) => one.component.slug),
    ['ledger', 'checkout', 'payments-api'],
  )
  const way = facts.way_back
  assert.deepEqual([way.possible, way.took_seconds, way.release_took_seconds], [true, 180, 1620])
  assert.equal((await server.inject({ url: `/api/v1${at}` })).statusCode, 404, 'a draft is nobody’s')
  const late = await call('PUT', at, { body: 'Late', version: 0 })
  assert.deepEqual([late.status, late.json.current.how_noticed], [409, 'An alert.'])
  const asks = await call('PUT', `${at}/publication`)
  assert.deepEqual([asks.status, Object.keys(asks.json.errors)], [422, ['body']], 'a draft still asks')
  await call('PUT', at, { body: 'A test was missing.' })
  assert.ok((await call('PUT', `${at}/publication`)).json.published_at)
  const seen = (await server.inject({ url: `/api/v1${at}` })).json()
  assert.deepEqual(
    seen.facts.impacts.map((one: { component: { slug: string } }) => one.component.slug),
    ['checkout', 'payments-api'],
  )
  assert.equal((await call('DELETE', `${at}/publication`)).json.published_at, null)
  assert.equal((await server.inject({ url: `/api/v1${at}` })).statusCode, 404)
})

test('bad input is refused in words, and nothing of it is kept', async () => {
  const { call, at } = await harbour()
  for (const body of [{}, { body: '' }, { body: 'x'.repeat(20_001) }, { body: 'A', noticed_at: 'soon' }]) {
    assert.equal((await call('PUT', at, body)).status, 422)
  }
  const ahead = await call('PUT', at, { body: 'A', noticed_at: '2027-01-01T00:00:00Z' })
  assert.deepEqual([ahead.status, ahead.json.errors.noticed_at], [422, 'That lies in the future.'])
  assert.equal((await call('PUT', '/incidents/nosuch/postmortem', { body: 'A' })).status, 404)
  assert.equal((await call('GET', at)).status, 404)
})

test('Statuspage’s programs read a published postmortem as the newest update, feeds as the newest paragraph', async () => {
  const { ship, incident, read, server } = await harbour()
  await savePostmortem(ship, incident.id, { body: '## Why\n\nA test was missing.' })
  const before = await read('/api/v2/incidents.json')
  assert.deepEqual([before.incidents[0].status, before.incidents[0].incident_updates.length], ['resolved', 3])
  ship.wait(60)
  const { id } = await publishPostmortem(ship, incident.id)
  const { page, incidents } = await read('/api/v2/incidents.json')
  const [told] = incidents
  assert.deepEqual([told.status, told.updated_at], ['postmortem', '2026-11-23T13:50:00.000Z'])
  assert.equal(page.updated_at, '2026-11-23T13:50:00.000Z')
  assert.deepEqual(told.incident_updates[0], {
    id,
    status: 'postmortem',
    body: '## Why\n\nA test was missing.',
    incident_id: incident.id,
    created_at: '2026-11-23T13:50:00.000Z',
    updated_at: '2026-11-23T13:50:00.000Z',
    display_at: '2026-11-23T13:50:00.000Z',
    affected_components: null,
    deliver_notifications: true,
    custom_tweet: null,
    tweet_id: null,
  })
  const feed = (await server.inject('/feed.json')).json()
  assert.match(feed.items[0].content_html, /^<p><small>.*<strong>Postmortem<\/strong> - <\/p><h3>Why<\/h3>/)
  assert.equal(feed.items[0].date_modified, '2026-11-23T13:50:00.000Z')
  const own = await read(`/api/v1/incidents/${incident.id}`)
  assert.equal(own.postmortem.body, '## Why\n\nA test was missing.')
})

test('a token does with action items all that a page does', async () => {
  const { call, incident, read } = await harbour()
  const add = `/incidents/${incident.id}/action-items`
  assert.equal((await call('POST', add, { words: '' })).status, 422)
  assert.equal((await call('POST', add, { words: 'A', due_on: 'soon' })).status, 422)
  const made = await call('POST', add, { words: 'Test  cards', owner: 'Mari', due_on: '2026-11-01' })
  assert.deepEqual([made.status, made.json.words, made.json.overdue], [201, 'Test cards', true])
  await call('POST', add, { words: 'Some day' })
  const first = await call('GET', '/action-items?limit=1')
  assert.equal(first.json.data[0].words, 'Test cards', 'what is due stands first')
  const rest = await call('GET', `/action-items?cursor=${first.json.next_cursor}`)
  assert.deepEqual(
    rest.json.data.map((item: { words: string }) => item.words),
    ['Some day'],
  )
  const one = `/action-items/${made.json.id}`
  assert.equal((await call('PATCH', one, { owner: 'Ed', version: 1 })).json.owner, 'Ed')
  assert.equal((await call('PATCH', one, { words: 'B', version: 1 })).status, 409)
  assert.ok((await call('PUT', `${one}/completion`)).json.done_at)
  assert.equal((await call('GET', '/action-items?show=done')).json.data.length, 1)
  assert.equal((await call('DELETE', `${one}/completion`)).json.done_at, null)
  assert.equal((await call('DELETE', one)).status, 204)
  assert.equal((await call('PATCH', one, { words: 'B' })).status, 410)
  assert.equal((await call('POST', `${one}/restoration`)).json.deleted_at, null)
  assert.equal((await read('/api/v1/action-items')).status, 401)
})

test('whatever is taken from the public is known to hide something, and all of it renders pages anew', () => {
  for (const action of [
    'postmortem.unpublished',
    'postmortem.edited',
    'action_item.removed',
    'incident.reopened',
  ]) {
    assert.ok(hidesSomething({ action }), action)
  }
  for (const action of ['postmortem.published', 'action_item.done'])
    assert.ok(isPublicLine({ action }), action)
})

test('postmortems and action items are kept alike', async () => {
  const ship = await world()
  const incident = await declareIncident(ship, { title: 'One', body: 'A', state: 'resolved' })
  await savePostmortem(ship, incident.id, { body: 'First' })
  await savePostmortem(ship, incident.id, { body: 'Second', version: 1 })
  await assert.rejects(savePostmortem(ship, incident.id, { body: 'Late', version: 1 }), { code: 'stale' })
  ship.wait(1)
  await publishPostmortem(ship, incident.id)
  assert.deepEqual((await postmortemOf(ship, incident.id))?.version, 3)
  const late = await addItem(ship, incident.id, { words: 'Late', due_on: '2026-12-02' })
  await addItem(ship, incident.id, { words: 'Never' })
  const soon = await addItem(ship, incident.id, { words: 'Soon', due_on: '2026-12-01' })
  const words = async (cursor?: string) =>
    (await listItems(ship, { show: 'open', limit: 9, cursor })).map((item) => item.words)
  assert.deepEqual(await words(), ['Soon', 'Late', 'Never'])
  assert.deepEqual(await words(soon.id), ['Late', 'Never'])
  await finishItem(ship, late.id)
  assert.deepEqual(await words(), ['Soon', 'Never'])
  const { body, action_items } = await publicPostmortem(ship, incident.id)
  assert.deepEqual([body, action_items.map((item) => item.words)], ['Second', ['Late', 'Never', 'Soon']])
})
