import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { editSite } from '../site/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'

async function reader(ship: World) {
  const { inject } = await startTestApp(ship)
  return { inject, page: async (url: string) => (await inject(url)).body }
}

/** The one data block of a page, as a search engine reads it. */
function data(html: string) {
  const blocks = [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)]
  assert.equal(blocks.length, 1)
  return JSON.parse(blocks[0]?.[1] ?? '')
}

test('every public page names its address and all other forms of itself, and each is there', async () => {
  const { ship, incident, cause } = await northwindInTrouble()
  const { inject, page } = await reader(ship)
  for (const url of [
    '/',
    '/releases',
    '/rollbacks',
    '/history',
    '/components/checkout',
    `/incidents/${incident.id}`,
    `/releases/${cause}`,
  ]) {
    const html = await page(url)
    assert.match(html, new RegExp(`<link rel="canonical" href="http://localhost:8080${url}">`), url)
    const others = [...html.matchAll(/<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">/g)]
    assert.deepEqual(
      others.map(([, type]) => type),
      [
        'application/atom+xml',
        'application/rss+xml',
        'application/feed+json',
        'application/atom+xml',
        'text/calendar',
        'application/json',
      ],
    )
    for (const [, type = '', href = ''] of others) {
      const { statusCode, headers } = await inject(href)
      assert.equal(statusCode, 200, href)
      assert.ok(String(headers['content-type']).startsWith(type), href)
    }
  }
})

test('a shared link says what the page says, with a picture of its state', async () => {
  const { ship, incident } = await northwindInTrouble()
  const { inject, page } = await reader(ship)
  const html = await page('/')
  const meta = (name: string) =>
    new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)">`).exec(html)?.[1]
  assert.equal(meta('og:title'), 'Checkout is partly down')
  assert.equal(meta('og:description'), '2 of 3 components are affected, everything else works.')
  assert.equal(meta('og:type'), 'website')
  assert.equal(meta('twitter:card'), 'summary_large_image')
  const picture = new URL(meta('og:image') ?? '')
  assert.match(picture.href, /^http:\/\/localhost:8080\/assets\/card-partial_outage\./)
  const { headers, rawPayload } = await inject(picture.pathname)
  assert.equal(headers['content-type'], 'image/png')
  assert.deepEqual([rawPayload.readUInt32BE(16), rawPayload.readUInt32BE(20)], [1200, 630])

  const article = await page(`/incidents/${incident.id}`)
  assert.match(article, /<meta property="og:type" content="article">/)
  assert.match(article, /<meta name="description" content="Identified: The release at 14:02 rejects/)
})

test('search engines read what the page is about as data', async () => {
  const { ship, incident } = await northwindInTrouble()
  const { page } = await reader(ship)
  const site = data(await page('/'))
  assert.deepEqual([site['@type'], site.name, site.url], ['WebSite', 'Northwind', 'http://localhost:8080/'])
  const article = data(await page(`/incidents/${incident.id}`))
  assert.deepEqual(
    [article['@type'], article.headline, article.datePublished, article.dateModified],
    [
      'NewsArticle',
      'Card payments fail for some customers',
      '2026-11-23T12:06:00.000Z',
      '2026-11-23T12:33:00.000Z',
    ],
  )
})

test('hostile names and texts stay words in the head and in the data', async () => {
  const ship = await world()
  const evil = '</script><script>alert(1)</script><!-- "\' & \u2028 ]]>'
  await editSite(ship, { name: evil, time_zone: 'UTC', version: 0 })
  await createComponent(ship, { name: evil, slug: 'x' })
  const { id } = await declareIncident(ship, {
    title: evil,
    body: evil,
    components: [{ component: 'x', status: 'major_outage' }],
  })
  const { page } = await reader(ship)
  for (const url of ['/', `/incidents/${id}`]) {
    const html = await page(url)
    assert.doesNotMatch(html, /<script>|<!--|\u2028 .*<\/script>/, url)
    assert.equal((html.match(/<script/g) ?? []).length, (html.match(/<\/script>/g) ?? []).length)
  }
  assert.equal(data(await page(`/incidents/${id}`)).headline, evil)
  assert.equal(data(await page('/')).name, evil)
})
