import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { createComponent } from './actions.ts'

const runs = {
  owners: 'Payments team <b>',
  owners_url: 'https://oncall.example/payments',
  chat_url: 'https://chat.example/payments',
  runbook_url: 'https://wiki.example/checkout?down=yes',
}

async function shop() {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Checkout', ...runs })
  const release = await recordByHand(ship, { component: 'checkout', version: '2.0.0' })
  const incident = await declareIncident(ship, {
    title: 'Payments fail',
    body: 'We look.',
    cause: 'release',
    cause_release_id: release.id,
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  return { server: await startTestApp(ship), id, release, incident }
}

test('who runs a component, its chat and its runbook stand on its incidents and releases, beside who shipped', async () => {
  const { server, release, incident } = await shop()
  const vi = await server.signedIn('viewer')
  for (const path of [`/admin/incidents/${incident.id}`, `/admin/releases/${release.id}`]) {
    const { body } = await vi.get(path)
    for (const url of [runs.owners_url, runs.chat_url, runs.runbook_url]) {
      assert.ok(body.includes(`href="${url}" rel="noreferrer"`), `${path}: ${url}`)
    }
    assert.match(body, /Payments team &lt;b&gt;/)
    assert.match(body, /<b>Ada<\/b> shipped it\./)
  }
})

test('customers never read who runs a component', async () => {
  const { server, id, incident, release } = await shop()
  const pages = [
    '/',
    '/components/checkout',
    `/incidents/${incident.id}`,
    `/releases/${release.id}`,
    '/history',
  ]
  const api = ['components', `components/${id}`, 'incidents', 'releases'].map((one) => `/api/v1/${one}`)
  for (const url of [...pages, ...api, '/api/v2/summary.json', '/feed.json']) {
    const { body } = await server.inject({ url, headers: { accept: 'text/html' } })
    assert.doesNotMatch(body, /Payments team|oncall\.example|chat\.example|wiki\.example|owners|runbook/, url)
  }
})

test('only a web address leads to them, and what was typed stays beside what is wrong', async () => {
  const { server, id } = await shop()
  const ed = await server.signedIn('editor')
  for (const wrong of [
    'javascript:alert(1)',
    'ftp://x.example',
    'wiki.example',
    'https://',
    'https://a b.example',
  ]) {
    const answer = await ed.post(`/admin/components/${id}`, {
      name: 'Checkout',
      owners: 'Me',
      runbook_url: wrong,
    })
    assert.equal(answer.statusCode, 422, wrong)
    assert.match(answer.body, /Give an address that begins with https/)
    assert.ok(answer.body.includes(`value="${wrong}"`), wrong)
  }
  const saved = await ed.post(`/admin/components/${id}`, {
    name: 'Checkout',
    owners: 'Me',
    chat_url: '',
    version: '1',
  })
  assert.equal(saved.statusCode, 303)
  const headers = {
    authorization: await server.token('components:write'),
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ owners_url: 'http://me.example', version: 2 })
  const patched = await server.inject({
    method: 'PATCH',
    url: '/api/v1/components/checkout',
    headers,
    payload: body,
  })
  const { owners, owners_url, chat_url, runbook_url } = patched.json()
  assert.deepEqual(
    [owners, owners_url, chat_url, runbook_url],
    ['Me', 'http://me.example', '', runs.runbook_url],
  )
  const bad = { method: 'PATCH' as const, url: '/api/v1/components/checkout', headers }
  assert.equal((await server.inject({ ...bad, payload: '{"chat_url":"javascript:x"}' })).statusCode, 422)
})
