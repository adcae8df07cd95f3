import assert from 'node:assert/strict'
import { test } from 'node:test'
import Parser from 'rss-parser'
import { createComponent, setStatusByHand } from '../../components/actions.ts'
import { componentStatuses } from '../../components/model.ts'
import { editSite } from '../../site/actions.ts'
import { startTestApp } from '../../testing/http.ts'
import { northwindInTrouble } from '../../testing/northwind.ts'
import { world } from '../../testing/world.ts'

async function shop() {
  const { ship } = await northwindInTrouble()
  const { inject } = await startTestApp(ship)
  return { ship, inject, json: async (url: string) => (await inject(url)).json() }
}

/** What a badge says, read from its title; fails when it is not XML or carries anything that runs. */
async function said(svg: string) {
  // an SVG in a feed's place: the parser is strict about what is well-formed
  await new Parser().parseString(`<rss version="2.0"><channel><item>${svg}</item></channel></rss>`)
  const elements = new Set([...svg.matchAll(/<(\w+)/g)].map(([, name = '']) => name))
  for (const name of ['script', 'img', 'foreignObject', 'a']) assert.ok(!elements.has(name), name)
  return /<title>(.*?)<\/title>/s.exec(svg)?.[1]
}

test('the page and each component have a badge that shields.io can draw', async () => {
  const { json, inject } = await shop()
  const page = { schemaVersion: 1, label: 'Northwind', message: 'partial outage', color: 'orange' }
  assert.deepEqual(await json('/badge.json'), { ...page, cacheSeconds: 60 })
  const storefront = { label: 'Storefront', message: 'operational', color: 'brightgreen' }
  for (const url of ['/badge/storefront.json', '/badge.json?component=storefront']) {
    assert.deepEqual(await json(url), { schemaVersion: 1, ...storefront, cacheSeconds: 60 })
  }
  const version = await json('/badge/checkout.json?metric=version&label=live')
  assert.deepEqual([version.label, version.message, version.color], ['live', '2.14.0', 'blue'])
  const { headers } = await inject('/badge.json')
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.equal((await inject({ method: 'OPTIONS', url: '/badge/checkout.json' })).statusCode, 204)
})

test('each status has its words and its colour', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop' })
  const { inject } = await startTestApp(ship)
  const seen = []
  for (const status of componentStatuses) {
    await setStatusByHand(ship, { component_id: id, status })
    const { message, color } = (await inject('/badge/shop.json')).json()
    seen.push(`${message}: ${color}`)
  }
  assert.deepEqual(seen, [
    'major outage: red',
    'partial outage: orange',
    'degraded: yellow',
    'maintenance: blue',
    'operational: brightgreen',
  ])
})

test('uptime is that of the last 90 days, of the page or of a component, and n/a before there was any time', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop', started_on: '2026-11-14' })
  await createComponent(ship, { name: 'Search', started_on: '2026-11-14' })
  ship.at('2026-11-24T00:00:00.000Z')
  await setStatusByHand(ship, { component_id: id, status: 'major_outage' })
  ship.wait(60 * 12)
  await setStatusByHand(ship, { component_id: id, status: 'operational' })
  ship.wait(60 * 12 * 19)
  const { inject } = await startTestApp(ship)
  const told = async (url: string) => {
    const { message, color } = (await inject(`${url}?metric=uptime`)).json()
    return `${message} ${color}`
  }
  assert.equal(await told('/badge/shop.json'), '97.50% yellow')
  assert.equal(await told('/badge/search.json'), '100% brightgreen')
  assert.equal(await told('/badge.json'), '98.75% yellow')
  const empty = await startTestApp(await world())
  assert.equal((await empty.inject('/badge.json?metric=uptime')).json().message, 'n/a')
})

test('a badge is drawn in two styles, and other pages may show it', async () => {
  const { inject } = await shop()
  const { statusCode, headers, body } = await inject('/badge/payments-api.svg?style=flat-square')
  assert.equal(statusCode, 200)
  assert.equal(headers['content-type'], 'image/svg+xml; charset=utf-8')
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
  assert.equal(await said(body), 'Payments API: degraded')
  assert.notEqual(body, (await inject('/badge/payments-api.svg')).body)
  assert.equal((await inject('/badge.svg?style=wrong')).body, (await inject('/badge.svg')).body)
})

test('what is not there is grey and never a broken picture; private components are not there', async () => {
  const { inject } = await shop()
  const words: Record<string, string> = {
    '/badge/nosuch.svg': 'nosuch',
    '/badge/ledger.svg': 'ledger',
    '/badge.svg?component=ledger': 'ledger',
  }
  for (const url of Object.keys(words)) {
    const { statusCode, body } = await inject(url)
    assert.equal(statusCode, 404, url)
    assert.equal(await said(body), 'Northwind: not found')
    assert.doesNotMatch(body, /#4c1|#e05d44/)
  }
  const odd = await inject('/badge.svg?metric=moon')
  assert.deepEqual([odd.statusCode, await said(odd.body)], [404, 'Northwind: n/a'])
  for (const url of ['/badge/nosuch.json', '/badge/ledger.json', '/badge.json?component=ledger']) {
    const { statusCode, headers } = await inject({ url, headers: { accept: 'text/html' } })
    assert.deepEqual([statusCode, headers['content-type']], [404, 'application/problem+json'], url)
  }
  for (const query of ['metric=moon', `label=${'x'.repeat(201)}`, 'label=a&label=b']) {
    assert.equal((await inject(`/badge.json?${query}`)).statusCode, 422, query)
    assert.ok([200, 404].includes((await inject(`/badge.svg?${query}`)).statusCode), query)
  }
})

test('hostile words are only words on a badge', async () => {
  const ship = await world()
  await editSite(ship, { name: '"><script>alert(1)</script>', time_zone: 'UTC', version: 0 })
  await createComponent(ship, { name: ']]><img src=x onerror=alert(1)> \u{202E}\u{1F6A2}', slug: 'x' })
  const { inject } = await startTestApp(ship)
  const evil = ['</text><script>alert(1)</script>', '\u{8}\u{FFFE}', '\n\n', 'مرحبا \u{1F6A2}', '&#x0;&lt;']
  for (const url of ['/badge.svg', '/badge/x.svg']) await said((await inject(url)).body)
  for (const label of evil) {
    const { statusCode, body } = await inject(`/badge.svg?label=${encodeURIComponent(label)}`)
    assert.equal(statusCode, 200, label)
    await said(body)
  }
})
