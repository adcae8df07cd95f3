import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startWithFront } from '../testing/front.ts'
import { startPostgresServer } from '../testing/postgres-server.ts'
import { world } from '../testing/world.ts'
import { aboutProxy, checkAddress } from './address-checks.ts'
import { checkBackups } from './backup-checks.ts'
import type { Finding } from './finding.ts'
import { checkDisk, checkFolder } from './folder-checks.ts'
import { checkStore } from './store-checks.ts'

const folder = mkdtempSync(join(tmpdir(), 'shiplog-checks-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const told = (findings: Finding[]) =>
  findings.map(({ state, says, advice }) => `${state}: ${says} ${advice ?? ''}`).join('\n')

test('a folder that cannot be written, and a disk with little or hardly any room', () => {
  assert.match(told(checkFolder('/proc')), /^fail: \/proc cannot be written \(E\w+\)\. Give it to the user/)
  assert.match(told(checkFolder(join(folder, '..', 'none'))), /^fail: There is no folder/)
  const room = (bytes: number) => () => ({ bavail: bytes / 4096, bsize: 4096 })
  assert.match(told(checkFolder(folder, room(4096e6))), /ok: 4\.1 GB left|ok: 4\.\d+ GB left/)
  assert.match(told(checkFolder(folder, room(500e6))), /warn: Only 500 MB left on its disk\. Make room/)
  assert.match(told(checkFolder(folder, room(1e6))), /fail: Only 1 MB left/)
})

test('a disk that is slow to make things last', () => {
  let at = 0
  const slow = () => {
    at += 60
    return at
  }
  assert.match(told(checkDisk(folder, slow)), /^warn: A write lasts after 60\.0 ms \(half\), 60\.0 ms.*SSD/)
  assert.match(told(checkDisk(folder)), /A write lasts after \d+\.\d ms/)
  assert.deepEqual(readdirSync(folder), [])
})

test('a backup that is new enough, one that is late, one that is long overdue, and none', () => {
  const at = (hours: number) => new Date(Date.UTC(2026, 10, 23, 12) - hours * 3_600_000).toISOString()
  const look = (newest: string | null, every = 24) => told(checkBackups(newest, every, new Date(at(0))))
  assert.match(look(at(20)), /^ok: The newest is 20 hours old/)
  assert.match(look(at(31)), /^warn: The newest is 1 day old.*shiplog backup/)
  assert.match(look(at(80)), /^fail: The newest is 3 days old/)
  assert.match(look(null), /^warn: There is no backup yet/)
  assert.match(look(null, 0), /^warn: No backup is made here/)
})

async function listening(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Hands a request on, with what it says of whom it asks for. */
function proxyTo(port: number, said: IncomingHttpHeaders): RequestListener {
  return (from, to) => {
    const asked = request({ port, host: '127.0.0.1', path: from.url, headers: { ...from.headers, ...said } })
    asked.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(to)
    })
    asked.end()
  }
}

async function harbour(t: TestContext, trusted_proxies: string[] = []) {
  const ship = await world()
  ship.at(new Date().toISOString())
  const front = await startWithFront(ship, { trusted_proxies })
  t.after(() => front.close())
  const { port } = front.app.server.address() as AddressInfo
  const local = `http://127.0.0.1:${port}`
  const look = async (url: string | null, secret = ship.secret, now = () => new Date()) =>
    told(await checkAddress({ url, local, secret, now }))
  return { port, local, look }
}

test('an address that leads elsewhere, nowhere, or to a server that is not running', async (t) => {
  const { look, local } = await harbour(t)
  const other = await listening(t, (_, answer) => answer.writeHead(200).end('{"status":"ok"}'))
  const onward = await listening(t, (_, answer) =>
    answer.writeHead(301, { location: `${local}/readyz` }).end(),
  )
  assert.match(await look(local), /ok: http.* leads to this Shiplog, which is ready/)
  assert.match(await look(other), /fail: .* is not this Shiplog: whoever is there answered 200/)
  assert.match(await look(onward), /fail: .* is not this Shiplog: whoever is there sends on/)
  assert.match(await look(local, Buffer.alloc(32, 8)), /fail: .* is not this Shiplog.*same SHIPLOG_SECRET/)
  assert.match(
    await look('http://127.0.0.1:2'),
    /fail: .*cannot be reached.*ECONNREFUSED.*while Shiplog answers at/,
  )
  const stopped = await checkAddress({
    url: null,
    local: 'http://127.0.0.1:2',
    secret: Buffer.alloc(32, 7),
    now: () => new Date(),
  })
  assert.match(told(stopped), /warn: Shiplog does not answer at http:\/\/127\.0\.0\.1:2 \(ECONNREFUSED\)/)
})

test('a proxy that is not believed, one that is, and none', async (t) => {
  const said = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http' }
  const strange = await harbour(t)
  const proxy = await listening(t, proxyTo(strange.port, said))
  assert.match(
    await strange.look(proxy),
    /warn: x-forwarded-for, x-forwarded-proto from 127\.0\.0\.1 is not believed.*SHIPLOG_TRUSTED_PROXIES=127\.0\.0\.1/,
  )
  assert.match(await strange.look(strange.local), /ok: No proxy stands in between/)
  const known = await harbour(t, ['127.0.0.1'])
  const own = await listening(t, proxyTo(known.port, said))
  assert.match(
    await known.look(own),
    /ok: The proxy at 127\.0\.0\.1 is believed: this request came from 203\.0\.113\.7, by http/,
  )
  const seen = { ip: '203.0.113.7', peer: '10.0.0.2', protocol: 'http', forwarded: ['x-forwarded-for'] }
  assert.match(
    told(aboutProxy('https://status.test', seen)),
    /warn: .* does not say that readers come by https/,
  )
  assert.match(
    told(aboutProxy('https://status.test', { ...seen, forwarded: [] })),
    /warn: .*no X-Forwarded-… arrives/,
  )
})

test('a clock at the address that is off from this one', async (t) => {
  const { look, local } = await harbour(t)
  const later = () => new Date(Date.now() + 300_000)
  assert.match(
    await look(local, undefined, later),
    /warn: Whoever answers at the address has a clock that is 5 minutes off/,
  )
  assert.doesNotMatch(await look(local), /clock/)
})

test('a PostgreSQL that acknowledges before it keeps, and one whose clock is off', async (t) => {
  const { address, stop } = await startPostgresServer()
  t.after(stop)
  const db = openDatabase(address('postgres'))
  t.after(() => db.destroy())
  await migrateToLatest(db)
  const now = () => new Date()
  const well = await checkStore({ db, now, url: address('postgres') })
  assert.match(told(well), /ok: PostgreSQL 1\d\.\d+.* answers/)
  assert.ok(
    well.every(({ state }) => state === 'ok'),
    told(well),
  )
  const hasty = `${address('postgres')}?options=-c%20synchronous_commit%3Doff`
  assert.match(
    told(await checkStore({ db, now, url: hasty })),
    /fail: synchronous_commit is off.*alter system/,
  )
  const early = () => new Date(Date.now() - 7200_000)
  assert.match(
    told(await checkStore({ db, now: early, url: address('postgres') })),
    /warn: The database server's clock is 2 hours off/,
  )
})
