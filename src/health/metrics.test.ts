import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createToken, requireToken } from '../accounts/tokens.ts'
import { buildApp } from '../app.ts'
import { queueCall } from '../outbound/actions.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startWithFront } from '../testing/front.ts'
import { startTestApp } from '../testing/http.ts'
import { onBothStores } from '../testing/postgres.ts'
import { world, worldOn } from '../testing/world.ts'
import { makeMeter } from './meter.ts'

const cli = { kind: 'cli' as const, id: null, name: 'command line' }

/** One figure's lines, name and labels to value. */
function figures(text: string, name: string) {
  const lines = text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

onBothStores('the figures say what was asked, how it was answered and what waits', async (ship) => {
  const server = await startTestApp(ship)
  const authorization = await server.token('metrics:read')
  const releases = await server.token('releases:write')
  const event = { type: 'release.started', service: 'shop', run: '1', version: '1' }
  for (const status of [202, 200]) {
    const headers = { authorization: releases }
    const answer = await server.inject({ method: 'POST', url: '/api/v1/events', headers, payload: event })
    assert.equal(answer.statusCode, status)
  }
  await queueCall(ship, {
    purpose: 'test',
    subject: ['call', 'x'],
    url: 'https://example.com/',
    body: '{}',
    schedule: 'urgent',
  })
  ship.wait(2)
  const { body, headers } = await server.inject({ url: '/metrics', headers: { authorization } })
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
  const events = '{method="POST",route="/api/v1/events",status="2xx"}'
  assert.equal(figures(body, 'shiplog_http_requests_total')[`shiplog_http_requests_total${events}`], 2)
  const taken = figures(body, 'shiplog_acknowledgement_seconds')
  assert.equal(taken.shiplog_acknowledgement_seconds_count, 2)
  assert.equal(taken['shiplog_acknowledgement_seconds_bucket{le="+Inf"}'], 2)
  assert.deepEqual(figures(body, 'shiplog_outgoing'), {
    shiplog_outgoing_queue_calls: 1,
    shiplog_outgoing_oldest_age_seconds: 120,
  })
  assert.ok(Object.values(figures(body, 'shiplog_not_ready')).every((value) => value === 0))
  assert.match(body, /^shiplog_build_info\{version="[^"]+",node="v[\d.]+",store="\w+"\} 1$/m)
  assert.match(body, /^process_cpu_seconds_total /m)
})

test('whatever addresses and methods are invented, they are one figure', async () => {
  const server = await startTestApp(await world())
  for (let at = 0; at < 50; at += 1) await server.inject({ url: `/nowhere/${at}` })
  const headers = { authorization: await server.token('admin') }
  for (const id of ['a', 'b', 'c']) await server.inject(`/releases/${id}`)
  const { body } = await server.inject({ url: '/metrics', headers })
  assert.deepEqual(figures(body, 'shiplog_http_requests_total'), {
    'shiplog_http_requests_total{method="-",route="(none)",status="4xx"}': 50,
    'shiplog_http_requests_total{method="GET",route="/releases/:id",status="4xx"}': 3,
  })
})

test('what is ready as bytes is counted apart from what was rendered', async () => {
  const ship = (await world()).as(cli)
  const meter = makeMeter()
  const front = await startWithFront(ship, { meter })
  try {
    const { token } = await createToken(ship, { name: 'prometheus', scopes: ['metrics:read'] })
    for (let at = 0; at < 5; at += 1) await front.ask('/')
    const body = String((await front.ask('/metrics', { authorization: `Bearer ${token}` })).body)
    assert.equal(figures(body, 'shiplog_render_seconds').shiplog_render_seconds_count, 1)
    const asked = figures(body, 'shiplog_http_requests_total')
    assert.equal(asked['shiplog_http_requests_total{method="GET",route="(ready)",status="2xx"}'], 4)
    assert.equal(asked['shiplog_http_requests_total{method="GET",route="/",status="2xx"}'], 1)
  } finally {
    await front.close()
  }
})

test('a backup’s age is told where backups are made, and left out while there is none', async () => {
  const ship = (await world()).as(cli)
  const settings = { url: null, trusted_proxies: [], log_level: 'silent', secret: ship.secret }
  const { token } = await createToken(ship, { name: 'one', scopes: ['metrics:read'] })
  const made = ship.now().toISOString()
  ship.wait(90)
  for (const [newest, told] of [
    [made, { shiplog_backup_age_seconds: 5400 }],
    [null, {}],
  ] as const) {
    const app = await buildApp(settings, ship, { health: { newestBackup: async () => newest } })
    const { body } = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${token}` } })
    assert.deepEqual(figures(body, 'shiplog_backup'), told)
  }
})

test('commits are timed where the store makes them last', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-commits-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const meter = makeMeter()
  assert.equal(meter.commitsWithin(0.99), null)
  const db = openDatabase(join(folder, 'one.db'), { committed: meter.committed })
  await migrateToLatest(db)
  await db.destroy()
  const counted = meter.commits.counts.reduce((sum, count) => sum + count, 0)
  assert.ok(counted >= 1 && meter.commits.sum > 0 && (meter.commitsWithin(0.99) ?? 0) > 0)
  for (let at = 0; at < 2000; at += 1) meter.committed(at < 1985 ? 1 : 500)
  assert.equal(meter.commitsWithin(0.99), 0.5)
  assert.equal(meter.commitsWithin(0.5), 0.001)
})

test('while the store is broken a token that was good stays good for the figures, and no other does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-figures-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'one.db')
  const making = openDatabase(file)
  await migrateToLatest(making)
  const maker = worldOn(making).as(cli)
  const one = await createToken(maker, { name: 'one', scopes: ['metrics:read'] })
  const two = await createToken(maker, { name: 'two', scopes: ['journal:read', 'metrics:read'] })
  // that they were used is noted once a minute: what is only read from now on lies in the file alone
  for (const { token } of [one, two]) await requireToken(maker, `Bearer ${token}`, 'metrics:read')
  await making.destroy()
  const db = openDatabase(file)
  const ship = worldOn(db)
  const settings = { url: null, trusted_proxies: [], log_level: 'silent', secret: ship.secret }
  const app = await buildApp(settings, ship, { health: { database_url: file } })
  const ask = (token: string, url = '/metrics') =>
    app.inject({ url, headers: { authorization: `Bearer ${token}` } })
  assert.equal((await ask(one.token)).statusCode, 200)
  assert.equal((await ask(two.token, '/api/v1/journal')).statusCode, 200)
  writeFileSync(file, 'nonsense '.repeat(4000))
  const broken = await ask(one.token)
  assert.equal(broken.statusCode, 200)
  const reasons = figures(broken.body, 'shiplog_not_ready')
  assert.deepEqual(
    Object.entries(reasons).filter(([, value]) => value === 1),
    [['shiplog_not_ready{reason="corrupt"}', 1]],
  )
  assert.deepEqual(figures(broken.body, 'shiplog_outgoing'), {})
  assert.equal((await ask(two.token)).statusCode, 503)
  assert.equal((await ask(one.token, '/api/v1/journal')).statusCode, 503)
  await db.destroy()
})
