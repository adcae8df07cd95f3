import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent, createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { editSite } from '../site/actions.ts'
import { readSite } from '../site/store.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { historyMonths, historyPage } from './history.ts'

/** A month as its days, each line in a few words. */
async function month(ship: World, asked: Parameters<typeof historyPage>[1] = {}) {
  const { days, before, counted } = await historyPage(ship, asked)
  const said = ({ verb, link }: (typeof before)[number]) => `${verb} ${link.words}`
  const told = days.map(({ date, lines, releases }) => [
    date,
    ...lines.map(said),
    ...(releases
      ? [`${releases.words}: ${releases.first.map((one) => `${one.component} ${one.words}`).join(', ')}`]
      : []),
  ])
  return { told, before: before.map(said), counted }
}

async function zone(ship: World, time_zone: string) {
  const { name, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version })
}

async function reader(ship: World) {
  const { inject } = await startTestApp(ship)
  return async (url: string) => {
    const {
      statusCode: status,
      body: html,
      headers,
    } = await inject({ url, headers: { accept: 'text/html' } })
    return { status, html, headers }
  }
}

test('a month tells incidents, rollbacks and what they were about one by one, and all else in a line a day', async () => {
  const { ship } = await northwindInTrouble()
  assert.deepEqual(await month(ship), {
    told: [
      [
        '2026-11-23',
        'Rolling back 2.14.0 → 2.13.4',
        'Partial outage Card payments fail for some customers',
        'Released 2.14.0',
        '1 release: Storefront 5.41.2',
      ],
      ['2026-11-20', 'Degraded Search results were out of date'],
      ['2026-11-17', '1 release: Checkout 2.13.4'],
      [
        '2026-11-01',
        'Rolled back 2.11.0 → 2.10.3',
        'Major outage Checkout is down',
        'Released 2.11.0',
        '3 releases: Payments API 8.2.1, Storefront 5.41.0, Checkout 2.10.3',
      ],
    ],
    before: [],
    counted: '3 incidents, 7 releases and 2 rollbacks.',
  })
  assert.deepEqual(await historyMonths(ship), ['2026-11'])
})

test('filters leave cause and effect together, and are combined', async () => {
  const { ship } = await northwindInTrouble()
  const lines = async (show: string, component?: string) =>
    (await month(ship, { show, component })).told.flatMap(([, ...said]) => said)
  assert.deepEqual(await lines('incidents'), [
    'Partial outage Card payments fail for some customers',
    'Degraded Search results were out of date',
    'Major outage Checkout is down',
  ])
  assert.deepEqual(await lines('caused'), [
    'Partial outage Card payments fail for some customers',
    'Released 2.14.0',
    'Major outage Checkout is down',
    'Released 2.11.0',
  ])
  assert.deepEqual(await lines('rolled_back'), [
    'Rolling back 2.14.0 → 2.13.4',
    'Rolled back 2.11.0 → 2.10.3',
    'Major outage Checkout is down',
    'Released 2.11.0',
  ])
  assert.deepEqual(await lines('incidents', 'storefront'), ['Degraded Search results were out of date'])
  assert.deepEqual(await lines('caused', 'payments-api'), [
    'Partial outage Card payments fail for some customers',
  ])
  assert.deepEqual(await lines('rolled_back', 'storefront'), [])
  assert.deepEqual(await lines('', 'payments-api'), [
    'Partial outage Card payments fail for some customers',
    '1 release: Payments API 8.2.1',
  ])
})

test('an incident stands where it began, and in each later month in which it was still open', async () => {
  const { ship } = await northwind()
  ship.at('2026-10-30T10:00:00.000Z')
  const long = await declareIncident(ship, {
    title: 'Slow all month',
    body: 'x',
    components: [{ component: 'checkout', status: 'degraded_performance' }],
  })
  ship.at('2027-01-15T10:00:00.000Z')
  const open = await historyPage(ship, {})
  assert.deepEqual(open.before[0]?.details.slice(1, 3), ['since Fri 30 Oct 2026', 'not resolved yet'])
  ship.at('2026-12-02T10:00:00.000Z')
  await postUpdate(ship, long.id, { state: 'resolved', body: 'Quick again.' })
  ship.at('2027-01-15T10:00:00.000Z')
  const [october, november, december, january] = await Promise.all(
    ['2026-10', '2026-11', '2026-12', '2027-01'].map((name) => historyPage(ship, { month: name })),
  )
  assert.deepEqual(october?.days[0]?.lines[0]?.details, [
    'Checkout',
    'resolved after 33 days',
    'until Wed 2 Dec 2026',
  ])
  assert.deepEqual([november?.days.length, november?.before[0]?.link.words], [0, 'Slow all month'])
  assert.deepEqual(december?.before[0]?.details, [
    'Checkout',
    'since Fri 30 Oct 2026',
    'resolved after 33 days',
  ])
  assert.deepEqual([january?.days.length, january?.before.length], [0, 0])
})

test('what happens around midnight of the first belongs to the month of the page’s zone', async () => {
  const { ship, release } = await northwind()
  for (const [moment, version] of [
    ['2026-10-31T09:59:00.000Z', '1'],
    ['2026-10-31T10:00:00.000Z', '2'],
    ['2026-11-01T02:29:00.000Z', '3'],
    ['2026-11-01T02:30:00.000Z', '4'],
  ] as const) {
    ship.at(moment)
    await release('checkout', version, { minutes: 0 })
  }
  const versions = async (name: string) =>
    (await month(ship, { month: name })).told.map(
      ([date, said]) => `${date} ${said?.split('Checkout ').slice(1).join('')}`,
    )
  await zone(ship, 'Pacific/Kiritimati')
  assert.deepEqual(await versions('2026-10'), ['2026-10-31 1'])
  assert.deepEqual(await versions('2026-11'), ['2026-11-01 4, 3, 2'])
  await zone(ship, 'America/St_Johns')
  assert.deepEqual(await versions('2026-10'), ['2026-10-31 3, 2, 1'])
  assert.deepEqual(await versions('2026-11'), ['2026-11-01 4'])
})

test('a day of many releases is one line, with all of them behind it by component', async () => {
  const { ship, release } = await northwind()
  for (const version of ['1.0', '1.1', '1.2', '1.3']) await release('checkout', version)
  await release('storefront', '9.0')
  const read = await reader(ship)
  const { html } = await read('/history')
  assert.match(
    html,
    /<details><summary>.*5 releases.*Storefront 9\.0, Checkout 1\.3, Checkout 1\.2, …<\/span><\/summary>/s,
  )
  assert.match(html, /<dt>Checkout<\/dt><dd>(<a href="\/releases\/\w+"><code>1\.\d<\/code><\/a> ){4}<\/dd>/)
})

test('months have a page from the first thing that is public until now; no other month exists', async () => {
  const { ship, release, say } = await northwind()
  ship.at('2025-12-31T23:00:00.000Z')
  await release('ledger', '1')
  await say('checkout', 'release.succeeded', { version: '0' }, 'staging')
  ship.at('2026-08-31T21:30:00.000Z') // September in Tallinn
  await release('checkout', '1', { minutes: 0 })
  ship.at('2026-11-23T12:00:00.000Z')
  assert.deepEqual(await historyMonths(ship), ['2026-11', '2026-10', '2026-09'])
  const read = await reader(ship)
  for (const name of ['2026-09', '2026-11']) assert.equal((await read(`/history/${name}`)).status, 200, name)
  const none = [
    '2026-08',
    '2026-12',
    '0001-01',
    '9999-12',
    '2026-13',
    '2026-00',
    '2026-1',
    '2026',
    'x',
    '2026-10-01',
  ]
  for (const name of none) {
    const { status, html } = await read(`/history/${name}`)
    assert.equal(status, 404, name)
    assert.match(html, /class="brand"/, 'in the look of the page')
  }
  for (const query of ['show=nothing', 'component=nope', 'component=ledger', 'show=caused&component=nope']) {
    assert.equal((await read(`/history?${query}`)).status, 404, query)
  }
  assert.equal((await read('/history?show=&component=')).status, 200)
})

test('a page without a past has one month, and it is calm', async () => {
  const ship = await world()
  assert.deepEqual(await historyMonths(ship), ['2026-11'])
  const { html, headers } = await (await reader(ship))('/history')
  assert.match(html, /Nothing has happened in November 2026 so far/)
  assert.match(String(headers['cache-control']), /^public/)
  assert.equal(headers['set-cookie'], undefined)
})

test('the way to other months keeps the filter, and an empty month says what was asked for', async () => {
  const { ship, release } = await northwind()
  ship.at('2026-10-10T08:00:00.000Z')
  await release('checkout', '1')
  ship.at('2026-12-10T08:00:00.000Z')
  const read = await reader(ship)
  const { html } = await read('/history/2026-11?show=incidents&component=checkout')
  assert.match(html, /href="\/history\?show=incidents&amp;component=checkout" rel="next"/)
  assert.match(html, /href="\/history\/2026-10\?show=incidents&amp;component=checkout" rel="prev"/)
  assert.match(html, /Nothing of this kind in November 2026.*<a href="\/history\/2026-11">Show everything/s)
  assert.match((await read('/history/2026-11')).html, /Nothing happened in November 2026/)
  assert.match((await read('/history/2026-10')).html, /href="\/history\/2026-11" rel="next"/)
})

test('nothing private is told: no component, incident, release, environment, person or message', async () => {
  const { ship, release, say } = await northwindInTrouble()
  const ledger = await release('ledger', '66.6.6')
  await say('checkout', 'release.succeeded', { version: '77.7.7' }, 'staging')
  await say('checkout', 'release.failed', { version: '88.8.8', message: 'broke', actor: { name: 'Grace' } })
  const hidden = await declareIncident(ship, {
    title: 'Books do not balance',
    body: 'x',
    cause: 'release',
    cause_release_id: ledger,
    components: [{ component: 'ledger', status: 'major_outage' }],
  })
  const shared = await declareIncident(ship, {
    title: 'Orders wait',
    body: 'x',
    cause: 'release',
    cause_release_id: ledger,
    components: [{ component: 'checkout', status: 'degraded_performance' }],
  })
  const read = await reader(ship)
  const urls = [
    '/history',
    '/history?show=caused',
    '/history?show=rolled_back',
    '/history?component=checkout',
    '/rollbacks',
    `/incidents/${shared.id}`,
  ]
  for (const url of urls) {
    const { html, status } = await read(url)
    assert.equal(status, 200, url)
    for (const secret of [
      'edger',
      '66.6.6',
      '77.7.7',
      '88.8.8',
      'Books',
      'Grace',
      'broke',
      'Ada',
      ledger,
      hidden.id,
    ]) {
      assert.ok(!html.includes(secret), `${url} tells of ${secret}`)
    }
  }
  assert.ok(
    !(await read('/history?show=caused')).html.includes('Orders wait'),
    'a cause that may not be named is none',
  )
})

test('where no release is public, months tell of incidents alone', async () => {
  const { ship } = await northwindInTrouble()
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, public_releases: 'none' })
  const { told, counted } = await month(ship)
  assert.deepEqual(
    told.map(([, ...lines]) => lines),
    [
      ['Partial outage Card payments fail for some customers'],
      ['Degraded Search results were out of date'],
      ['Major outage Checkout is down'],
    ],
  )
  assert.equal(counted, '3 incidents.')
  assert.deepEqual((await month(ship, { show: 'caused' })).told, [])
})

test('an archived component stays named in the past, and leads nowhere', async () => {
  const { ship, release, components } = await northwind()
  await release('storefront', '5')
  await release('storefront', '6')
  await declareIncident(ship, {
    title: 'Shelves are empty',
    body: 'x',
    components: [{ component: 'storefront', status: 'major_outage' }],
  })
  await archiveComponent(ship, components.storefront.id)
  const read = await reader(ship)
  const { html } = await read('/history')
  assert.match(html, /Storefront/)
  assert.doesNotMatch(html, /href="\/components\/storefront"|value="storefront"/)
  assert.equal((await read('/history?component=storefront')).status, 404)
})

test('hostile names, versions and titles stand there as text', async () => {
  const { ship, say } = await northwind()
  const evil = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>'
  const component = await createComponent(ship, { name: `Evil ${evil}`.slice(0, 80), visibility: 'public' })
  await say('checkout', 'release.succeeded', { version: evil.slice(0, 60), run: 'one' })
  await say('checkout', 'release.succeeded', { version: '1', run: 'two' })
  const incident = await declareIncident(ship, {
    title: evil,
    body: evil,
    components: [{ component: component.slug, status: 'partial_outage' }],
  })
  const read = await reader(ship)
  for (const url of [
    '/history',
    '/history?show=incidents',
    `/history?component=${component.slug}`,
    `/incidents/${incident.id}`,
    '/rollbacks',
  ]) {
    const { html, status } = await read(url)
    assert.equal(status, 200, url)
    assert.doesNotMatch(html, /<img|<script>|onerror=alert\(1\)"|'><script/, url)
  }
})

test('a month counts a drill as a drill, and neither as a rollback nor as a release', async () => {
  const { ship, restored } = await northwindInTrouble()
  const mark = { drill_at: ship.now().toISOString() }
  await ship.db.updateTable('releases').set(mark).where('id', '=', restored).execute()
  const { counted } = await historyPage(ship, {})
  assert.equal(counted, '3 incidents, 7 releases, 1 rollback and 1 drill.')
})
