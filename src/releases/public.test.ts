import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicComponent, publicComponents } from '../components/public.ts'
import { postUpdate } from '../incidents/updates.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { changeTier } from './environments.ts'
import { listPublicReleases, PublicRelease, publicRelease } from './public.ts'

const notFound = { code: 'not-found' }

test('customers hear of what they met: not of other environments, private components, queues or early failures', async () => {
  const { ship, say, release } = await northwind()
  const hidden = [
    await say('checkout', 'release.succeeded', { version: '1' }, 'staging'),
    await say('checkout', 'release.succeeded', { version: '2' }, 'somewhere-new'),
    await release('ledger', '3'),
    await say('checkout', 'release.queued', { version: '4' }),
    await say('checkout', 'release.started', { version: '5' }),
    await say('checkout', 'release.failed', { version: '6' }),
    await say('checkout', 'release.cancelled', { version: '7' }),
    await say('checkout', 'release.queued', { version: '8', kind: 'rollback' }),
  ]
  for (const id of hidden) await assert.rejects(publicRelease(ship, id), notFound)
  assert.deepEqual((await listPublicReleases(ship, { limit: 50 })).data, [])

  await say('checkout', 'release.progress', { version: '5', percent: 10 })
  await say('storefront', 'release.succeeded', { version: '9', dark: true })
  await say('storefront', 'release.started', { version: '0', kind: 'rollback' })
  const { data } = await listPublicReleases(ship, { limit: 50 })
  assert.deepEqual(data.map(({ version, state }) => [version, state]).sort(), [
    ['0', 'running'],
    ['5', 'canary'],
    ['9', 'dark'],
  ])
})

test('the projection holds nothing but its own fields', async () => {
  const { ship, say } = await northwindInTrouble()
  await say('checkout', 'release.succeeded', {
    version: '2.15.0',
    commit: '28e3a8612345',
    ref: 'main',
    artifact: 'pkg:oci/checkout',
    actor: { name: 'Mallory', email: 'mallory@example.com' },
    message: 'fix what Ada broke',
    reason: 'the reason',
    urls: {
      run: 'https://ci.example/7',
      commit: 'https://git.example/28e3a86',
      changelog: 'https://x.example',
    },
    rollback: { ready: 'no', plan: 'https://wiki.example' },
  })
  const { data } = await listPublicReleases(ship, { limit: 50 })
  for (const release of data) assert.deepEqual(PublicRelease.strict().parse(release), release)
  const text = JSON.stringify([data, await publicComponents(ship)])
  for (const secret of [
    'Mallory',
    'mallory',
    'Ada',
    'example',
    'pkg:',
    'wiki',
    'the reason',
    '28e3a86',
    'main',
  ]) {
    assert.ok(!text.includes(secret), secret)
  }
})

test('a release and its way back point at each other and at the incident', async () => {
  const { ship, cause, incident } = await northwindInTrouble()
  const [rollback] = (await listPublicReleases(ship, { limit: 1 })).data
  assert.deepEqual(
    [
      rollback?.kind,
      rollback?.state,
      rollback?.reverts_version,
      rollback?.version,
      rollback?.reverts_took_seconds,
    ],
    ['rollback', 'running', '2.14.0', '2.13.4', 1620],
  )
  assert.equal(rollback?.incident?.id, incident.id)
  assert.equal((await publicRelease(ship, cause)).incident?.id, incident.id)

  const { data } = await listPublicReleases(ship, { limit: 50 })
  const undone = data.find(({ version }) => version === '2.11.0')
  assert.equal(undone?.undone_by_version, '2.10.3')
})

test('what was live before an incident began is not tied to it for having been gone back to', async () => {
  const { ship, incident } = await northwindInTrouble()
  const { data } = await listPublicReleases(ship, { limit: 50 })
  const target = data.find(({ version, kind }) => version === '2.13.4' && kind === 'deploy')
  assert.ok(target)
  const remedy = { remedy: 'rolled_back' as const, remedy_release_id: target.id }
  await postUpdate(ship, incident.id, { state: 'monitoring', body: 'We are back on 2.13.4.', ...remedy })
  assert.equal((await publicRelease(ship, target.id)).incident, null)
})

test('the live version is the newest that everybody has, of production alone', async () => {
  const { ship, say, release } = await northwind()
  const live = async () => (await publicComponent(ship, 'checkout')).live.map((one) => one.version)
  assert.deepEqual(await live(), [])
  await release('checkout', '1.0.0')
  ship.wait(60)
  await release('checkout', '1.1.0')
  ship.wait(60)
  await say('checkout', 'release.progress', { version: '1.2.0', percent: 10 })
  await say('checkout', 'release.failed', { version: '1.3.0' })
  await say('checkout', 'release.succeeded', { version: '1.4.0' }, 'staging')
  assert.deepEqual(await live(), ['1.1.0'])
  ship.wait(60)
  await say('checkout', 'release.succeeded', { version: '1.0.0', run: 'back' })
  assert.deepEqual(await live(), ['1.0.0'])
})

test('a second production environment is shown with its own version', async () => {
  const { ship, say } = await northwind()
  await say('checkout', 'release.succeeded', { version: '1.0.0' })
  await say('checkout', 'release.succeeded', { version: '0.9.0', run: 'eu' }, 'production-eu')
  assert.equal((await publicComponent(ship, 'checkout')).live.length, 1)
  await changeTier(ship, 'production-eu', 'production')
  assert.deepEqual(
    (await publicComponent(ship, 'checkout')).live.map(({ environment, version }) => [environment, version]),
    [
      ['production', '1.0.0'],
      ['production-eu', '0.9.0'],
    ],
  )
})

test('a private component does not exist for the public, by its id or by its slug', async () => {
  const { ship, components } = await northwind()
  for (const name of ['ledger', components.ledger.id, 'nothing']) {
    await assert.rejects(publicComponent(ship, name), notFound)
  }
  assert.equal((await publicComponent(ship, components.checkout.id)).slug, 'checkout')
})

test('the log pages through everything once, newest first', async () => {
  const { ship } = await northwindInTrouble()
  const all = (await listPublicReleases(ship, { limit: 100 })).data.map(({ id }) => id)
  const paged: string[] = []
  let cursor: string | undefined
  do {
    const page = await listPublicReleases(ship, { limit: 2, cursor })
    paged.push(...page.data.map(({ id }) => id))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  assert.deepEqual(paged, all)
  assert.ok(all.length > 5)
})

test('without a token the API answers the public projection, to any site; with one it answers everything', async () => {
  const { ship, release, cause } = await northwindInTrouble()
  await release('ledger', '3.0.0')
  const { inject, token } = await startTestApp(ship)
  const open = await inject({ url: '/api/v1/releases?limit=100' })
  assert.equal(open.headers['access-control-allow-origin'], '*')
  const { data } = open.json()
  assert.deepEqual(data, (await listPublicReleases(ship, { limit: 100 })).data)
  assert.deepEqual(
    (await inject({ url: `/api/v1/releases/${cause}` })).json(),
    await publicRelease(ship, cause),
  )
  const one = await inject({ url: '/api/v1/releases?component=checkout&kind=rollback&limit=1' })
  assert.deepEqual([one.json().data.length, one.json().data[0].version], [1, '2.13.4'])
  assert.deepEqual((await inject({ url: '/api/v1/releases?component=ledger' })).json().data, [])

  const authorization = await token('releases:read')
  const full = await inject({ url: '/api/v1/releases?component=ledger', headers: { authorization } })
  assert.equal(full.json().data[0].source.name, 'API')
})
