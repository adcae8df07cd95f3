import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { adapterFor, sourceKinds } from '../sources/adapters/index.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { startTestApp, type TestApp } from '../testing/http.ts'
import { type Sent, senders } from '../testing/senders.ts'
import { type World, world } from '../testing/world.ts'
import { mapWaiting } from './inbox.ts'

type Fixture = {
  headers: Record<string, string>
  body?: unknown
  text?: string
  method?: 'POST' | 'PUT' | 'PATCH'
  path?: string
  query?: Record<string, string>
  settings?: Record<string, string>
  expected: { events: CanonicalEvent[] }
}
type Port = { ship: World; server: TestApp; kind: string }

const folder = join(import.meta.dirname, '../sources/adapters/fixtures')
const minute = 60_000

/** What a tool says of releases, oldest first. */
function saidBy(kind: string): Fixture[] {
  const files = globSync(`${kind}-*.json`, { cwd: folder }).sort()
  const read = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture)
  return read.filter(({ expected }) => 'events' in expected).sort((one, other) => timeOf(one) - timeOf(other))
}

/** The first that says itself when it was; of others it is when they come. */
function firstTimed(kind: string): Fixture | undefined {
  return saidBy(kind).find((fixture) => timeOf(fixture) !== Date.parse('2026-11-23T12:00:00.000Z'))
}

function timeOf({ expected }: Fixture) {
  return Date.parse(expected.events[0]?.occurred_at ?? '')
}

/** The tool's own name for the delivery: samples of one vendor often share it. */
function keyOf(kind: string, { headers, body, text, path, method }: Fixture) {
  const adapter = adapterFor(kind)
  const bytes = Buffer.from(text ?? JSON.stringify(body))
  const incoming = { headers, body: bytes, received_at: '', path: path ?? '', method: method ?? 'POST' }
  const read = adapter?.read?.(incoming)
  const json = read?.ok ? read.value : body
  return adapter?.dedupeKey({ ...incoming, json }) ?? bytes.toString()
}

/** A source of this kind, and how to post to it with its own secret or another. */
async function port({ ship, server, kind }: Port, settings: Fixture['settings']) {
  const sender = senders[kind]
  assert.ok(sender, `${kind} has a sender`)
  const given = { name: kind, kind, settings: settings ?? sender.settings ?? {}, secret: sender.secret ?? '' }
  const { source, secret } = await createSource(ship, given)
  const right = secret || (sender.secret ?? '')
  const post = async (fixture: Fixture, with_secret = right) => {
    const body = Buffer.from(fixture.text ?? JSON.stringify(fixture.body))
    const headers = { 'content-type': 'application/json', ...fixture.headers }
    const request: Sent = { headers, body, path: fixture.path ?? '', at: ship.now() }
    const sent = await sender.signed(request, with_secret)
    const query = new URLSearchParams(fixture.query ?? {}).toString()
    const url = `/hooks/${source.id}${sent.path}${query && `?${query}`}`
    const method = fixture.method ?? 'POST'
    return server.app.inject({ method, url, headers: sent.headers, payload: sent.body })
  }
  return { source, post }
}

function events({ ship }: Port, source_id: string) {
  return ship.db
    .selectFrom('release_events')
    .innerJoin('deliveries', 'deliveries.id', 'release_events.delivery_id')
    .select(['type', 'run_key', 'service', 'environment', 'occurred_at', 'component_id'])
    .where('release_events.source_id', '=', source_id)
    .orderBy('deliveries.id')
    .orderBy('position')
    .execute()
}

async function deliveries({ ship }: Port, source_id: string) {
  return (await ship.db.selectFrom('deliveries').select('id').where('source_id', '=', source_id).execute())
    .length
}

/** Says of all that waits which component it is, one for each service. */
async function map(to: Port, source_id: string) {
  const waiting = await events(to, source_id)
  for (const service of new Set(waiting.map((event) => event.service))) {
    const { id } = await createComponent(to.ship, { name: `${to.kind} ${service} ${source_id}` })
    await mapWaiting(to.ship, { source_id, service, component: id })
  }
}

function releases({ ship }: Port, source_id: string) {
  return ship.db
    .selectFrom('releases')
    .select(['run_key', 'state', 'version', 'commit', 'percent', 'kind', 'finished_at', 'backfilled_at'])
    .where('source_id', '=', source_id)
    .orderBy('run_key')
    .orderBy('version')
    .execute()
}

test('what every tool says arrives, once, from nobody else, whenever and in whatever order', async (t) => {
  const ship = await world()
  const at = (url: string) => {
    const texts = Object.values(senders).flatMap(({ publicText }) => publicText ?? [])
    return Promise.any(texts.map((text) => text(url)))
  }
  const server = await startTestApp({ ...ship, publicText: at })
  for (const { kind } of sourceKinds) {
    const to = { ship, server, kind }
    await t.test(`${kind}: right, and only with its secret, and once`, () => arrives(to))
    await t.test(`${kind}: a week late it is history`, () => arrivesLate(to))
    await t.test(`${kind}: in any order it comes to the same`, (t) => arrivesInAnyOrder(to, t))
  }
})

/** An unknown component waits, is mapped, and becomes releases. */
async function arrives(to: Port) {
  const first = firstTimed(to.kind)
  assert.ok(first, `${to.kind} has a fixture that says something of a release`)
  to.ship.at(new Date(timeOf(first) + minute).toISOString())
  const { source, post } = await port(to, first.settings)

  const forged = await post(first, `slk_${'wrong'.repeat(9)}`)
  assert.equal(forged.statusCode, 401, forged.body)
  assert.equal(await deliveries(to, source.id), 0)

  const told = await post(first)
  assert.ok([200, 201, 202].includes(told.statusCode), `${told.statusCode} ${told.body}`)
  const kept = (await events(to, source.id)).map(({ component_id: _, ...event }) => event)
  const expected = first.expected.events.map(({ facts: _, ...event }) => event)
  assert.deepEqual(
    kept.map(({ run_key: _, ...event }) => event),
    expected.map(({ run_key: _, ...event }) => event),
  )
  assert.ok((await events(to, source.id)).every(({ component_id }) => component_id === null))

  const again = await post(first)
  assert.ok(again.statusCode < 300, again.body)
  assert.equal(await deliveries(to, source.id), 1)
  assert.equal((await events(to, source.id)).length, expected.length)

  await map(to, source.id)
  const about = expected.filter(({ type }) => type !== 'artifact.available')
  const made = await releases(to, source.id)
  assert.equal(made.length > 0, about.length > 0)
  assert.ok(made.every(({ backfilled_at }) => backfilled_at === null))
}

async function arrivesLate(to: Port) {
  const first = firstTimed(to.kind)
  assert.ok(first)
  const latest = Math.max(...first.expected.events.map(({ occurred_at }) => Date.parse(occurred_at)))
  to.ship.at(new Date(latest + 8 * 24 * 60 * minute).toISOString())
  const { source, post } = await port(to, first.settings)
  assert.ok((await post(first)).statusCode < 300)
  await map(to, source.id)
  for (const release of await releases(to, source.id)) assert.notEqual(release.backfilled_at, null)
}

async function arrivesInAnyOrder(to: Port, t: TestContext) {
  const all = saidBy(to.kind)
  const [first] = all
  const settings = first?.settings
  // what names no run belongs to the run that is open when it comes, so there the order does matter
  const named = all.filter(({ expected }) => expected.events.every(({ run_key }) => run_key !== ''))
  const ours = named.filter((fixture) => JSON.stringify(fixture.settings) === JSON.stringify(settings))
  const alike = [...new Map(ours.map((fixture) => [keyOf(to.kind, fixture), fixture])).values()]
  if (alike.length < 2) return t.skip('it has one fixture')
  to.ship.at(new Date(Math.max(...all.map(timeOf)) + minute).toISOString())
  const made = []
  for (const order of [alike, alike.toReversed()]) {
    const { source, post } = await port(to, settings)
    for (const fixture of order) {
      const told = await post(fixture)
      assert.ok(told.statusCode < 300, `${told.statusCode} ${told.body}`)
    }
    await map(to, source.id)
    made.push(await releases(to, source.id))
  }
  assert.deepEqual(made[0], made[1])
}
