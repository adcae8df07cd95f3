import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { type Server, startServer } from './server.ts'

let server: Server
let token = ''
before(async () => {
  server = await startServer()
  token = await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')
})
after(() => server?.stop())

/** Runs curl as the README does: the status, and the body read as JSON where it is JSON. */
async function curl(path: string, body?: object, ...more: string[]) {
  const post = body ? ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)] : []
  const words = ['-sS', '-w', '\n%{http_code}', ...post, ...more, server.origin + path]
  const { stdout } = await promisify(execFile)('curl', words)
  const [, text = '', status = ''] = /^([\s\S]*)\n(\d+)$/.exec(stdout) ?? []
  return { status: Number(status), text, json: text.startsWith('{') ? JSON.parse(text) : null }
}

const withToken = () => ['-H', `Authorization: Bearer ${token}`]
const post = (path: string, body: object) => curl(path, body, ...withToken())

/** What a deploy tool says of one version: it started, and some minutes later it is live. */
async function ships(run: string, version: string, commit: string) {
  const release = { run, service: 'checkout', version, commit }
  await post('/api/v1/events', { type: 'release.started', ...release })
  const done = await post('/api/v1/events', { type: 'release.succeeded', ...release })
  assert.equal(done.status, 202, done.text)
  assert.equal(done.json.matched, true)
  return done.json.release as string
}

test('the whole story by curl: release, incident, rollback, resolved, and customers see it', async () => {
  const component = await post('/api/v1/components', { name: 'Checkout' })
  assert.deepEqual([component.status, component.json.slug], [201, 'checkout'])

  const good = await ships('run-1', '2.13.4', 'a'.repeat(40))
  const bad = await ships('run-2', '2.14.0', 'b'.repeat(40))
  assert.match((await curl('/')).text, /2\.14\.0/)

  const suspects = await curl('/api/v1/suspects?components=checkout', undefined, ...withToken())
  assert.equal(suspects.json.data[0].release_id, bad, suspects.text)

  const incident = await post('/api/v1/incidents', {
    title: 'Card payments fail for some customers',
    body: 'Some card payments fail. Bank transfers work.',
    cause: 'release',
    cause_release_id: bad,
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  assert.equal(incident.status, 201, incident.text)
  const broken = await curl('/')
  assert.match(broken.text, /Checkout is partly down/)
  assert.match(broken.text, /Caused by release/)

  const back = await ships('run-3', '2.13.4', 'a'.repeat(40))
  const rollback = await curl(`/api/v1/releases/${back}`, undefined, ...withToken())
  assert.deepEqual([rollback.json.kind, rollback.json.reverts_release_id], ['rollback', bad])
  assert.equal(rollback.json.restores_release_id, good)

  const { id } = incident.json
  const seen = await curl(`/api/v1/incidents/${id}`, undefined, ...withToken())
  assert.equal(seen.json.rollback.release_id ?? seen.json.rollback.id, back, seen.text)
  assert.match((await curl(`/incidents/${id}`)).text, /[Rr]olled back to/)
  assert.match((await curl('/rollbacks')).text, /2\.14\.0 → 2\.13\.4/)

  const resolved = await post(`/api/v1/incidents/${id}/updates`, {
    state: 'resolved',
    body: 'We went back to the version before. Everything works.',
    remedy: 'rolled_back',
    remedy_release_id: back,
  })
  assert.equal(resolved.status, 201, resolved.text)
  const calm = await curl('/')
  assert.match(calm.text, /Everything is working/)
  assert.match(calm.text, /Card payments fail for some customers/)
})

test('the public lists need no token, and say nothing that is not public', async () => {
  for (const list of ['components', 'releases', 'incidents']) {
    const { status, json, text } = await curl(`/api/v1/${list}`)
    assert.equal(status, 200, list)
    assert.ok(json.data.length > 0, list)
    assert.doesNotMatch(text, /actor|run_url|run_key|message|"email"/, list)
  }
})

test('without a token a release is not taken, and the answer says how to send one', async () => {
  const refused = await curl('/api/v1/events', { type: 'release.started', run: 'x', service: 'checkout' })
  assert.equal(refused.status, 401)
  assert.match(refused.text, /Authorization: Bearer/)
})
