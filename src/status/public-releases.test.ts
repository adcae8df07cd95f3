import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicComponent } from '../components/public.ts'
import { listPublicReleases, publicRelease } from '../releases/public.ts'
import { editSite } from '../site/actions.ts'
import { readSite, type Site } from '../site/store.ts'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'

/** A shop in trouble of whose releases customers may read so much. */
async function shop(public_releases: Site['public_releases'], given?: World) {
  const world = await northwindInTrouble(given)
  const { ship, say, incident, components } = world
  const staged = await say('checkout', 'release.succeeded', { version: '77.7.7' }, 'staging')
  const elsewhere = await say('checkout', 'release.succeeded', { version: '88.8.8' }, 'somewhere-new')
  await publish(ship, public_releases)
  const { data } = await listPublicReleases(ship, { limit: 100 })
  const addresses = [
    '/',
    '/releases',
    '/rollbacks',
    `/components/${components.checkout.slug}`,
    `/components/${components.storefront.slug}`,
    `/incidents/${incident.id}`,
    '/api/v1/releases',
    '/api/v1/rollbacks',
    '/api/v1/components',
    `/api/v1/incidents/${incident.id}`,
  ]
  return { ...world, staged, elsewhere, data, addresses }
}

async function publish(ship: World, public_releases: Site['public_releases']) {
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, public_releases })
}

/** What each public output says, by its address. */
async function read({ ship, addresses }: Awaited<ReturnType<typeof shop>>) {
  const server = await startTestApp(ship)
  const answer = async (url: string) => (await server.inject({ url })).body
  const told = new Map<string, string>()
  for (const url of addresses) told.set(url, await answer(url))
  const saying = (words: string) => [...told].filter(([, body]) => body.includes(words)).map(([url]) => url)
  return { saying, told, status: async (url: string) => (await server.inject({ url })).statusCode }
}

test('all: customers read of every environment that has its place, each named, and never of one that a tool made up', async () => {
  const world = await shop('all')
  const { saying, status } = await read(world)
  assert.deepEqual(saying('77.7.7'), ['/', '/releases', '/components/checkout', '/api/v1/releases'])
  assert.deepEqual(saying('88.8.8'), [])
  assert.equal(await status(`/releases/${world.staged}`), 200)
  assert.equal(await status(`/releases/${world.elsewhere}`), 404)
  assert.ok(saying('staging').includes('/'), 'the line says where it is')
  assert.deepEqual(
    (await publicComponent(world.ship, 'checkout')).live.map(({ environment }) => environment),
    ['production'],
  )
})

test('production: what is staged is on no page, and what went live is on each that tells of it', async () => {
  const world = await shop('production')
  const { saying, status } = await read(world)
  assert.deepEqual([...saying('77.7.7'), ...saying('88.8.8')], [])
  assert.equal(await status(`/releases/${world.staged}`), 404)
  assert.deepEqual(saying('5.41.2'), [
    '/',
    '/releases',
    '/components/storefront',
    '/api/v1/releases',
    '/api/v1/components',
  ])
})

test('eventful: only ways back, what was taken back, and what an incident is tied to', async () => {
  const world = await shop('eventful')
  const { saying, status } = await read(world)
  assert.deepEqual(saying('5.41.2'), [], 'nothing happened to it')
  assert.deepEqual(saying('8.2.1'), [])
  assert.deepEqual(
    world.data.map(({ kind, version }) => [kind, version]),
    [
      ['rollback', '2.13.4'],
      ['deploy', '2.14.0'],
      ['rollback', '2.10.3'],
      ['deploy', '2.11.0'],
    ],
  )
  for (const url of ['/', '/releases', `/incidents/${world.incident.id}`, '/api/v1/releases']) {
    assert.ok(saying('2.14.0').includes(url), url)
  }
  assert.ok(saying('2.11.0').includes('/rollbacks'))
  assert.equal(await status(`/releases/${world.cause}`), 200)
  assert.deepEqual((await publicComponent(world.ship, 'checkout')).live, [])
})

test('eventful: nothing points at a release of which customers may not read, nor tells when one came', async () => {
  const { ship, data } = await shop('eventful')
  const shown = new Set(data.map(({ id }) => id))
  for (const one of data) {
    for (const id of [one.reverts_release_id, one.restores_release_id, one.undone_by_release_id]) {
      assert.ok(id === null || shown.has(id), `${one.version} points at ${id}`)
    }
  }
  const back = data.find(({ version }) => version === '2.10.3')
  assert.equal(back?.replaced_at, null, '2.13.4 came after it, and is not public')
  await publish(ship, 'production')
  const whole = await publicRelease(ship, back?.id ?? '')
  assert.notEqual(whole.replaced_at, null)
  assert.notEqual(whole.restores_release_id, null)
})

test('none: no output names a release, and an incident says neither which did it nor how it was taken back', async () => {
  const world = await shop('none')
  const { saying, status, told } = await read(world)
  for (const version of ['2.14.0', '2.13.4', '2.10.3', '5.41.2', '8.2.1', '77.7.7', world.cause]) {
    assert.deepEqual(saying(version), [], version)
  }
  assert.equal(await status(`/releases/${world.cause}`), 404)
  assert.equal(await status(`/releases/${world.restored}`), 404)
  const incident = JSON.parse(told.get(`/api/v1/incidents/${world.incident.id}`) ?? '')
  assert.deepEqual([incident.cause, incident.cause_release, incident.rollback], ['unknown', null, null])
  assert.ok(saying('Card payments fail').includes('/'), 'the incident itself stays public')
})

test('where not every release is told, no page counts them or says that there were none', async () => {
  for (const mode of ['eventful', 'none'] as const) {
    const { saying } = await read(await shop(mode))
    for (const words of ['no releases', '1 release', '2 releases', 'No release has been reported']) {
      const claiming = saying(words).filter((url) => url === '/' || url.startsWith('/components/'))
      assert.deepEqual(claiming, [], `${mode}: ${words}`)
    }
  }
  const { saying } = await read(await shop('production'))
  assert.ok(saying('2 releases').includes('/'), 'where all are told they are counted')
})

test('eventful: a quiet day on which something was taken back counts no releases', async () => {
  const world = await shop('production')
  const { ship, release, say } = world
  ship.at('2026-11-21T09:00:00.000Z')
  await release('storefront', '5.41.1')
  await say('storefront', 'release.started', { version: '5.41.0', run: 'undo', kind: 'rollback' })
  await say('storefront', 'release.succeeded', { version: '5.41.0', run: 'undo' })
  ship.at('2026-11-23T12:35:00.000Z')
  assert.match((await read(world)).told.get('/') ?? '', /No incidents, 1 release\./)
  await publish(ship, 'eventful')
  assert.doesNotMatch((await read(world)).told.get('/') ?? '', /No incidents, \d+ release/)
})

test('which releases are public is decided alike on both stores', async () => {
  const given = await world()
  const { ship } = await shop('production', given)
  const count = async (mode: Site['public_releases']) => {
    await publish(ship, mode)
    return (await listPublicReleases(ship, { limit: 100 })).data.length
  }
  const [all, production, eventful, none] = [
    await count('all'),
    await count('production'),
    await count('eventful'),
    await count('none'),
  ]
  assert.deepEqual({ eventful, none, staged: all - production }, { eventful: 4, none: 0, staged: 1 })
  assert.ok(production > eventful)
})
