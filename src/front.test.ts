import assert from 'node:assert/strict'
import { type AddressInfo, connect } from 'node:net'
import { after, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { editComponent, setStatusByHand } from './components/actions.ts'
import { editGroup } from './components/groups.ts'
import { listGroups } from './components/store.ts'
import { declareIncident, deleteIncident } from './incidents/actions.ts'
import { postUpdate } from './incidents/updates.ts'
import { startWithFront } from './testing/front.ts'
import { northwind, northwindInTrouble } from './testing/northwind.ts'
import { once } from './testing/world.ts'

const open: { close(): Promise<void> }[] = []
after(async () => {
  for (const one of open) await one.close()
})

async function shop(options: Parameters<typeof startWithFront>[1] = {}) {
  const world = await northwindInTrouble()
  const server = await startWithFront(world.ship, options)
  open.push(server)
  return { ...world, ...server }
}

test('a public page is rendered once for all who ask, at the same time and later', async () => {
  const { ask, rendered } = await shop()
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/')))
  answers.push(await ask('/'), await ask('/', {}, 'HEAD'))
  assert.equal(rendered(), 1)
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  assert.equal(new Set(answers.map(({ headers }) => headers.etag)).size, 1)
})

test('what was published is in the very next answer', async () => {
  const { ask, text, ship, incident } = await shop()
  const before = await ask('/')
  await postUpdate(ship, incident.id, { body: 'The way back is half done.' })
  assert.match(await text('/'), /The way back is half done/)
  assert.match(await text('/components/checkout'), /The way back is half done/)
  assert.notEqual((await ask('/')).headers.etag, before.headers.etag)
})

test('who asks after a change does not get what was begun before it', async () => {
  const { meanwhile, text, ship, components } = await shop()
  const held = Promise.withResolvers<void>()
  meanwhile.work = () => held.promise
  const early = text('/')
  await new Promise((resolve) => setTimeout(resolve, 20))
  meanwhile.work = () => {}
  await setStatusByHand(ship, { component_id: components.storefront.id, status: 'major_outage' })
  const late = text('/')
  held.resolve()
  await early
  assert.match(await late, /Storefront is down/)
  assert.match(await text('/'), /Storefront is down/)
})

test('however fast changes come, an address is rendered once at a time', async () => {
  const { meanwhile, text, ship, components, rendered } = await shop()
  let at_once = 0
  let most = 0
  meanwhile.work = async () => {
    most = Math.max(most, ++at_once)
    await new Promise((resolve) => setTimeout(resolve, 20))
    at_once -= 1
  }
  const asked: Promise<string>[] = []
  for (const status of [
    'degraded_performance',
    'partial_outage',
    'major_outage',
    'partial_outage',
  ] as const) {
    asked.push(text('/'), text('/'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await setStatusByHand(ship, { component_id: components.storefront.id, status })
  }
  asked.push(text('/'))
  assert.match((await Promise.all(asked)).at(-1) ?? '', /Storefront is partly down|are partly down/)
  assert.equal(most, 1)
  assert.ok(rendered() < asked.length, String(rendered()))
})

test('what another process wrote is shown once the journal was read', async () => {
  const { text, ship, journal, components } = await shop()
  await text('/')
  const { committed, ...elsewhere } = ship
  await setStatusByHand(elsewhere, { component_id: components.storefront.id, status: 'major_outage' })
  await journal.catchUp()
  assert.match(await text('/'), /Storefront is down/)
})

test('each encoding has bytes and a strong ETag of its own, and the one that is known is 304 without a body', async () => {
  const { ask } = await shop()
  const plain = await ask('/')
  const packed = {
    br: await ask('/', { 'accept-encoding': 'gzip, deflate, br' }),
    gzip: await ask('/', { 'accept-encoding': 'gzip, br;q=0' }),
  }
  assert.deepEqual(brotliDecompressSync(packed.br.body), plain.body)
  assert.deepEqual(gunzipSync(packed.gzip.body), plain.body)
  const etags = [plain, packed.br, packed.gzip].map(({ headers }) => String(headers.etag))
  assert.equal(new Set(etags).size, 3)
  for (const etag of etags) assert.match(etag, /^"[\w-]+"$/)
  const known = await ask('/', { 'accept-encoding': 'br', 'if-none-match': `"other", W/${etags[1]}` })
  assert.deepEqual([known.status, known.body.length, known.headers.etag], [304, 0, etags[1]])
  assert.equal(known.headers['content-length'], undefined)
  assert.equal((await ask('/', { 'accept-encoding': 'br', 'if-none-match': etags[2] ?? '' })).status, 200)
})

test('kept answers carry the same headers as fresh ones, and HEAD the same as GET', async () => {
  const { ask, app } = await shop()
  const usual = (await app.inject({ url: '/no-such-page' })).headers
  const [first, kept, head] = [await ask('/'), await ask('/'), await ask('/', {}, 'HEAD')]
  const { date, ...headers } = kept.headers
  assert.equal(headers['content-security-policy'], usual['content-security-policy'])
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers.vary, 'accept-encoding')
  assert.match(String(headers['cache-control']), /^public, max-age=10, stale-while-revalidate=30/)
  for (const one of [first, head])
    assert.deepEqual({ ...one.headers, date: undefined }, { ...headers, date: undefined })
  assert.equal(head.body.length, 0)
  assert.ok(date)
})

test('time goes on without a change: at most one rendering a minute, made while the last one is answered', async () => {
  const { ask, ship, rendered } = await shop()
  await ask('/')
  for (let seconds = 0; seconds < 5; seconds++) {
    ship.wait(0.1)
    await ask('/')
  }
  assert.equal(rendered(), 1)
  ship.wait(1)
  assert.match(String((await ask('/')).body), /14:35/)
  while (rendered() < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  while (!/14:36/.test(String((await ask('/')).body))) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(rendered(), 2)
  ship.wait(10)
  assert.match(String((await ask('/')).body), /14:46/)
})

test('unknown paths, parameters and spellings grow nothing', once, async () => {
  const { ask, front } = await shop()
  await ask('/')
  await ask('/components/checkout')
  const size = () => front.renderings.ready.size
  const before = size()
  for (let count = 0; count < 200; count++) {
    assert.equal((await ask(`/?utm=${count}`)).status, 200)
    assert.equal((await ask(`/incidents/x${count}`)).status, 404)
    assert.equal((await ask(`/components/check%6fut?${count}`)).status, 200)
  }
  assert.equal(size(), before)
})

test('the number and the bytes of what is kept are bounded, whatever Host is claimed', once, async () => {
  const { renderings, bytes } = (await shop()).front.renderings.most
  assert.ok(renderings <= 2000 && bytes <= 64 * 2 ** 20)
  const kept = async (most: { renderings: number; bytes: number }) => {
    const { ask, front } = await shop({ url: null, most })
    for (let count = 0; count < 60; count++) await ask('/api/v1/components', { host: `h${count}.test` })
    const sizes = [...front.renderings.ready.values()].map(({ size }) => size)
    const sum = sizes.reduce((sum, size) => sum + size, 0)
    assert.equal(front.renderings.bytes, sum)
    return { count: sizes.length, sum }
  }
  const unbounded = await kept({ renderings, bytes })
  assert.equal(unbounded.count, 60)
  assert.equal((await kept({ renderings: 40, bytes })).count, 40)
  const half = Math.ceil(unbounded.sum / 2)
  assert.ok((await kept({ renderings, bytes: half })).sum <= half)
})

test('dots in the place of a name lead to no other page', async () => {
  const { ask, front, files } = await shop()
  for (const noun of [
    'incidents',
    'releases',
    'components',
    'history',
    'api/v1/components',
    'api/v1/incidents',
  ])
    for (const dots of ['..', '.', '%2e%2e', '%2E.']) {
      const { status } = await ask(`/${noun}/${dots}`)
      assert.ok(status === 404, `/${noun}/${dots}: ${status}`)
    }
  assert.equal(front.renderings.ready.size, 0)
  await files.settled()
  assert.equal(await files.load('/incidents/..'), null)
})

test('a Host with a path in it does not make one page pass for another', async () => {
  const { ask } = await shop({ url: null })
  assert.equal((await ask('/releases', { host: 'status.test/api/v1' })).status, 400)
  const answer = await ask('/api/v1/releases', { host: 'status.test' })
  assert.match(String(answer.headers['content-type']), /^application\/json/)
})

test('a Host that is none is refused, and nobody else notices', async () => {
  const { ask, front } = await shop({ url: null })
  const hosts = ['a b', 'a"><script>', 'me@status.test', 'a:b', 'a:99999', '999.999.999.999', '[::', '?', '#']
  for (const host of [...hosts, `${'a'.repeat(260)}.test`, 'status.test, other.test']) {
    for (const path of ['/', '/feed.json', '/incidents/none'])
      assert.equal((await ask(path, { host })).status, 400, host)
  }
  for (const host of ['status.test', 'STATUS.test:8080', '127.0.0.1', '[::1]:8080', 'my_status', 'localhost'])
    assert.equal((await ask('/', { host })).status, 200, host)
  assert.equal(front.renderings.paused_until, 0)
})

test('who asks as before HTTP/1.1, without a Host, is answered', async () => {
  const { app, front } = await shop({ url: null })
  const { port } = app.server.address() as AddressInfo
  for (let times = 0; times < 2; times++) {
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.0\r\n\r\n')
    const parts = await Array.fromAsync(socket as AsyncIterable<Buffer>)
    assert.match(String(Buffer.concat(parts)), /^HTTP\/1.1 200 [\s\S]*http:\/\/localhost\//)
  }
  assert.equal(front.renderings.paused_until, 0)
})

test('a proxy that only names the host it was asked for gets links to that host', async () => {
  const { ask } = await shop({ url: null, trusted_proxies: ['127.0.0.1'] })
  await ask('/robots.txt', { host: 'inside:8080' })
  const forwarded = { host: 'inside:8080', 'x-forwarded-host': 'status.test' }
  assert.match(String((await ask('/robots.txt', forwarded)).body), /http:\/\/status\.test\/sitemap/)
})

test('an answer for whoever has a token is never kept, and never from what is kept', async () => {
  const { ask, front } = await shop()
  await ask('/api/v1/components')
  const kept = front.renderings.ready.size
  assert.equal((await ask('/api/v1/components', { authorization: 'Bearer shl_wrong' })).status, 401)
  assert.equal(front.renderings.ready.size, kept)
})

test('a page that stops being public is 404 at once', async () => {
  const { ask, ship, incident } = await shop()
  assert.equal((await ask(`/incidents/${incident.id}`)).status, 200)
  await deleteIncident(ship, incident.id)
  assert.equal((await ask(`/incidents/${incident.id}`)).status, 404)
})

test('while the store cannot be read, what was known is answered, says how old it is, and comes back by itself', async () => {
  const { ask, text, ship, meanwhile } = await shop()
  await text('/')
  await text('/components/checkout')
  meanwhile.work = () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
  }
  ship.wait(12)
  const page = await ask('/')
  assert.equal(page.status, 200)
  assert.match(String(page.body), /<aside class="stale">/)
  assert.deepEqual(
    [page.headers.age, page.headers['cache-status']],
    ['720', 'shiplog; hit; ttl=-720; detail=store-unavailable'],
  )
  assert.equal((await ask('/components/checkout')).headers.age, '720')
  assert.equal((await ask('/rollbacks')).status, 503)
  meanwhile.work = () => {}
  ship.wait(0.1)
  const isStill = async () => !/<aside class="stale" hidden>/.test(await text('/'))
  while (await isStill()) await new Promise((resolve) => setTimeout(resolve, 10))
  const back = await ask('/')
  assert.match(String(back.body), /<aside class="stale" hidden>/)
  assert.equal(back.headers.age, undefined)
})

test('a store that does not answer at all keeps nobody waiting for long', async () => {
  const { ask, ship, meanwhile } = await shop()
  await ask('/')
  meanwhile.work = () => new Promise(() => {})
  ship.wait(5)
  const began = performance.now()
  assert.equal((await ask('/')).headers.age, '300')
  assert.ok(performance.now() - began < 9_000)
})

test('after a restart with a broken store the pages of before are answered from disk', async () => {
  const { text, files, front, ship } = await shop()
  await text('/')
  await text('/components/checkout')
  await files.settled()
  const page = await files.load('/components/checkout')
  assert.match(page?.body ?? '', /Checkout/)
  front.renderings.ready.clear()
  await ship.db.destroy()
  assert.match(await text('/components/checkout'), /<aside class="stale">[\s\S]*Checkout/)
})

test('what was hidden is gone from memory and from disk, also for bad days', async () => {
  const { ask, text, files, ship, components } = await shop()
  const checkout = components.checkout.id
  await text('/components/checkout')
  await files.settled()
  await editComponent(ship, checkout, { visibility: 'private' })
  await ship.db.destroy()
  assert.equal(await files.load('/components/checkout'), null)
  assert.notEqual((await ask('/components/checkout')).status, 200)
})

test('the name that a group had is gone from disk too', async () => {
  const { text, files, ship } = await shop()
  await text('/')
  await files.settled()
  const group = (await listGroups(ship)).find(({ name }) => name === 'Shop')
  await editGroup(ship, group?.id ?? '', { name: 'Store' })
  assert.equal(await files.load('/'), null)
})

test('what is written to disk while something is hidden does not survive it', async () => {
  const { ship } = await northwind()
  const server = await startWithFront(ship)
  open.push(server)
  const incident = await declareIncident(server.ship, { title: 'A slip of the tongue', body: 'Not for you.' })
  await server.text('/')
  await deleteIncident(server.ship, incident.id)
  await server.files.settled()
  assert.doesNotMatch((await server.files.load('/'))?.body ?? '', /slip of the tongue/)
})
