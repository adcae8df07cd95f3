import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { forgetOldBodies } from './actions.ts'

async function port() {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Checkout' })
  const authorization = await server.token('releases:write')
  const report = async (said: object, key: string) => {
    const headers = { authorization, 'idempotency-key': key }
    const payload = { service: 'checkout', version: '1.4.3', ...said }
    return server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })
  }
  const count = async (table: 'deliveries' | 'releases' | 'release_events' | 'journal') =>
    (await ship.db.selectFrom(table).selectAll().execute()).length
  return { ship, report, count }
}

const told = [
  { type: 'release.started', at: '2026-11-23T11:00:00.000Z' },
  { type: 'release.succeeded', at: '2026-11-23T11:04:00.000Z' },
  { type: 'release.failed', at: '2026-11-23T11:06:00.000Z' },
  { type: 'release.rolled_back', at: '2026-11-23T11:09:00.000Z' },
]

function orders<T>(items: T[]): T[][] {
  if (items.length < 2) return [items]
  return items.flatMap((item) =>
    orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  )
}

test('a start, a success, a failure and a rollback end in the same release in whichever of their 24 orders they come', async () => {
  const { ship, report } = await port()
  const [outcomes, lastHeard] = [new Set<string>(), new Set<string>()]
  for (const [place, order] of orders(told).entries()) {
    const run = `run-${place}`
    for (const { type, at } of order)
      assert.equal((await report({ type, at, run }, `${run} ${type}`)).statusCode, 202)
    const release = await ship.db
      .selectFrom('releases')
      .selectAll()
      .where('run_key', '=', run)
      .executeTakeFirstOrThrow()
    const { state, outcome, started_at, first_exposed_at, live_at, finished_at, undone_at } = release
    outcomes.add(
      JSON.stringify({ state, outcome, started_at, first_exposed_at, live_at, finished_at, undone_at }),
    )
    lastHeard.add(order.at(-1)?.type ?? '')
  }
  assert.equal(outcomes.size, 1, [...outcomes].join('\n'))
  assert.equal(lastHeard.size, 4, 'who believes whatever is heard last ends in four states')
})

test('fifty copies at once, and another after a month, change nothing; the same words under another key do', async () => {
  const { ship, report, count } = await port()
  const said = { ...told[1], run: 'one' }
  const answers = await Promise.all(Array.from({ length: 50 }, () => report(said, 'key')))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [...Array(49).fill(200), 202])
  const all = async () => [
    await count('deliveries'),
    await count('releases'),
    await count('release_events'),
    await count('journal'),
  ]
  const before = await all()
  assert.deepEqual(before.slice(0, 3), [1, 1, 1])
  ship.wait(31 * 24 * 60)
  await forgetOldBodies(ship)
  const again = await report(said, 'key')
  assert.deepEqual([again.statusCode, again.json().release], [200, answers[0]?.json().release])
  assert.deepEqual(await all(), before)
  assert.equal((await report(said, 'another')).statusCode, 202)
  assert.notDeepEqual(await all(), before)
})
