import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HtmlValidate } from 'html-validate'
import { postUpdate } from './incidents/updates.ts'
import { planMaintenance } from './maintenance/actions.ts'
import { isForMachines } from './platform/http.ts'
import { publishPostmortem, savePostmortem } from './postmortems/actions.ts'
import { addItem } from './postmortems/items.ts'
import { startTestApp, type TestApp } from './testing/http.ts'
import { northwindInTrouble } from './testing/northwind.ts'
import { world } from './testing/world.ts'

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }],
    'no-implicit-button-type': 'off', // a button that names no type sends its form, and that is what it is for
    'attribute-boolean-style': 'off', // the part that draws fields writes attributes from a list: required=""
  },
})

let shop: Awaited<ReturnType<typeof northwindInTrouble>>
let server: TestApp
before(async () => {
  shop = await northwindInTrouble()
  const span = { starts_at: '2026-11-23T12:00:00Z', ends_at: '2026-11-23T20:00:00Z' }
  const work = { title: 'New disks', body: 'Slow:\n\n- search', ...span, components: ['storefront'] }
  await planMaintenance(shop.ship, { ...work, repeats: 'FREQ=DAILY' })
  server = await startTestApp(shop.ship)
})
after(() => server?.app.close())

test('every public page is valid HTML in trouble, and none is left out', async () => {
  const pages = await crawl(server)
  assert.deepEqual(await faultsIn(pages), [])
  const seen = [...pages.keys()]
  const unseen = publicRoutes(server).filter((route) => !seen.some((path) => patternOf(route).test(path)))
  assert.deepEqual(unseen, [])
})

test('every public page is valid HTML when all is calm', async () => {
  await postUpdate(shop.ship, shop.incident.id, {
    state: 'resolved',
    body: 'All is **well**:\n\n- cards\n- banks',
  })
  await savePostmortem(shop.ship, shop.incident.id, { body: '### Why\n\n#\n\n- a test\n\nMore\n====' })
  await addItem(shop.ship, shop.incident.id, { words: 'Test it' })
  await publishPostmortem(shop.ship, shop.incident.id)
  assert.deepEqual(await faultsIn(await crawl(server)), [])
})

test('every public page is valid HTML before anything was told', async () => {
  const empty = await startTestApp(await world())
  assert.deepEqual(await faultsIn(await crawl(empty)), [])
  await empty.app.close()
})

/** What anybody may get as a page; placeholders stand where something is named. */
function publicRoutes({ routes }: TestApp): string[] {
  return routes
    .filter(({ method, url, kept }) => method === 'GET' && kept && !isForMachines(url))
    .map(({ url }) => url)
}

function patternOf(route: string) {
  return new RegExp(`^${route.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`)
}

/** Every page that a visitor comes to from those that have one address, with its HTML. */
async function crawl(server: TestApp) {
  const pages = new Map<string, string>()
  const waiting = [...publicRoutes(server).filter((url) => !/[:*]/.test(url)), '/no-such-page']
  for (const path of waiting) {
    const { headers, body } = await server.inject({ url: path, headers: { accept: 'text/html' } })
    if (!String(headers['content-type']).startsWith('text/html')) continue
    pages.set(path, body)
    for (const [, href = ''] of body.matchAll(/href="(\/[^"#?]*)/g)) {
      if (!waiting.includes(href) && !isForMachines(href)) waiting.push(href)
    }
  }
  return pages
}

async function faultsIn(pages: Map<string, string>): Promise<string[]> {
  const faults: string[] = []
  for (const [path, html] of pages) {
    const { results } = await validator.validateString(html, path)
    for (const { messages } of results)
      for (const { ruleId, message, line } of messages) faults.push(`${path}:${line} ${ruleId}: ${message}`)
  }
  return faults
}
