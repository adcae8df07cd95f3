import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'

const apps = new WeakMap<World, ReturnType<typeof startTestApp>>()

/** A page as a visitor without an account gets it. */
async function visit(ship: World, url: string) {
  const started = apps.get(ship) ?? startTestApp(ship)
  apps.set(ship, started)
  const { inject } = await started
  const answer = await inject({ method: 'GET', url, headers: { accept: 'text/html' } })
  const text = answer.body
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
  return { status: answer.statusCode, headers: answer.headers, html: answer.body, text }
}

const inOrder = (text: string, ...parts: string[]) => {
  const places = parts.map((part) => text.indexOf(part))
  assert.ok(!places.includes(-1), `missing: ${parts[places.indexOf(-1)]}\n${text}`)
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
}

test('in trouble the page leads with the headline, the incident, its cause and the way back', async () => {
  const { ship } = await northwindInTrouble()
  const { status, headers, text, html } = await visit(ship, '/')
  assert.equal(status, 200)
  assert.equal(
    headers['cache-control'],
    'public, max-age=10, stale-while-revalidate=30, stale-if-error=86400',
  )
  assert.equal(headers['set-cookie'], undefined)
  inOrder(
    text,
    'Checkout is partly down',
    '2 of 3 components are affected, everything else works.',
    'As of 14:35 , Europe/Tallinn (UTC+2).',
    'Card payments fail for some customers',
    'Since 14:06 (29 min)',
    'Affects Checkout , Payments API',
    'Next update by 15:00',
    'Caused by release checkout 2.14.0 , out since 14:02 .',
    'We are rolling back to 2.13.4 : started 14:33 , usually done in 3 min.',
    'Identified.',
    'Investigating.',
    'Components',
    'Releases and rollbacks',
    'Past incidents',
    'Search results were out of date , resolved in 47 min. Not caused by a release.',
  )
  assert.match(html, /<progress max="180" value="120"/)
})

test('when all is well the releases come before the components', async () => {
  const { ship, release } = await northwind()
  await release('storefront', '5.41.2')
  const { text } = await visit(ship, '/')
  inOrder(
    text,
    'Everything is working',
    'All 3 components are working.',
    'Releases and rollbacks',
    'Components',
  )
})

test('a brand-new page claims nothing', async () => {
  const { text, status } = await visit(await world(), '/')
  assert.equal(status, 200)
  assert.match(text, /Nothing is reported yet/)
  assert.doesNotMatch(text, /working|Operational|Past incidents/)
  for (const url of ['/releases', '/rollbacks']) assert.equal((await visit(await world(), url)).status, 200)
})

test('no public page names what is private, nor who did what', async () => {
  const { ship, release, incident, cause, restored } = await northwindInTrouble()
  const ledger = await release('ledger', '66.6.6')
  const hidden = await declareIncident(ship, {
    title: 'Books do not balance',
    body: 'x',
    cause: 'release',
    cause_release_id: ledger,
    components: [{ component: 'ledger', status: 'major_outage' }],
  })
  const urls = ['/', '/releases', '/rollbacks', '/components/checkout']
  for (const url of [...urls, `/incidents/${incident.id}`, `/releases/${cause}`, `/releases/${restored}`]) {
    const { status, html } = await visit(ship, url)
    assert.equal(status, 200, url)
    for (const secret of ['Ledger', 'ledger', '66.6.6', 'Books', 'Ada', ledger, hidden.id]) {
      assert.ok(!html.includes(secret), `${url} tells of ${secret}`)
    }
  }
  const gone = [
    '/components/ledger',
    `/releases/${ledger}`,
    `/incidents/${hidden.id}`,
    '/releases?component=ledger',
  ]
  for (const url of gone) assert.equal((await visit(ship, url)).status, 404, url)
})

/** Follows every link from the first page on; each must lead to a page that is whole. */
async function walk(ship: World) {
  const { inject } = await startTestApp(ship)
  const todo = ['/']
  const seen = new Set(todo)
  for (const url of todo) {
    const answer = await inject({ method: 'GET', url, headers: { accept: 'text/html' } })
    assert.equal(answer.statusCode, 200, url)
    if (url.startsWith('/login') || !/html/.test(String(answer.headers['content-type']))) continue
    assert.doesNotMatch(
      answer.body,
      / style=|<style|<script(?! src| type="application.ld.json")|undefined|\[object|NaN|null/,
      url,
    )
    for (const [, link = ''] of answer.body.matchAll(/href="(\/[^"#]*)/g)) {
      if (seen.has(link)) continue
      seen.add(link)
      todo.push(link)
    }
  }
  return todo
}

test('every link of a public page that stays here leads to a page', async () => {
  const { ship } = await northwindInTrouble()
  assert.ok((await walk(ship)).length > 12)
})

test('pages stay whole when a tool tells no version, no times and no end', async () => {
  const { ship, say } = await northwind()
  await say('checkout', 'release.succeeded', { run: 'one' })
  ship.wait(5)
  const cause_release_id = await say('checkout', 'release.succeeded', { run: 'two' })
  ship.wait(5)
  await declareIncident(ship, { title: 'Trouble', body: 'x', cause: 'release', cause_release_id })
  await say('checkout', 'release.started', { run: 'three', kind: 'rollback' })
  await say('storefront', 'release.progress', { run: 'four', percent: 1 })
  await walk(ship)
  ship.wait(24 * 60)
  await say('checkout', 'release.succeeded', { run: 'three' })
  await say('storefront', 'release.rolled_back', { run: 'four' })
  await walk(ship)
})

test('each time says its moment to machines', async () => {
  const { ship, incident } = await northwindInTrouble()
  for (const url of ['/', `/incidents/${incident.id}`, '/releases', '/rollbacks']) {
    const { html } = await visit(ship, url)
    assert.doesNotMatch(html, /<time>/)
    for (const [, at = ''] of html.matchAll(/datetime="([^"]*)"/g)) {
      assert.match(at, /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3}Z)?$/)
    }
  }
})

test('what customers typed into nothing and operators into everything is shown as text', async () => {
  const { ship, say } = await northwind()
  await say('checkout', 'release.succeeded', { version: '<img src=x onerror=alert(1)>' })
  await declareIncident(ship, {
    title: '<script>alert(1)</script>',
    body: '<b>bold</b> [link](javascript:alert(1)) **strong**',
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  const { html } = await visit(ship, '/')
  assert.doesNotMatch(html, /<script>alert|<img src=x|href="javascript|<b>bold/)
  assert.match(html, /<strong>strong<\/strong>/)
})

test('an incident has its page, told to the end', async () => {
  const { ship, incident, say } = await northwindInTrouble()
  ship.at('2026-11-23T12:36:00.000Z')
  await say('checkout', 'release.succeeded', { version: '2.13.4', run: 'back' })
  ship.at('2026-11-23T12:50:00.000Z')
  const { text } = await visit(ship, `/incidents/${incident.id}`)
  inOrder(
    text,
    'Rolled back to 2.13.4 at 14:36 , in 3 min.',
    'What we said',
    'Today 14:33',
    'What is affected',
    'Checkout Partial outage Today 14:06 – now 44 min',
    'Payments API Degraded Today 14:06 – now 44 min',
    'Started Mon 23 Nov 2026, 14:06',
    'First told Mon 23 Nov 2026, 14:11 , 5 min after it started',
    'Lasts for 44 min',
    'History of November 2026',
  )
})

test('a long incident shows its newest updates first and leads to all of them', async () => {
  const { ship, incident } = await northwindInTrouble()
  for (const body of ['Third word', 'Fourth word']) {
    ship.wait(1)
    await postUpdate(ship, incident.id, { body })
  }
  const { text } = await visit(ship, '/')
  inOrder(text, 'Fourth word', 'Third word', 'We are rolling it back', 'All 4 updates')
  assert.doesNotMatch(text, /Bank transfers work/)
  assert.match((await visit(ship, `/incidents/${incident.id}`)).text, /Bank transfers work/)
})

test('a rolled back release tells for how long it was out and what undid it', async () => {
  const { ship } = await northwindInTrouble()
  const release = await ship.db
    .selectFrom('releases')
    .select('id')
    .where('version', '=', '2.11.0')
    .executeTakeFirstOrThrow()
  const { text } = await visit(ship, `/releases/${release.id}`)
  inOrder(
    text,
    'checkout 2.11.0',
    'Rolled back after 23 min',
    'Took 12 min',
    'Started replacing 2.10.3',
    'Everybody 12 min after the start',
    'Incident Checkout is down',
    'Rolling back to 2.10.3',
    'Rolled back to 2.10.3 · in 3 min, after customers had it for 23 min',
    'Before: 2.10.3',
    'After: 2.10.3',
  )
})

test('a rollback’s own page says from what it went back, so that nobody takes it for what was undone', async () => {
  const { ship, restored, say } = await northwindInTrouble()
  inOrder((await visit(ship, `/releases/${restored}`)).text, 'checkout 2.10.3', 'Rolled back from 2.11.0')
  const back = await say('checkout', 'release.progress', { version: '2.13.4', run: 'back', percent: 10 })
  inOrder((await visit(ship, `/releases/${back}`)).text, 'checkout 2.13.4', 'Rolling back from 2.14.0')
})

test('a component has its page: how it is, what is live, what was done to it and what it suffered', async () => {
  const { ship } = await northwindInTrouble()
  const { text } = await visit(ship, '/components/checkout')
  inOrder(text, 'Partial outage', '2.14.0', 'is live since 14:02', 'Rolling back', 'Checkout is down')
  assert.doesNotMatch(text, /5\.41|8\.2\.1|Search results/, 'what other components did stands elsewhere')
})

test('rollbacks are told in a sentence, then one by one', async () => {
  const { ship } = await northwindInTrouble()
  const { text } = await visit(ship, '/rollbacks')
  inOrder(
    text,
    'One rollback in 90 days, out of 7 releases. It took 3 min.',
    '2.14.0 → 2.13.4',
    'under way',
    '2.11.0 → 2.10.3',
    '3 min 12 min to release',
  )
})

test('the log can be read for one component, page by page', async () => {
  const { ship, release } = await northwind()
  for (let number = 1; number <= 51; number++) {
    ship.wait(30)
    await release('checkout', `1.${number}.0`, { minutes: 1 })
  }
  const first = await visit(ship, '/releases?component=checkout')
  assert.match(first.text, /Releases of Checkout/)
  const older = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&')
  const second = await visit(ship, older ?? '')
  assert.match(second.text, /1\.1\.0/)
  assert.doesNotMatch(second.text, /1\.2\.0/)
  assert.match((await visit(ship, '/releases?component=')).text, /Releases and rollbacks/)
  assert.equal((await visit(ship, '/releases?cursor=nothing')).status, 404)
})
