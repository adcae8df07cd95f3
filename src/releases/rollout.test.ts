import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { NodeState } from '../sources/events.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { once, type World, world } from '../testing/world.ts'
import { recordEvents } from './actions.ts'
import { foldRun } from './fold.ts'
import { inToldOrder, type RunEvent } from './order.ts'
import { nodesOf, nodesWords, surplusOf } from './rollout.ts'

type Said = { name: string; state: NodeState; minute: number }

const clock = (minute: number) => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString()
const types = { ok: 'release.succeeded', failed: 'release.failed' } as const

let count = 0
/** A node’s report, so many minutes after 10:00, heard of at once. */
function report({ name, state, minute }: Said): RunEvent {
  const occurred_at = clock(minute)
  const facts = { version: '28e3a861c0', node: { name, state } }
  const id = String(++count).padStart(6, '0')
  return {
    id,
    type: types[state],
    facts,
    occurred_at,
    received_at: clock(500),
    effective_at: occurred_at,
    skewed_at: null,
  }
}
const says = (name: string, state: NodeState, minute: number) => report({ name, state, minute })

test('nodes that all have it are one release that succeeded with the first of them', () => {
  const run = foldRun([says('web1', 'ok', 1), says('web2', 'ok', 7), says('web3', 'ok', 9)])
  assert.deepEqual([run.state, run.percent, run.message], ['succeeded', null, '3 nodes'])
  assert.deepEqual([run.started_at, run.live_at, run.finished_at], [clock(1), clock(1), clock(1)])
})

test('where some failed it has reached a part, and where none has it, it failed', () => {
  const run = foldRun([says('web1', 'ok', 1), says('web2', 'failed', 2), says('web3', 'ok', 3)])
  assert.deepEqual([run.state, run.percent, run.live_at], ['canary', 67, null])
  assert.equal(run.message, '2 of 3 nodes, 1 failed')
  assert.equal(run.deadline_at, null)
  const none = foldRun([says('web1', 'failed', 1), says('web2', 'failed', 2)])
  assert.deepEqual([none.state, none.percent, none.first_exposed_at], ['failed', null, null])
})

test('what a node says again stands in place of what it said, and everybody has it when the last one got it', () => {
  const events = [says('web1', 'ok', 1), says('web2', 'failed', 2)]
  events.push(says('web2', 'ok', 30))
  const mended = foldRun(events)
  assert.deepEqual([mended.state, mended.percent, mended.live_at], ['succeeded', 100, clock(30)])
  events.push(says('web1', 'failed', 60))
  assert.deepEqual([foldRun(events).state, foldRun(events).percent], ['canary', 50])
  events.push(says('web1', 'ok', 90))
  // it had it before: a hiccup does not make an old release the newest one
  assert.deepEqual([foldRun(events).state, foldRun(events).live_at], ['succeeded', clock(30)])
  events.push(says('web1', 'failed', 91), says('web2', 'failed', 92))
  assert.deepEqual([foldRun(events).state, foldRun(events).percent], ['failed', 0])
})

test('the counts name those that failed', () => {
  const nodes = nodesOf([
    says('b', 'failed', 1),
    says('a', 'failed', 2),
    says('c', 'ok', 3),
    says('b', 'failed', 4),
  ])
  assert.deepEqual(nodes, { heard: 3, ok: 1, failed: 2, failing: ['a', 'b'] })
  assert.equal(nodesWords({ heard: 12, ok: 11, failed: 1 }), '11 of 12 nodes, 1 failed')
  assert.equal(nodesWords({ heard: 1, ok: 1, failed: 0 }), '1 node')
  assert.equal(nodesOf([]), null)
})

const reports = fc.array(
  fc.record({
    name: fc.constantFrom('web1', 'web2', 'web3'),
    state: fc.constantFrom<NodeState>('ok', 'failed'),
    minute: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 1, maxLength: 14 },
)

/** Reports in another order, each with the id and the time it has. */
const shuffled = reports.chain((list) => {
  const events = list.map(report)
  return fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
  })
})

test('in whatever order reports come, and however many say the same, they are the same release', () => {
  fc.assert(
    fc.property(shuffled, ({ events, order }) => {
      const kept = events.filter((event) => !surplusOf(events).includes(event))
      assert.deepEqual(foldRun(order), foldRun(events))
      assert.deepEqual(nodesOf(order), nodesOf(events))
      assert.deepEqual(letGoOneByOne(order), kept.sort(inToldOrder))
      assert.deepEqual(nodesOf(kept), nodesOf(events))
      assert.ok(kept.length <= 3 * 2 * 2, 'four for each node at most')
    }),
  )
})

test('a fold that let the newest report go instead would be caught', () => {
  const onlyFirst = (events: RunEvent[]) => {
    const seen = new Set<string>()
    return events.filter(({ facts: { node } }) => {
      const key = `${node?.name} ${node?.state}`
      return seen.has(key) ? false : seen.add(key)
    })
  }
  assert.throws(() =>
    fc.assert(
      fc.property(shuffled, ({ events, order }) => {
        assert.deepEqual(nodesOf(onlyFirst(order)), nodesOf(events))
      }),
    ),
  )
})

/** What is left when each report is weighed as it comes. */
function letGoOneByOne(order: RunEvent[]) {
  let kept: RunEvent[] = []
  for (const event of order) {
    kept.push(event)
    const surplus = surplusOf(kept)
    kept = kept.filter((one) => !surplus.includes(one))
  }
  return kept.sort(inToldOrder)
}

async function fleet(ship: World, component_id: string) {
  return async ({ name, state, minute }: Said) => {
    const event = { type: types[state], run_key: 'production@28e3a861', service: 'checkout' } as const
    const facts = { version: '28e3a861c0', node: { name, state } }
    const events = [{ ...event, environment: 'production', occurred_at: clock(minute), facts }]
    const placeFor = async () => ({ component_id })
    const about = { source_id: 'api', scope: 'puppet', delivery_id: null, received_at: clock(500) }
    const [told] = await recordEvents(ship, { ...about, events, placeFor })
    return told?.release_id ?? ''
  }
}

test('a page and the API say how many nodes have a release, and which failed', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const { components } = await northwind(ship)
  ship.at(clock(500))
  const say = await fleet(ship, components.checkout.id)
  let id = ''
  for (let node = 1; node <= 60; node++) {
    id = await say({ name: `web${node}`, state: node === 7 ? 'failed' : 'ok', minute: node })
  }
  const authorization = await server.token('releases:read')
  const release = (await server.inject({ url: `/api/v1/releases/${id}`, headers: { authorization } })).json()
  assert.deepEqual(release.nodes, { heard: 60, ok: 59, failed: 1, failing: ['web7'] })
  assert.deepEqual([release.state, release.percent], ['canary', 98])
  assert.equal(release.message, '59 of 60 nodes, 1 failed')
  const { body } = await (await server.signedIn('viewer')).get(`/admin/releases/${id}`)
  assert.match(body, /59 of 60 nodes, 1 failed: web7/)
  assert.equal(body.match(/Has it/g)?.length, 39)
  assert.doesNotMatch((await server.inject(`/releases/${id}`)).body, /web7/)
})

test(
  'a node that says the same for a year leaves four events at most to tell a release from',
  once,
  async () => {
    const ship = await world()
    const { components } = await northwind(ship)
    const say = await fleet(ship, components.checkout.id)
    let id = ''
    for (let minute = 0; minute < 60; minute++) {
      id = await say({ name: 'web1', state: minute % 10 === 3 ? 'failed' : 'ok', minute })
    }
    const told = await ship.db
      .selectFrom('release_events')
      .select('effective_at')
      .where('release_id', '=', id)
      .execute()
    assert.deepEqual(told.map(({ effective_at }) => effective_at).sort(), [0, 3, 53, 59].map(clock))
    const all = await ship.db.selectFrom('release_events').select('id').execute()
    assert.equal(all.length, 60, 'a fact that was heard stays')
  },
)

test('the page of a release says how many nodes have it, until somebody says how many customers', async () => {
  const port = await northwind()
  const server = await startTestApp(port.ship)
  const token = await server.token('admin')
  const tell = async (facts: object) => {
    const payload = { run: 'fleet', service: 'checkout', version: '2.0', ...facts }
    const headers = { authorization: token }
    return (await server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })).json().release
  }
  for (const node of ['web1', 'web2']) await tell({ type: 'release.succeeded', node })
  const id = await tell({ type: 'release.failed', node: 'web3' })
  const viewer = await server.signedIn('viewer')
  const head = async () =>
    /<div class="head">[\s\S]*?<p class/.exec((await viewer.get(`/admin/releases/${id}`)).body)?.[0]
  assert.match((await head()) ?? '', /2 of 3 nodes have it/)
  port.ship.wait(1)
  await tell({ type: 'exposure.changed', percent: 20 })
  assert.match((await head()) ?? '', /20% of customers have it/)
})
