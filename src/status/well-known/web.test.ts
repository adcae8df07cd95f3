import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editSite } from '../../site/actions.ts'
import { startTestApp } from '../../testing/http.ts'
import { northwindInTrouble } from '../../testing/northwind.ts'
import { type World, world } from '../../testing/world.ts'

async function reader(ship: World) {
  const { inject } = await startTestApp(ship)
  return async (url: string) => {
    const { statusCode, body, headers } = await inject({ url, headers: { accept: 'text/html' } })
    assert.equal(statusCode, 200, url)
    return { body, type: headers['content-type'] }
  }
}

test('security.txt says whom to tell until when, and is the same all day', async () => {
  const ship = await world()
  const read = await reader(ship)
  const { body, type } = await read('/.well-known/security.txt')
  assert.equal(type, 'text/plain; charset=utf-8')
  assert.equal(
    body,
    [
      'Contact: http://localhost:8080/',
      'Expires: 2027-05-22T00:00:00Z',
      'Preferred-Languages: en',
      'Canonical: http://localhost:8080/.well-known/security.txt',
      '',
    ].join('\n'),
  )
  ship.at('2026-11-23T23:59:59.999Z')
  assert.equal((await read('/.well-known/security.txt')).body, body)
  const links = [
    { label: 'Contact', url: 'https://northwind.example/contact' },
    { label: 'Security', url: 'mailto:security@northwind.example\nCanonical: https://evil.example' },
  ]
  await editSite(ship, { name: 'Northwind', time_zone: 'UTC', version: 0, links })
  const told = (await read('/.well-known/security.txt')).body
  assert.match(told, /^Contact: mailto:security@northwind\.example/)
  assert.equal(told.match(/^Canonical:/gm)?.length, 1)
})

test('robots may read everything but what is behind the login, and are told where the pages are', async () => {
  const { body } = await (await reader(await world()))('/robots.txt')
  assert.match(body, /^User-agent: \*\nAllow: \/\n/)
  for (const path of ['/admin', '/login', '/setup'])
    assert.match(body, new RegExp(`^Disallow: ${path}$`, 'm'))
  assert.match(body, /^Sitemap: http:\/\/localhost:8080\/sitemap\.xml$/m)
})

test('language models read how it stands and where to look, and every link leads somewhere', async () => {
  const { ship } = await northwindInTrouble()
  await editSite(ship, { name: 'North\n# wind', time_zone: 'UTC', version: 1 })
  const read = await reader(ship)
  const { body } = await read('/llms.txt')
  assert.match(body, /^# North # wind Status\n\n> Checkout is partly down\. 2 of 3 components/)
  const links = [...body.matchAll(/\]\(http:\/\/localhost:8080([^)]+)\)/g)].map(([, path = '']) => path)
  assert.ok(links.length > 8)
  for (const path of links) await read(path)
})

test('the sitemap has every page and nothing but pages, and each of them is there', async () => {
  const { ship, incident, cause } = await northwindInTrouble()
  const read = await reader(ship)
  const { body, type } = await read('/sitemap.xml')
  assert.equal(type, 'application/xml; charset=utf-8')
  const pages = [...body.matchAll(/<loc>http:\/\/localhost:8080([^<]*)<\/loc>/g)].map(([, path = '']) => path)
  for (const path of [
    '/',
    '/rollbacks',
    '/components/checkout',
    `/incidents/${incident.id}`,
    `/releases/${cause}`,
  ]) {
    assert.ok(pages.includes(path), path)
  }
  assert.ok(!pages.some((path) => /^\/(api|badge|embed|components\/ledger)|\.\w+$/.test(path)), String(pages))
  for (const path of pages) assert.match(String((await read(path)).type), /^text\/html/, path)
})
