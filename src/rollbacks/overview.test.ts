import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { startTestApp } from '../testing/http.ts'
import { type Northwind, northwind } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { rollbackOverview } from './overview.ts'
import { overviewPage } from './overview-page.ts'

/**
 * A year in which checkout was rolled back in need, the private ledger had no way back, storefront was drilled in
 * staging, and payments never looked back.
 */
async function year(given?: World) {
  const shop = await northwind(given)
  const { ship, release, say } = shop
  ship.at('2026-08-03T09:00:00.000Z')
  await release('payments', '8.0')
  ship.at('2026-11-02T09:00:00.000Z')
  await release('checkout', '1.0', { minutes: 6 })
  const bad = await release('checkout', '2.0', { minutes: 10 })
  const down = await trouble(ship, 'Checkout is down', bad, 'checkout')
  const back = await goBack(shop, 'checkout', '1.0', 14)
  await postUpdate(ship, down.id, { state: 'resolved', body: 'Well.', remedy: 'rolled_back' })
  const shut = await release('ledger', '5.0')
  const wrong = await trouble(ship, 'Ledger is wrong', shut, 'ledger')
  const remedy = { remedy: 'rolled_forward' as const, remedy_reason: 'The books were migrated.' }
  await postUpdate(ship, wrong.id, { state: 'resolved', body: 'Well.', ...remedy })
  for (const version of ['6.0', '6.1']) await say('storefront', 'release.succeeded', { version }, 'staging')
  const drill = await goBack(shop, 'storefront', '6.0', 2, 'staging')
  const mark = { drill_at: ship.now().toISOString() }
  await ship.db.updateTable('releases').set(mark).where('id', '=', drill).execute()
  return { ...shop, back, bad, down, drill }
}

async function goBack(
  { ship, say }: Northwind,
  component: 'checkout' | 'storefront',
  version: string,
  minutes: number,
  environment = 'production',
) {
  const run = { version, run: `back to ${version}`, kind: 'rollback' as const }
  await say(component, 'release.started', run, environment)
  ship.wait(minutes)
  const id = await say(component, 'release.succeeded', run, environment)
  ship.wait(30)
  return id
}

function trouble(ship: World, title: string, cause_release_id: string, component: string) {
  const components = [{ component, status: 'major_outage' as const }]
  return declareIncident(ship, { title, body: 'x', cause: 'release', cause_release_id, components })
}

test('every component and environment is counted by quarter, private ones too', async () => {
  const given = await world()
  const { ship } = await year(given)
  const { sections } = await overviewPage(ship, {})
  assert.deepEqual(
    sections.map(({ words }) => words),
    ['Q4 2026', 'Q3 2026', 'Q2 2026', 'Q1 2026'],
  )
  assert.deepEqual(
    sections[0]?.rows.map((row) => Object.values(row).join(' | ')),
    [
      'Checkout |  | 1 of 2 | 50% |  |  | 1 | 14 min | 6 min | true',
      'Ledger |  | 0 of 1 |  | 1 |  | 1 |  | 8 min | false',
      'Storefront | staging | 0 of 2 |  |  | 1 |  | 2 min in a drill |  | false',
    ],
  )
  assert.deepEqual(
    sections.map(({ rest }) => rest),
    ['', '1 component: 1 release, and nothing to take back.', '', ''],
  )
})

test('each way back says when it was last walked, in need or as a drill, or that it never was', async () => {
  const given = await world()
  const { ship } = await year(given)
  const { never, walked } = await overviewPage(ship, {})
  assert.equal(never, 'Payments API, Ledger')
  assert.deepEqual(
    walked.map(({ component, environment, how, took }) => [component.slug, environment, how, took]),
    [
      ['checkout', '', 'because it was needed', '14 min'],
      ['storefront', 'staging', 'in a drill', '2 min'],
    ],
  )
  assert.deepEqual(
    walked.map(({ is_long_ago }) => is_long_ago),
    [false, false],
  )
  ship.wait(91 * 24 * 60)
  assert.ok((await overviewPage(ship, {})).walked.every(({ is_long_ago }) => is_long_ago))
})

test('who asked, and why, stands beside the rollback; a request without an answer stands alone', async () => {
  const given = await world()
  const { ship, back, bad, down, components } = await year(given)
  const [from] = await ship.db.selectFrom('releases').selectAll().where('id', '=', bad).execute()
  const asked = (id: string, asked_at: string, ended_at: string | null, ended_by: string | null = null) => ({
    id,
    component_id: components.checkout.id,
    environment_id: from?.environment_id ?? '',
    from_release_id: bad,
    to_release_id: from?.previous_release_id ?? '',
    incident_id: down.id,
    call_id: null,
    reason: `Nobody can pay (${id}).`,
    drill_at: null,
    asked_at,
    asked_by: 'Ada',
    actor_kind: 'user',
    actor_id: null,
    ended_at,
    ended_by,
  })
  const first = asked('first', '2026-11-02T09:15:00.000Z', '2026-11-02T09:30:00.000Z')
  const second = asked('second', '2026-11-20T09:00:00.000Z', '2026-11-20T09:01:00.000Z', 'Ada')
  const third = asked('third', '2026-11-21T09:00:00.000Z', '2026-11-21T09:20:00.000Z')
  const fourth = asked('fourth', '2026-11-21T09:20:00.000Z', null)
  ship.at('2026-11-23T12:00:00.000Z')
  await ship.db.insertInto('rollback_requests').values([first, second, third, fourth]).execute()
  const answer = { rollback_request_id: 'first', asked_at: first.asked_at }
  await ship.db.updateTable('releases').set(answer).where('id', '=', back).execute()
  const { rows, sections } = await overviewPage(ship, { component: 'checkout' })
  assert.deepEqual(
    rows.map(({ versions, tag, who, why }) => [versions, tag, who, why]),
    [
      ['from 2.0', 'No answer yet', 'Ada', 'Nobody can pay (fourth).'],
      ['from 2.0', 'Not answered', 'Ada', 'Nobody can pay (third).'],
      ['from 2.0', 'Taken back', 'Ada', 'Nobody can pay (second).'],
      ['2.0 → 1.0', '', 'Ada', 'Nobody can pay (first).'],
    ],
  )
  assert.deepEqual(
    rows.at(-1)?.steps.map(({ words }) => words),
    ['asked', 'begun', 'done'],
  )
  assert.equal(rows.at(-1)?.incident?.title, 'Checkout is down')
  assert.equal(sections[0]?.rows[0]?.back, '15 min')
})

test('a filter asks for one component, environment or quarter', async () => {
  const given = await world()
  const { ship } = await year(given)
  const of = async (filter: object) =>
    (await rollbackOverview(ship, filter)).counts.map(({ quarter, rollbacks, releases }) => [
      quarter,
      rollbacks,
      releases,
    ])
  assert.deepEqual(await of({ component: 'checkout' }), [['2026Q4', 1, 2]])
  assert.deepEqual(await of({ quarter: '2026Q3' }), [['2026Q3', 0, 1]])
  assert.deepEqual(await of({ environment: 'Staging' }), [['2026Q4', 0, 2]])
  assert.deepEqual(await of({ component: 'checkout', environment: 'staging' }), [])
  const { rows } = await overviewPage(ship, { quarter: '2026Q3' })
  assert.deepEqual(rows, [])
})

test('the page is for operators, and answers plainly to what is not there', async () => {
  const { ship } = await year()
  const server = await startTestApp(ship)
  const page = '/admin/rollbacks'
  assert.equal((await server.inject(page)).statusCode, 303)
  const vi = await server.signedIn('viewer')
  const whole = await vi.get(page)
  assert.equal(whole.statusCode, 200)
  for (const words of [
    /The books were migrated\./,
    /slower than releasing/,
    />Never walked<\/span> Payments API, Ledger</,
    /Rolled forward/,
  ]) {
    assert.match(whole.body, words)
  }
  const wrong = {
    'quarter=2026Q5': 422,
    'component=nosuch': 404,
    'environment=moon': 404,
  }
  for (const [query, status] of Object.entries(wrong)) {
    const { statusCode, body } = await vi.get(`${page}?${query}`)
    assert.equal(statusCode, status, query)
    assert.match(body, /Nothing fits/, query)
    assert.match(body, /<select class="input" id="quarter"/, query)
  }
  assert.equal((await vi.get(`${page}?component=&environment=&quarter=`)).statusCode, 200)
})

test('a token reads the same numbers, and what is wrong is said in problem JSON', async () => {
  const { ship } = await year()
  const server = await startTestApp(ship)
  const address = '/api/v1/rollbacks/summary'
  assert.equal((await server.inject(address)).statusCode, 401)
  const headers = { authorization: await server.token('releases:read') }
  const read = async (query: string) => {
    const answer = await server.inject({ url: `${address}${query}`, headers })
    return { status: answer.statusCode, body: answer.json() }
  }
  const { body } = await read('?component=checkout')
  assert.deepEqual(body.quarters[0], {
    quarter: '2026Q4',
    from: '2026-09-30T21:00:00.000Z',
    until: '2026-12-31T22:00:00.000Z',
  })
  assert.equal(body.counts.length, 1)
  const { component, ...numbers } = body.counts[0]
  assert.equal(component.slug, 'checkout')
  assert.deepEqual(numbers, {
    environment: 'production',
    quarter: '2026Q4',
    releases: 2,
    rollbacks: 1,
    rolled_forward: 0,
    drills: 0,
    incidents: 1,
    share: 0.5,
    seconds_back: 840,
    seconds_back_in_drills: null,
    seconds_to_release: 360,
    is_slower: true,
  })
  assert.deepEqual(
    body.walked.map((walk: { took_seconds: number; was_drill: boolean }) => [
      walk.took_seconds,
      walk.was_drill,
    ]),
    [[840, false]],
  )
  assert.equal((await read('?quarter=2026Q5')).status, 422)
  assert.equal((await read('?component=nosuch')).status, 404)
  assert.equal((await read('?environment=moon')).status, 404)
})
