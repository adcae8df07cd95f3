import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

async function port(kind: string) {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  const { app } = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: kind, kind })
  const call = (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    payload?: object,
    shown = `Bearer ${secret}`,
  ) => {
    const headers = { authorization: shown }
    return app.inject({ method, url: `/hooks/${source.id}${path}`, headers, ...(payload && { payload }) })
  }
  const releases = () => ship.db.selectFrom('releases').selectAll().orderBy('id').execute()
  const kept = () => ship.db.selectFrom('deliveries').selectAll().orderBy('id').execute()
  return { ship, call, secret, releases, kept }
}

test('an annotation that says it has begun is ended by its number, as Grafana’s clients do', async () => {
  const { ship, call, releases } = await port('grafana')
  const tags = ['deploy', 'service:shop', 'environment:staging', 'version:1.4.2', 'state:started']
  const began = ship.now().getTime()
  const made = await call('POST', '/api/annotations', { text: 'Deploying', time: began, tags })
  assert.equal(made.statusCode, 200, made.body)
  const { id, message } = made.json()
  assert.deepEqual([message, Number.isSafeInteger(id)], ['Annotation added', true])
  assert.equal((await releases())[0]?.state, 'running')
  const copy = await call('POST', '/api/annotations', { text: 'Deploying', time: began, tags })
  assert.equal(copy.json().id, id)

  ship.wait(3)
  const ended = ship.now().getTime()
  const patched = await call('PATCH', `/api/annotations/${id}`, { timeEnd: ended })
  assert.deepEqual(patched.json(), { message: 'Annotation patched' })
  const [release, ...others] = await releases()
  assert.equal(others.length, 0)
  assert.deepEqual([release?.state, release?.version], ['succeeded', '1.4.2'])
  assert.equal(release?.finished_at, new Date(ended).toISOString())
})

test('a change of an annotation that was never told here is kept, and is no release', async () => {
  const { call, kept, releases } = await port('grafana')
  assert.equal((await call('PATCH', '/api/annotations/1141', { timeEnd: Date.now() })).statusCode, 200)
  const [delivery] = await kept()
  assert.equal(delivery?.state, 'invalid')
  assert.match(delivery?.reason ?? '', /never told here/)
  assert.equal((await releases()).length, 0)
})

test('Grafana’s and DevLake’s paths are served, and nothing beside them, to nobody without the secret', async () => {
  for (const [kind, path] of [
    ['grafana', '/api/annotations'],
    ['devlake', '/api/rest/plugins/webhook/connections/1/deployments'],
  ] as const) {
    const { call, kept, secret } = await port(kind)
    const wrong = [
      '',
      'Bearer',
      'Bearer slk_x',
      secret,
      `Bearer ${secret}x`,
      `Basic ${btoa('shiplog:slk_x')}`,
    ]
    for (const shown of wrong) assert.equal((await call('POST', path, {}, shown)).statusCode, 401, shown)
    for (const other of [`${path}/x/y`, '/api/dashboards', '/api/annotations/graphite/7']) {
      assert.equal((await call('POST', other, {})).statusCode, 404, other)
    }
    assert.equal((await kept()).length, 0)
    const basic = await call('POST', path, {}, `Basic ${btoa(`shiplog:${secret}`)}`)
    assert.ok(basic.statusCode < 300, basic.body)
  }
})

test('one deployment of DevLake’s is a release of each repository, and no token in an address is kept', async () => {
  const { ship, call, releases, kept } = await port('devlake')
  await createComponent(ship, { name: 'API' })
  const at = ship.now().toISOString()
  const commit = (repoUrl: string) => ({ repoUrl, commitSha: '1a5f89dbe7c1b0e4b1f6fa0d0c4a5f1c8d9e0a1b' })
  const told = await call('POST', '/api/plugins/webhook/connections/7/deployments', {
    id: 'deploy-42',
    startedDate: at,
    finishedDate: at,
    deploymentCommits: [
      commit('https://me:hunter2@github.com/acme/shop.git'),
      commit('git@github.com:acme/api'),
    ],
  })
  assert.equal(told.json().events.length, 2, told.body)
  assert.equal((await releases()).length, 2)
  const [delivery] = await kept()
  assert.doesNotMatch(Buffer.from(delivery?.body ?? '').toString(), /hunter2/)
})
