import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import type { Adapter, Translation } from '../sources/adapter.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { sourceById } from '../sources/store.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { acceptDeliveries } from './actions.ts'
import { readAgain } from './again.ts'
import { compare } from './compare.ts'
import type { Verified } from './model.ts'
import { readUnread, storeDeliveries } from './reading.ts'

const at = '2026-11-23T11:50:00.000Z'
const event = (more: Partial<CanonicalEvent> = {}): CanonicalEvent => ({
  type: 'release.succeeded',
  run_key: '7',
  service: 'shop',
  environment: 'production',
  occurred_at: at,
  facts: { version: '1.4.3' },
  ...more,
})

/** A source whose adapter says what it is told to, so that it can come to understand more. */
async function port(say: () => Translation) {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'Script', kind: 'native' })
  await createComponent(ship, { name: 'Shop' })
  const native = adapterFor('native') as Adapter
  const spoken = { ...native }
  const restore = native.translate
  native.translate = () => say()
  const json = { type: 'ping' }
  const item: Verified = {
    source: await sourceById(ship, source.id),
    adapter: spoken,
    scope: '',
    actor: { kind: 'source', id: source.id, name: source.name },
    incoming: { headers: {}, body: Buffer.from(JSON.stringify(json)), received_at: at, json },
  }
  item.adapter.translate = () => say()
  return { ship, item, end: () => Object.assign(native, { translate: restore }) }
}

async function accepted(ship: World, item: Verified) {
  const [outcome] = await acceptDeliveries(ship, [item])
  assert.ok(outcome && 'acknowledged' in outcome)
  return outcome.acknowledged.delivery
}

async function standing(ship: World) {
  const events = await ship.db
    .selectFrom('release_events')
    .select(['type', 'position', 'facts', 'release_id'])
    .orderBy('position')
    .execute()
  const releases = await ship.db.selectFrom('releases').select(['version', 'state', 'message']).execute()
  return { events: events.map((one) => ({ ...one, facts: JSON.parse(one.facts) })), releases }
}

test('an accepted delivery read again is the same as before, however often, and nothing is told twice', async () => {
  const { ship, item, end } = await port(() => ({ events: [event(), event({ service: 'unknown' })] }))
  try {
    const id = await accepted(ship, item)
    const was = await standing(ship)
    for (let times = 0; times < 2; times++) {
      const { reading, added, matched_now, outcome } = await readAgain(ship, id)
      assert.deepEqual([reading, added, matched_now, outcome], ['same', 0, 0, 'accepted'])
    }
    assert.deepEqual(await standing(ship), was)
    const told = await ship.db
      .selectFrom('journal')
      .select('action')
      .where('action', 'like', 'release.%')
      .execute()
    assert.equal(told.length, 1)
  } finally {
    end()
  }
})

test('what a newer adapter understands besides is added: facts that were missing, and events that are new', async () => {
  let said: Translation = { events: [event({ facts: { urls: { run: 'https://ci.example/7' } } })] }
  const { ship, item, end } = await port(() => said)
  try {
    const id = await accepted(ship, item)
    const facts = {
      version: '1.4.3',
      message: 'Out',
      urls: { run: 'https://ci.example/7', target: 'https://a.example/' },
    }
    const artifact = event({ type: 'artifact.available', facts: { version: '1.4.3' } })
    said = { events: [artifact, event({ facts })] }
    const first = await readAgain(ship, id)
    assert.deepEqual([first.reading, first.added], ['more', 1])
    const { events, releases } = await standing(ship)
    assert.deepEqual(
      events.map((one) => [one.type, one.position]),
      [
        ['release.succeeded', 0],
        ['artifact.available', 1],
      ],
    )
    assert.deepEqual(events[0]?.facts, facts)
    assert.deepEqual(releases, [{ version: '1.4.3', state: 'succeeded', message: 'Out' }])
    assert.equal((await readAgain(ship, id)).reading, 'same', 'an artifact is kept by its version')
  } finally {
    end()
  }
})

test('what reads otherwise now is told, and what was kept stays', async () => {
  let said: Translation = { events: [event()] }
  const { ship, item, end } = await port(() => said)
  try {
    const id = await accepted(ship, item)
    const was = await standing(ship)
    const others: Translation[] = [
      { events: [event({ service: 'acme/shop' })] },
      { events: [event({ facts: { version: '9' } })] },
      { events: [event({ type: 'release.failed' }), event({ run_key: '8' })] },
      { ignored: 'Nothing of ours.' },
      { invalid: 'Nonsense.' },
    ]
    for (said of others) {
      const { reading, outcome } = await readAgain(ship, id)
      assert.deepEqual([reading, outcome], ['otherwise', 'accepted'], JSON.stringify(said))
      assert.deepEqual(await standing(ship), was)
    }
  } finally {
    end()
  }
})

test('an ignored delivery that is understood by now becomes releases; one that is not stays ignored', async () => {
  let said: Translation = { ignored: 'Nothing of ours.' }
  const { ship, item, end } = await port(() => said)
  try {
    const id = await accepted(ship, item)
    assert.deepEqual((await readAgain(ship, id)).reading, 'same')
    said = { events: [event()] }
    const { reading, added, outcome, reason, matched } = await readAgain(ship, id)
    assert.deepEqual([reading, added, outcome, reason, matched], ['more', 1, 'accepted', null, true])
    assert.equal((await readAgain(ship, id)).added, 0)
    assert.equal((await standing(ship)).releases.length, 1)
  } finally {
    end()
  }
})

test('an incident that a tool told of is not logged or noted a second time', async () => {
  const incident = { type: 'detected', key: 'i1', service: 'shop', environment: 'production' } as const
  const { ship, item, end } = await port(() => ({ incident: { ...incident, occurred_at: at } }))
  try {
    const id = await accepted(ship, item)
    const notes = () => ship.db.selectFrom('incident_notes').select('id').execute()
    const was = await notes()
    assert.equal((await readAgain(ship, id)).reading, 'same')
    assert.deepEqual(await notes(), was)
    assert.equal((await ship.db.selectFrom('incidents').select('id').execute()).length, 1)
  } finally {
    end()
  }
})

test('a delivery that waited finds the component that was made since', async () => {
  const { ship, item, end } = await port(() => ({ events: [event({ service: 'till' })] }))
  try {
    const id = await accepted(ship, item)
    await createComponent(ship, { name: 'Till' })
    const { reading, matched_now, matched } = await readAgain(ship, id)
    assert.deepEqual([reading, matched_now, matched], ['more', 1, true])
    assert.equal((await standing(ship)).releases.length, 1)
  } finally {
    end()
  }
})

test('a delivery that a rush left unread is read once, by whoever comes first', async () => {
  const { ship, item, end } = await port(() => ({ events: [event()] }))
  try {
    const [outcome] = await storeDeliveries(ship, [item])
    assert.ok(outcome && 'acknowledged' in outcome && outcome.acknowledged.pending)
    const { added } = await readAgain(ship, outcome.acknowledged.delivery)
    assert.equal(added, 1)
    assert.equal(await readUnread(ship), 0)
    assert.equal((await standing(ship)).events.length, 1)
  } finally {
    end()
  }
})

test('two who press the button at once add it once, on either store', async () => {
  let said: Translation = { ignored: 'Nothing of ours.' }
  const { ship, item, end } = await port(() => said)
  try {
    const id = await accepted(ship, item)
    said = { events: [event()] }
    const readings = await Promise.all(Array.from({ length: 6 }, () => readAgain(ship, id)))
    assert.equal(readings.filter(({ added }) => added === 1).length, 1)
    assert.equal((await standing(ship)).events.length, 1)
  } finally {
    end()
  }
})

test('an event that only changed its words is not taken for a new one while the old one stands', () => {
  const kept = [{ ...event(), id: 'a' }]
  const renamed = [event({ environment: 'prod' }), event({ type: 'release.started' })]
  assert.deepEqual(compare(kept, renamed), { more: [], fresh: [], otherwise: true })
  const besides = compare(kept, [event(), event()])
  assert.equal(besides.fresh.length, 1, 'a second of the same is another event')
})

test('each delivery on the source’s page has a button that reads it again', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Shop' })
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  const headers = { authorization: `Bearer ${secret}` }
  const post = (payload: object) => server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })
  await post({ type: 'succeeded', service: 'shop', run: '1', version: '1' })
  await post({ type: 'ping' })
  const editor = await server.signedIn('editor')
  const page = await editor.get(`/admin/sources/${source.id}`)
  const buttons = [...page.body.matchAll(/formaction="(\/admin\/deliveries\/\w+\/readings)"/g)]
  assert.equal(buttons.length, 2)
  for (const [, path = ''] of buttons) {
    const pressed = await editor.post(path, { source_id: source.id })
    assert.deepEqual([pressed.statusCode, pressed.headers.location], [303, `/admin/sources/${source.id}`])
    assert.match((await editor.get(`/admin/sources/${source.id}`)).body, /read again: the same as before/)
  }
  const [, first = ''] = buttons[0] ?? []
  assert.equal(
    (await editor.post(first, { source_id: '//evil' })).headers.location,
    first.replace('/readings', ''),
  )
  ship.wait(31 * 24 * 60)
  await ship.db.updateTable('deliveries').set({ body: null }).execute()
  const next = await server.signedIn('editor')
  assert.doesNotMatch((await next.get(`/admin/sources/${source.id}`)).body, /Replay/)
  assert.equal((await next.post(first)).statusCode, 410)
  const viewer = await server.signedIn('viewer')
  assert.equal((await viewer.post(first)).statusCode, 403)
})
