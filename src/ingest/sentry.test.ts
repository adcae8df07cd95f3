import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

async function port(settings: Record<string, string> = {}) {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  const { app } = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: 'Sentry', kind: 'sentry', settings })
  const call = (method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, shown = `Bearer ${secret}`) =>
    app.inject({ method, url: path, headers: { authorization: shown }, ...(payload && { payload }) })
  const releases = () => ship.db.selectFrom('releases').selectAll().orderBy('id').execute()
  const kept = () => ship.db.selectFrom('deliveries').select(['state', 'body']).orderBy('id').execute()
  return { ship, call, source, secret, releases, kept, at: '/api/0/organizations/acme/releases' }
}

test('Sentry’s clients, who take no path in an address, reach their source by the secret they show', async () => {
  const { call, releases, at, source, kept } = await port()
  const made = await call('POST', `${at}/`, { version: 'shop@1.4.2', projects: ['shop'] })
  assert.equal(made.statusCode, 201, made.body)
  assert.deepEqual(made.json().projects, [{ slug: 'shop', name: 'shop' }])
  assert.equal((await releases()).length, 0, 'a release of Sentry’s is nowhere yet')
  const deploy = { environment: 'production', name: null, dateFinished: new Date().toISOString() }
  const told = await call('POST', `${at}/shop@1.4.2/deploys/`, deploy)
  assert.equal(told.statusCode, 201, told.body)
  const copy = await call('POST', `${at}/shop@1.4.2/deploys/`, deploy)
  assert.equal(copy.statusCode, 208)
  assert.equal(copy.json().id, told.json().id)
  const other = await call('POST', `${at}/shop@1.4.3/deploys/`, deploy)
  assert.equal(other.statusCode, 201, 'the same bytes of another version are no copy')
  const within = await call('POST', `/hooks/${source.id}${at}/shop@1.4.3/deploys/`, deploy)
  assert.equal(within.statusCode, 208, 'the address of the source does the same')
  assert.deepEqual((await releases()).map(({ version }) => version).sort(), ['1.4.2', '1.4.3'])
  assert.equal((await kept()).length, 3)
})

test('what a client asks before it tells is answered, and nothing of it is kept', async () => {
  const { call, kept, at } = await port({ repositories: ' acme/shop ,, acme/api' })
  const repos = await call('GET', '/api/0/organizations/acme/repos/?cursor=')
  assert.deepEqual(
    repos.json().map(({ name }: { name: string }) => name),
    ['acme/shop', 'acme/api'],
  )
  assert.deepEqual((await call('GET', `${at}/shop@1.4.2/previous-with-commits/`)).json(), {})
  assert.deepEqual((await call('GET', `${at}/shop@1.4.2/deploys/`)).json(), [])
  assert.equal((await call('GET', `${at}/shop@1.4.2/`)).statusCode, 404)
  assert.equal((await call('GET', '/api/0/')).statusCode, 200)
  assert.equal((await kept()).length, 0)
})

test('nobody without the secret of a source for Sentry is heard, and no other path is served', async () => {
  const { ship, call, kept, secret, at } = await port()
  const native = await createSource(ship, { name: 'Scripts', kind: 'native' })
  const wrong = [
    '',
    'Bearer',
    'Bearer slk_x',
    `Token ${secret}`,
    secret,
    `Bearer ${secret}x`,
    `Bearer ${secret} x`,
  ]
  for (const shown of wrong) {
    for (const method of ['GET', 'POST'] as const) {
      const { statusCode } = await call(method, `${at}/`, method === 'POST' ? {} : undefined, shown)
      assert.equal(statusCode, 401, `${method} with ${shown}`)
    }
  }
  assert.equal((await call('POST', `${at}/`, {}, `Bearer ${native.secret}`)).statusCode, 404)
  for (const path of ['chunk-upload/', 'organizations/acme/issues/']) {
    assert.equal((await call('POST', `/api/0/${path}`, {})).statusCode, 404, path)
  }
  assert.equal((await kept()).length, 0)
})

test('commits with their patches may be large, and of who wrote them nothing is kept', async () => {
  const { call, kept, at } = await port()
  const commit = { id: 'b'.repeat(40), author_email: 'ann@example.com', message: 'token=hunter2' }
  const patch_set = Array.from({ length: 9000 }, (_, n) => ({ path: `src/file-${n}-of-many.ts`, type: 'M' }))
  const told = await call('PUT', `${at}/shop@1.4.2/`, { commits: [{ ...commit, patch_set }] })
  assert.equal(told.statusCode, 200, told.body)
  const [{ body } = { body: null }] = await kept()
  assert.doesNotMatch(Buffer.from(body ?? '').toString(), /ann@|hunter2|file-/)
  const stranger = await call('PUT', `${at}/shop@1.4.2/`, { commits: [{ patch_set }] }, 'Bearer slk_x')
  assert.ok([401, 413].includes(stranger.statusCode), String(stranger.statusCode))
})
