import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { removeReceiver, setReceiver } from './receiver.ts'
import { requestRollback, withdrawRequest } from './requests.ts'

const address = '/api/v1/rollback-requests'

test('one press on the incident’s page asks, a second one is told who has asked, and the page follows', async () => {
  const { server, incident, bad, good, ship, say } = await inTrouble()
  const editor = await server.signedIn('editor')
  const page = await editor.get(`/admin/incidents/${incident.id}`)
  assert.match(page.body, /Roll back to 2\.13\.4 now/)
  assert.match(page.body, /A signed webhook at 127\.0\.0\.1:9 is asked to do it/)
  const form = {
    release: bad,
    to: good,
    incident: incident.id,
    back: `/admin/incidents/${incident.id}`,
    reason: 'Cards <fail>',
  }
  const asked = await editor.post('/admin/rollback-requests', form)
  assert.deepEqual(
    [asked.statusCode, asked.headers.location],
    [303, `/admin/incidents/${incident.id}#way-back`],
  )
  const other = await server.signedIn('editor')
  await other.get(`/admin/incidents/${incident.id}`)
  await other.post('/admin/rollback-requests', form)
  assert.match(
    (await other.get(`/admin/incidents/${incident.id}`)).body,
    /editor has asked already\. This page follows it/,
  )

  const following = await editor.get(`/admin/incidents/${incident.id}`)
  assert.match(following.body, /data-follow="\w+"/)
  assert.match(following.body, /<noscript><p><a href="[^"]+">Look again/)
  assert.match(following.body, /Asked [\d:]+ by editor/)
  assert.match(following.body, /Cards &lt;fail&gt;/)
  assert.doesNotMatch(following.body, /Roll back to 2\.13\.4 now/)

  ship.wait(3)
  await say('checkout', 'release.succeeded', { version: '2.13.4', run: 'job', kind: 'rollback' })
  const done = await editor.get(`/admin/incidents/${incident.id}`)
  assert.match(done.body, /Done [\d:]+: 3 min, the release had taken 11 min/)
  assert.doesNotMatch(done.body, /data-follow/)
})

test('what cannot be asked stays typed beside why, and a wrong way home leads nowhere else', async () => {
  const { server, bad, good } = await inTrouble()
  const editor = await server.signedIn('editor')
  await editor.get(`/admin/releases/${bad}`)
  const empty = await editor.post('/admin/rollback-requests', { release: bad, to: good, reason: ' ' })
  assert.equal(empty.statusCode, 422)
  assert.match(empty.body, /Say why, in a few words/)
  const moved = await editor.post('/admin/rollback-requests', { release: bad, to: bad, reason: 'Cards fail' })
  assert.equal(moved.statusCode, 409)
  assert.match(moved.body, /way back has changed meanwhile/)
  assert.match(moved.body, /value="Cards fail"/)
  const astray = await editor.post('/admin/rollback-requests', {
    release: bad,
    to: good,
    reason: 'Cards fail',
    back: '//evil.example/',
  })
  assert.equal(astray.headers.location, `/admin/releases/${bad}#way-back`)
  for (const field of ['release', 'incident', 'reason', 'back']) {
    const twice = await editor.post('/admin/rollback-requests', { reason: '', [field]: [bad, good] })
    assert.ok(twice.statusCode < 500, `${field} twice: ${twice.statusCode}`)
  }
})

test('who may only look sees the way back and no button; nobody asks without a session', async () => {
  const { ship, server, incident, bad, good } = await inTrouble()
  const viewer = await server.signedIn('viewer')
  const page = await viewer.get(`/admin/incidents/${incident.id}`)
  assert.match(page.body, /Back to <code>2\.13\.4<\/code>/)
  assert.doesNotMatch(page.body, /Roll back to 2\.13\.4 now/)
  const pressed = await viewer.post('/admin/rollback-requests', { release: bad, to: good, reason: 'x' })
  assert.equal(pressed.statusCode, 403)
  const { request } = await requestRollback(ship, { release: bad, reason: 'x' }, 'https://status.example.com')
  const followed = await viewer.get(`/admin/rollback-requests/${request.id}`)
  assert.equal(followed.headers.location, `/admin/releases/${bad}#way-back`)
  await withdrawRequest(ship, request.id)
  await removeReceiver(ship, 'checkout')
  const bare = (await viewer.get(`/admin/incidents/${incident.id}`)).body
  assert.match(bare, /Nobody is there to be asked yet/)
  assert.doesNotMatch(bare, /way-back#receiver/)
  const stranger = await server.inject({ method: 'POST', url: '/admin/rollback-requests', payload: {} })
  assert.notEqual(stranger.statusCode, 303)
})

test('a token asks once, is shown what stands, follows it and takes it back', async () => {
  const { server, bad } = await inTrouble()
  const authorization = await server.token('releases:write')
  const send = async (method: 'POST' | 'GET' | 'DELETE', url: string, payload?: object) => {
    const answer = await server.inject({
      method,
      url,
      headers: { authorization },
      ...(payload && { payload }),
    })
    return { status: answer.statusCode, json: answer.body ? answer.json() : null }
  }
  const first = await send('POST', address, { component: 'checkout', reason: 'Cards fail.' })
  assert.deepEqual([first.status, first.json.state, first.json.from.release], [201, 'asked', bad])
  const again = await send('POST', address, {
    component: 'checkout',
    environment: 'Prod',
    reason: 'Cards fail.',
  })
  assert.deepEqual([again.status, again.json.id], [200, first.json.id])
  assert.equal((await send('GET', address)).json.data.length, 1)
  assert.equal((await send('GET', `${address}/${first.json.id}`)).json.to.version, '2.13.4')
  assert.equal((await send('DELETE', `${address}/${first.json.id}`)).json.state, 'withdrawn')
  assert.equal((await send('GET', `${address}/never`)).status, 404)
  assert.equal((await send('POST', address, { reason: 'Cards fail.' })).status, 422)
  assert.equal((await send('POST', address, { component: 'moon', reason: 'x' })).status, 404)
  const unsafe = await send('POST', address, { component: 'storefront', reason: 'x' })
  assert.equal(unsafe.status, 409)
  const reader = await server.token('releases:read')
  const refused = await server.inject({
    method: 'POST',
    url: address,
    headers: { authorization: reader },
    payload: {},
  })
  assert.equal(refused.statusCode, 403)
})

test('a call that is tried again with its key asks for no second rollback, however long ago the first was done', async () => {
  const { ship, server, release } = await inTrouble()
  const authorization = await server.token('releases:write')
  const ask = async () => {
    const headers = { authorization, 'idempotency-key': 'run 7' }
    const payload = { component: 'checkout', reason: 'Cards fail.' }
    return (await server.inject({ method: 'POST', url: address, headers, payload })).json()
  }
  const { id } = await ask()
  await release('checkout', '2.13.4', { run: 'back' })
  ship.wait(10)
  assert.equal((await ask()).id, id)
  assert.equal((await ship.db.selectFrom('rollback_requests').select('id').execute()).length, 1)
})

async function inTrouble() {
  const shop = await northwind()
  const { ship, release } = shop
  ship.at('2026-11-20T09:00:00.000Z')
  await setReceiver(ship, 'checkout', { recipe: 'webhook', url: 'http://127.0.0.1:9/rollback' })
  const good = await release('checkout', '2.13.4')
  ship.at('2026-11-23T11:35:00.000Z')
  const bad = await release('checkout', '2.14.0', { minutes: 11 })
  ship.wait(10)
  const incident = await declareIncident(ship, {
    title: 'Cards fail',
    body: 'We look.',
    cause: 'release',
    cause_release_id: bad,
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  return { ...shop, good, bad, incident, server: await startTestApp(ship) }
}
