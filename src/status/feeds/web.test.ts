import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFeed } from '@rowanmanning/feed-parser'
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import ICAL from 'ical.js'
import Parser from 'rss-parser'
import { declareIncident } from '../../incidents/actions.ts'
import { listPublicIncidents } from '../../incidents/public.ts'
import { postUpdate } from '../../incidents/updates.ts'
import { editSite } from '../../site/actions.ts'
import { untouched } from '../../site/store.ts'
import { startTestApp } from '../../testing/http.ts'
import { northwind, northwindInTrouble } from '../../testing/northwind.ts'
import { type World, world } from '../../testing/world.ts'
import { homeAt } from '../home.ts'
import { atomFeed, jsonFeed, rssFeed } from './formats.ts'
import { incidentEntry } from './history.ts'

async function reader(ship: World) {
  const { inject } = await startTestApp(ship)
  return async (url: string) => {
    const answer = await inject({ url, headers: { accept: 'text/html,*/*' } })
    assert.equal(answer.statusCode, 200, url)
    return { body: answer.body, type: String(answer.headers['content-type']), headers: answer.headers }
  }
}

test('each feed has its own type, may be kept for a minute, and stays the same byte for byte', async () => {
  const { ship } = await northwindInTrouble()
  const read = await reader(ship)
  const types = {
    '/history.atom': 'application/atom+xml; charset=utf-8',
    '/history.rss': 'application/rss+xml; charset=utf-8',
    '/feed.json': 'application/feed+json; charset=utf-8',
    '/maintenance.ics': 'text/calendar; charset=utf-8',
  }
  for (const [url, expected] of Object.entries(types)) {
    const { body, type, headers } = await read(url)
    assert.equal(type, expected)
    assert.match(String(headers['cache-control']), /^public, max-age=60, /)
    ship.wait(60 * 24)
    assert.equal((await read(url)).body, body, url)
    ship.wait(-60 * 24)
  }
})

test('the Atom feed is taken apart as Statuspage’s is: one entry each, the state in the first strong words', async () => {
  const { ship, incident } = await northwindInTrouble()
  const { body } = await (await reader(ship))('/history.atom')
  const { items, ...feed } = await new Parser().parseString(body)
  assert.equal(feed.title, 'Northwind Status - Incident History')
  const seen = parseFeed(body)
  assert.equal(seen.title, feed.title)
  assert.deepEqual(
    seen.items.map(({ id, title, url }) => [id, title, url]),
    items.map(({ id, title, link }) => [id, title, link]),
  )
  assert.equal(feed.feedUrl, 'http://localhost:8080/history.atom')
  const [newest] = items
  assert.equal(items.length, 3)
  assert.deepEqual(
    [newest?.title, newest?.link, newest?.pubDate, newest?.id],
    [
      'Card payments fail for some customers',
      `http://localhost:8080/incidents/${incident.id}`,
      '2026-11-23T12:06:00.000Z',
      `tag:localhost,2005:Incident/${incident.id}`,
    ],
  )
  assert.deepEqual(
    [...String(newest?.content).matchAll(/<strong>(.*?)<\/strong>/g)].map(([, state]) => state),
    ['Identified', 'Investigating'],
  )
  assert.match(
    String(newest?.content),
    /^<p><small>Nov <var data-var='date'>23<\/var>, <var data-var='time'>14:33<\/var> GMT\+2<\/small><br><strong>Identified<\/strong> - The release/,
  )
  const second = parseAtomFeed(body)
  assert.equal(second.id, 'tag:localhost,2005:/history')
  assert.equal(second.authors?.[0]?.name, 'Northwind')
  assert.equal(second.updated, '2026-11-23T12:33:00.000Z')
  assert.deepEqual(second.entries?.[0]?.links, [
    { href: `http://localhost:8080/incidents/${incident.id}`, rel: 'alternate', type: 'text/html' },
  ])
  assert.equal(second.entries?.[0]?.updated, '2026-11-23T12:33:00.000Z')
})

test('RSS and JSON Feed tell the same incidents', async () => {
  const { ship, incident } = await northwindInTrouble()
  const read = await reader(ship)
  const { body } = await read('/history.rss')
  const page = `http://localhost:8080/incidents/${incident.id}`
  const { items } = await new Parser().parseString(body)
  assert.deepEqual([items.length, items[0]?.guid, items[0]?.link], [3, page, page])
  assert.equal(items[0]?.isoDate, '2026-11-23T12:06:00.000Z')
  assert.match(String(items[0]?.content), /<strong>Identified<\/strong> - The release/)
  assert.equal(parseRssFeed(body).items?.[0]?.title, 'Card payments fail for some customers')

  const json = JSON.parse((await read('/feed.json')).body)
  assert.equal(json.version, 'https://jsonfeed.org/version/1.1')
  const feed = parseJsonFeed(json)
  assert.deepEqual(
    feed.items?.map((item) => item.title),
    items.map((item) => item.title),
  )
  assert.equal(feed.items?.[0]?.url, page)
})

test('why there was no way back stands in the feeds of incidents and of releases, and is inert there', async () => {
  const { ship, incident } = await northwindInTrouble()
  const remedy_reason = 'The migration of 14:01 cannot be undone <img src=x onerror=alert(1)>'
  const told = { state: 'resolved' as const, body: 'Mended.', remedy: 'rolled_forward' as const }
  await postUpdate(ship, incident.id, { ...told, remedy_reason })
  const read = await reader(ship)
  const inert = /It could not be rolled back: The migration of 14:01 cannot be undone &lt;img src=x/
  for (const path of ['/history.atom', '/history.rss', '/releases.atom']) {
    const { items } = await new Parser().parseString((await read(path)).body)
    const found = items.filter((item) => inert.test(String(item.content)))
    assert.equal(found.length, 1, path)
  }
  const json = JSON.parse((await read('/feed.json')).body)
  assert.match(json.items[0].content_html, inert)
})

test('releases and rollbacks have a feed of their own, with the incident that they belong to', async () => {
  const { ship, incident } = await northwindInTrouble()
  const { body } = await (await reader(ship))('/releases.atom')
  const { items } = await new Parser().parseString(body)
  assert.equal(items[0]?.title, 'Rolling back: Checkout 2.14.0 → 2.13.4')
  assert.match(String(items[0]?.content), new RegExp(`incidents/${incident.id}">Card payments fail`))
  assert.ok(items.some(({ title }) => title === 'Released: Storefront 5.41.2'))
})

test('an edited word makes an entry newer, and a feed has twenty-five at most', async () => {
  const ship = await world()
  for (let number = 1; number <= 27; number++) {
    const { id } = await declareIncident(ship, { title: `Trouble ${number}`, body: 'We look.' })
    ship.wait(10)
    await postUpdate(ship, id, { state: 'resolved', body: 'Over.' })
  }
  const { entries, updated } = parseAtomFeed((await (await reader(ship))('/history.atom')).body)
  assert.deepEqual([entries?.length, entries?.[0]?.title?.value], [25, 'Trouble 27'])
  assert.equal(entries?.[0]?.updated, ship.now().toISOString())
  assert.equal(updated, ship.now().toISOString())
})

test('a page on which nothing happened yet has feeds that are empty and whole', async () => {
  const read = await reader(await world())
  const { title, items } = await new Parser().parseString((await read('/history.atom')).body)
  assert.deepEqual([title, items], ['Status - Incident History', []])
  assert.equal((await new Parser().parseString((await read('/history.rss')).body)).items.length, 0)
  assert.deepEqual(JSON.parse((await read('/feed.json')).body).items, [])
})

const hostile = {
  title: ']]> <script>alert(1)</script> & "quoted" \u{FFFE}\u{0} \u{1F6A2} مرحبا &lt;b&gt;',
  body: [
    'First ]]> <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))',
    '<!--',
    '- one &amp; <b>',
    '```\n]]>\n```',
    '\u{202E}\u{FFFF}\u{D800} lone',
    'Long. '.repeat(3000),
  ].join('\n\n'),
}

test('hostile words stay inert and well-formed in every feed', async () => {
  const { ship } = await northwind()
  const { id } = await declareIncident(ship, { title: 'x', body: 'x' })
  const { data } = await listPublicIncidents(ship, { limit: 1 })
  const [incident] = data
  const [update] = incident?.updates ?? []
  assert.ok(incident && update)
  const site = { ...untouched, name: `${hostile.title}` }
  const home = homeAt(site, 'https://status.example')
  const spoilt = { ...incident, title: hostile.title, updates: [{ ...update, body: hostile.body }] }
  const feed = {
    id: 'tag:status.example,2005:/history',
    title: hostile.title,
    subtitle: hostile.title,
    home_url: 'https://status.example/',
    self_url: 'https://status.example/history.atom',
    author: hostile.title,
    language: 'en',
    updated_at: update.updated_at,
    entries: [incidentEntry(spoilt, home)],
  }
  const plain = hostile.title.replace(/\u{FFFE}|\p{Cc}/gu, '\u{FFFD}')
  for (const xml of [await atomFeed(feed), await rssFeed(feed)]) {
    const seen = parseFeed(xml)
    const twice = plain.replaceAll('&lt;', '<').replaceAll('&gt;', '>') // it decodes titles once too often
    assert.deepEqual([seen.title, seen.items.map((item) => item.title)], [twice, [twice]])
    const { items, title } = await new Parser().parseString(xml)
    assert.equal(items.length, 1)
    assert.equal(title, plain)
    assert.equal(items[0]?.title, plain)
    const content = String(items[0]?.content)
    assert.doesNotMatch(content, /<script|<img|href="javascript|<!--/i)
    assert.match(content, /^<p><small>.*<strong>Investigating<\/strong> - First \]\]&gt; &lt;script&gt;/)
    assert.ok(content.length > 15_000)
  }
  assert.equal(parseAtomFeed(await atomFeed(feed)).entries?.[0]?.id, `tag:status.example,2005:Incident/${id}`)
  assert.equal(parseRssFeed(await rssFeed(feed)).items?.length, 1)
  const items = parseJsonFeed(JSON.parse(JSON.stringify(jsonFeed(feed)))).items
  assert.equal(items?.[0]?.title, hostile.title)
})

test('the calendar is valid and empty, and asks to be read again in an hour', async () => {
  const ship = await world()
  await editSite(ship, { name: `A, B; C\nX-EVIL:1 “ü” ${'long '.repeat(9)}`, time_zone: 'UTC', version: 0 })
  const { body } = await (await reader(ship))('/maintenance.ics')
  assert.doesNotMatch(body.replaceAll('\r\n', ''), /[\r\n]/, 'every line ends in CRLF')
  assert.ok(body.endsWith('END:VCALENDAR\r\n'))
  for (const line of body.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line)
  const calendar = new ICAL.Component(ICAL.parse(body))
  assert.deepEqual(calendar.getAllSubcomponents('vevent'), [])
  const value = (name: string) => String(calendar.getFirstPropertyValue(name))
  assert.equal(value('method'), 'PUBLISH')
  assert.equal(value('prodid'), '-//Shiplog//Maintenance//EN')
  assert.equal(value('refresh-interval'), 'PT1H')
  assert.match(value('x-wr-calname'), /^A\\?, B\\?; C/)
  assert.equal(calendar.getFirstProperty('x-evil'), null)
})

test('a feed that is not there says so in plain text, also to a browser', async () => {
  const { inject } = await startTestApp(await world())
  for (const url of ['/nosuch.atom', '/incidents/nosuch.rss', '/nosuch.ics', '/history/2026-13.atom']) {
    const { statusCode, headers, body } = await inject({ url, headers: { accept: 'text/html' } })
    assert.equal(statusCode, 404, url)
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
    assert.match(body, /^There is (nothing at this address|no such incident|no history of such a month)\.\n$/)
  }
})
