import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent, setStatusByHand } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { componentPage } from './pages.ts'

async function page(ship: World, url: string) {
  const { inject } = await startTestApp(ship)
  const answer = await inject({ method: 'GET', url, headers: { accept: 'text/html' } })
  assert.equal(answer.statusCode, 200, url)
  return answer.body
}
const textOf = (html: string) =>
  html
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
const figuresIn = (html: string) => html.match(/<figure class="sounding">.*?<\/figure>/gs) ?? []
/** What the widest window says. */
const widest = (figure: string) =>
  textOf(/sounding__only-90">(.*?<\/span>)<\/span>/s.exec(figure)?.[1] ?? '').trim()

test('each component has its drawing, hidden from those who cannot see it, with the same in words beside it', async () => {
  const { ship } = await northwindInTrouble()
  const html = await page(ship, '/')
  const figures = figuresIn(html)
  assert.equal(figures.length, 3)
  for (const figure of figures) {
    const drawing = /<div class="sounding__window" aria-hidden="true">(.*?)<\/div>/s.exec(figure)?.[1] ?? ''
    assert.match(drawing, /^<svg width="633" height="64" viewBox="0 0 633 64">/)
    assert.doesNotMatch(drawing, /<a |href|tabindex|preserveAspectRatio/)
    assert.match(figure, /<figcaption>/)
  }
  const [storefront = '', checkout = ''] = figures
  assert.equal(widest(storefront), '90 days 2 releases 100% uptime')
  // 20 minutes of a major outage and 29 of a partial one, in the 54 days that something is known of
  assert.equal(widest(checkout), '90 days 4 releases, 1 rolled back 99.96% uptime')
  const list = textOf(checkout.slice(checkout.indexOf('<ul>')))
  assert.match(
    list,
    /Today Partial outage for 29 min : Card payments fail for some customers Rolling back 2\.14\.0 → 2\.13\.4/,
  )
  assert.match(
    list,
    /Major outage for 20 min : Checkout is down Rolled back 2\.11\.0 → 2\.10\.3 Released and rolled back: 2\.11\.0/,
  )
})

test('an operator’s hand is drawn too, and a private component is not', async () => {
  const { ship, components } = await northwindInTrouble()
  await setStatusByHand(ship, { component_id: components.storefront.id, status: 'under_maintenance' })
  await setStatusByHand(ship, { component_id: components.ledger.id, status: 'major_outage' })
  ship.wait(30)
  const html = await page(ship, '/')
  assert.match(textOf(html), /Maintenance for 30 min Released 5\.41\.2/)
  assert.equal(html.match(/class="sounding__care"/g)?.length, 1)
  assert.doesNotMatch(html, /Ledger|Major outage for 30 min/)
})

test('a page of many components folds what is well, opens what is not, and can be searched with the script', async () => {
  const ship = await world()
  const ids: string[] = []
  for (let number = 0; number < 26; number++) {
    const made = await createComponent(ship, { name: `Part ${number}`, group: `Deck ${number % 3}` })
    ids.push(made.id)
  }
  await setStatusByHand(ship, { component_id: ids[1] ?? '', status: 'degraded_performance' })
  const html = await page(ship, '/')
  assert.deepEqual(
    [...html.matchAll(/<details class="group"( open)?>/g)].map(([, open]) => open !== undefined),
    [false, true, false],
  )
  assert.match(html, /<script src="\/assets\/filter\.[\w-]+\.js" defer>/)
  assert.match(html, /<label for="find">Find a component<\/label>/)
  assert.equal(figuresIn(html).length, 26)
  const few = await northwindInTrouble()
  assert.doesNotMatch(await page(few.ship, '/'), /filter\.|id="find"/)
})

test('a component’s page tells its uptime in each window, how it is counted and what is left out', async () => {
  const { ship } = await northwindInTrouble()
  const html = await page(ship, '/components/checkout')
  const [figure = ''] = figuresIn(html)
  assert.equal(widest(figure), '90 days 4 releases, 1 rolled back 99.96% uptime')
  const rows = [...html.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => textOf(row).trim())
  assert.deepEqual(rows, [
    '24 hours 99.39% 29 min of partial outage',
    '7 days 99.90% 29 min of partial outage',
    '30 days 99.93% 20 min of major outage, 29 min of partial outage',
    '90 days 99.96% 20 min of major outage, 29 min of partial outage 36 days without data',
    '365 days 99.96% 20 min of major outage, 29 min of partial outage 311 days without data',
  ])
  assert.match(textOf(html), /Uptime = 1 − \(major outage \+ 0\.3 × partial outage\) ÷ time with data/)
  assert.match(textOf(await page(ship, '/components/payments-api')), /29 min degraded/)
})

test('a component’s page says when its way back was last walked, and whether that was a drill', async () => {
  const { ship, restored, say } = await northwindInTrouble()
  const told = async (slug: string) => (await componentPage(ship, slug)).way_back
  assert.deepEqual(await told('checkout'), {
    id: restored,
    live_at: '2026-11-01T10:03:00.000Z',
    isDrill: false,
    took_seconds: 180,
  })
  assert.equal(await told('storefront'), null)
  const run = { version: '5.41.0', run: 'try', kind: 'rollback' as const }
  const drill = await say('storefront', 'release.succeeded', run)
  const mark = { drill_at: ship.now().toISOString() }
  await ship.db.updateTable('releases').set(mark).where('id', '=', drill).execute()
  assert.deepEqual(
    [(await told('storefront'))?.isDrill, (await told('storefront'))?.took_seconds],
    [true, null],
  )
  await say('storefront', 'release.succeeded', { ...run, run: 'staged' }, 'staging')
  assert.equal((await told('storefront'))?.id, drill)
})
