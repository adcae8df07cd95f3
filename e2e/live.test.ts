import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { createToken } from '../src/accounts/tokens.ts'
import { createComponent, moveComponent, setStatusByHand } from '../src/components/actions.ts'
import type { ComponentStatus } from '../src/components/model.ts'
import { componentByIdOrSlug } from '../src/components/store.ts'
import { phone } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { calmDown, type Shop, shopInTrouble } from './shop.ts'

/** A poll comes after 15 s, give or take a fifth. */
const aPoll = 19_000
const minute = 60_000

let browser: Browser
let shop: Shop
/** What came over the wire after the page itself: each time it was asked for again. */
let polls: { known: string | undefined; status: number }[] = []

before(async () => {
  browser = await launchBrowser()
  shop = await shopInTrouble()
  // with so many components, groups in which all is well are folded, and there is a field to find one
  const numbered = Array.from({ length: 14 }, (_, index) => `Lane ${index + 1}`)
  for (const name of ['Gates', 'Forklifts', 'Labels', ...numbered])
    await createComponent(shop.ship, { name, group: 'Warehouse', visibility: 'public' })
  shop.server.on('request', ({ headers }, response) => {
    if (headers['sec-fetch-dest'] !== 'empty') return
    response.on('finish', () => polls.push({ known: headers['if-none-match'], status: response.statusCode }))
  })
})
beforeEach(() => {
  polls = []
})
after(async () => {
  await browser?.close()
  await shop?.close()
})

async function opened(path = '/', options: BrowserContextOptions = {}) {
  const { page, faults } = await person(browser, shop.origin, options)
  await page.clock.install({ time: shop.ship.now() })
  await page.clock.pauseAt(shop.ship.now().getTime() + minute) // a clock that ran meanwhile is not turned back
  await page.goto(path)
  await page.evaluate(watch)
  return { page, faults }
}

/** In the page: counts its polls and renewals, and keeps what was spoken and which rows faded in. */
const watch = `
  window.seen = { planned: 0, waits: [], renewed: 0, spoken: [], faded: [] }
  document.addEventListener('renewed', () => { seen.renewed += 1 })
  const later = setTimeout
  window.setTimeout = (...how) => { seen.planned += 1; seen.waits.push(how[1] / 1000); return later(...how) }
  const region = document.querySelector('[role=status]')
  new MutationObserver(() => seen.spoken.push(region.textContent)).observe(region, { childList: true })
  const animate = Element.prototype.animate
  Element.prototype.animate = function (...how) {
    seen.faded.push(this.textContent.trim().split('\\n')[0])
    return animate.apply(this, how)
  }`

type Seen = { planned: number; waits: number[]; renewed: number; spoken: string[]; faded: string[] }
const seenBy = (page: Page) => page.evaluate('seen') as Promise<Seen>

/** The page's policy lets Playwright's own waiting evaluate nothing. */
async function untilPlanned(page: Page, times: number) {
  while ((await seenBy(page)).planned < times) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Lets time go by in the page until it has asked again and dealt with the answer. */
async function asks(page: Page, milliseconds = aPoll) {
  const { planned } = await seenBy(page)
  await page.clock.fastForward(milliseconds)
  await untilPlanned(page, planned + 1)
}

/** The same, when the answer has something new to show. */
async function renews(page: Page) {
  const { renewed } = await seenBy(page)
  await asks(page)
  assert.equal((await seenBy(page)).renewed, renewed + 1)
}

async function setStatus(slug: string, status: ComponentStatus) {
  const { id } = await componentByIdOrSlug(shop.ship, slug)
  await setStatusByHand(shop.ship, { component_id: id, status })
}

const icon = (page: Page) => page.evaluate("new URL(document.querySelector('link[rel=icon]').href).pathname")
const headline = (page: Page) => page.locator('h1').innerText()
const isOpen = (page: Page, name: string) =>
  page
    .locator('details.group')
    .filter({ hasText: name })
    .evaluate((group) => group.hasAttribute('open'))

test('what an operator publishes is on the open page at its next poll, and is spoken once', async () => {
  const { page, faults } = await opened()
  assert.equal(await headline(page), 'Checkout is partly down')
  assert.equal(await icon(page), '/favicon/partial_outage.svg')
  assert.equal(await page.getByRole('status').textContent(), '')
  await setStatus('storefront', 'major_outage')
  await renews(page)
  assert.equal(await headline(page), 'Storefront is down')
  assert.match(await page.title(), /^Storefront is down/)
  assert.equal(await icon(page), '/favicon/major_outage.svg')
  shop.ship.wait(2)
  await asks(page)
  await setStatus('storefront', 'operational')
  await renews(page)
  assert.deepEqual((await seenBy(page)).spoken, ['Storefront is down', 'Checkout is partly down'])
  assert.deepEqual(faults, [])
  await page.close()
})

test('while nothing changes, nothing but a 304 comes over the wire, and the page is not touched', async () => {
  const { page } = await opened()
  for (const _ of [1, 2, 3]) await asks(page)
  assert.deepEqual(
    polls.map(({ status }) => status),
    [304, 304, 304],
  )
  assert.match(polls[0]?.known ?? '', /^"/)
  assert.ok((await seenBy(page)).renewed <= 1)
  assert.deepEqual((await seenBy(page)).faded, [])
  await page.close()
})

test('what the reader folded, focused and selected stays while the page changes around it', async () => {
  const { page } = await opened()
  await page.getByText('Shop', { exact: true }).click()
  await page.getByText('Warehouse', { exact: true }).click()
  const line = page.locator('.log li').first().getByRole('link').last()
  const name = await line.innerText()
  await line.focus()
  await page.evaluate("getSelection().selectAllChildren(document.querySelector('#past h2'))")
  for (const status of ['under_maintenance', 'operational'] as const) {
    await report('search', `9.9.9-${status}`)
    await setStatus('forklifts', status)
    await renews(page)
    assert.match(await page.locator('.log li').first().innerText(), new RegExp(`9\\.9\\.9-${status}`))
    assert.equal(await page.evaluate('document.activeElement.textContent'), name)
    assert.equal(await page.evaluate('getSelection().toString()'), 'Past incidents')
    assert.deepEqual([await isOpen(page, 'Shop'), await isOpen(page, 'Warehouse')], [false, true])
  }
  await page.close()
})

test('days that the reader unfolded stay so, also when their component moves', async () => {
  const { page } = await opened()
  const unfolded = page.locator('.component:has(details[open]) h3')
  await page.locator('.component', { hasText: 'Checkout' }).locator('summary').click()
  await report('search', '9.9.11')
  await renews(page)
  assert.deepEqual(await unfolded.allInnerTexts(), ['Checkout'])
  await page.locator('.component', { hasText: 'Checkout' }).locator('summary').focus()
  const { id } = await componentByIdOrSlug(shop.ship, 'checkout')
  for (const to of ['up', 'down'] as const) {
    await moveComponent(shop.ship, id, { to })
    await renews(page)
    assert.deepEqual(await unfolded.allInnerTexts(), ['Checkout'])
    assert.ok(await page.evaluate("document.activeElement.closest('#component-checkout') !== null"))
  }
  await page.close()
})

test('what the reader typed to find a component stays, and so does what it found', async () => {
  const { page } = await opened()
  const field = page.getByRole('searchbox')
  await field.pressSequentially('pay')
  const found = page.locator('.component:visible h3')
  assert.deepEqual(await found.allInnerTexts(), ['Payments API'])
  for (const status of ['under_maintenance', 'operational'] as const) {
    await setStatus('forklifts', status)
    await renews(page)
    assert.equal(await field.inputValue(), 'pay')
    assert.ok(await field.evaluate((input) => input.matches(':focus')))
    assert.deepEqual(await found.allInnerTexts(), ['Payments API'])
  }
  await page.locator('h1').click()
  await setStatus('labels', 'under_maintenance')
  await renews(page)
  await setStatus('labels', 'operational')
  assert.equal(await field.inputValue(), 'pay', 'also when the focus is elsewhere')
  await page.close()
})

test('a fold that the reader left alone opens with its trouble and closes after it', async () => {
  const { page } = await opened()
  assert.equal(await isOpen(page, 'Warehouse'), false)
  await setStatus('gates', 'major_outage')
  await renews(page)
  assert.equal(await isOpen(page, 'Warehouse'), true)
  await setStatus('gates', 'operational')
  await renews(page)
  assert.equal(await isOpen(page, 'Warehouse'), false)
  await page.close()
})

test('a component that is chosen to filter by stays chosen', async () => {
  const { page } = await opened('/releases')
  await page.getByLabel('Component').selectOption('payments')
  await report('search', '9.9.10')
  await renews(page)
  assert.equal(await page.getByLabel('Component').inputValue(), 'payments')
  await page.close()
})

test('only the rows that changed fade in, and none for whoever wants no motion', async () => {
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    const { page } = await opened('/', { reducedMotion })
    await setStatus('labels', 'under_maintenance')
    await renews(page)
    const expected = reducedMotion === 'reduce' ? [] : ['Labels']
    assert.deepEqual((await seenBy(page)).faded, expected)
    await setStatus('labels', 'operational')
    await page.close()
  }
})

test('the reader’s own clock stands beside the page’s, once, and never instead of it', async () => {
  const { page } = await opened('/', { timezoneId: 'America/New_York' })
  const asOf = page.locator('.banner p')
  assert.match(await asOf.innerText(), /As of 1(\d:\d\d) \(0\d:\d\d your time\), Europe\/Tallinn/)
  await setStatus('labels', 'under_maintenance')
  await renews(page)
  await setStatus('labels', 'operational')
  await renews(page)
  assert.equal((await asOf.innerText()).match(/your time/g)?.length, 1)
  await page.close()
  const { page: same } = await opened('/', { timezoneId: 'Europe/Tallinn' })
  assert.doesNotMatch(await same.locator('main').innerText(), /your time/)
  await same.close()
})

test('nobody is asked while the page is hidden, and at once when somebody looks again', async () => {
  const { page } = await opened()
  const looks = (hidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
      Object.defineProperty(document, 'visibilityState', { value: '${hidden ? 'hidden' : 'visible'}', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  await looks(true)
  await page.clock.fastForward(10 * minute)
  await page.clock.fastForward(10 * minute)
  assert.deepEqual(polls, [])
  const { planned } = await seenBy(page)
  await looks(false)
  await page.clock.runFor(1)
  await untilPlanned(page, planned + 2)
  assert.equal(polls.length, 1)
  await looks(true)
  await looks(false)
  await page.clock.runFor(1000)
  assert.equal(polls.length, 1, 'who looks away for a moment asks nobody')
  await page.close()
})

test('who gets no answer asks less and less often, at least every five minutes, and at once when online', async () => {
  const { page } = await opened()
  let asked = 0
  await page.route('**/', (route) => {
    asked += 1
    return asked % 2 ? route.abort() : route.fulfill({ status: 503, body: 'Not right now' })
  })
  const waits: number[] = []
  for (const failures of [1, 2, 3, 4, 5, 6]) {
    await asks(page, 6 * minute)
    assert.equal(asked, failures)
    waits.push((await seenBy(page)).waits.at(-1) ?? 0)
  }
  const bounds = [30, 60, 120, 240, 250, 250].map((seconds) => [seconds * 0.8 - 0.1, seconds * 1.2 + 0.1])
  for (const [index, [least = 0, most = 0]] of bounds.entries())
    assert.ok(least <= (waits[index] ?? 0) && (waits[index] ?? 0) <= most, `${waits} in turn`)
  assert.equal(await headline(page), 'Checkout is partly down')
  assert.deepEqual((await seenBy(page)).faded, [])

  await page.unroute('**/')
  await page.evaluate("dispatchEvent(new Event('online'))")
  await asks(page, 10)
  await asks(page)
  assert.equal(polls.length, 2)
  await page.close()
})

test('an answer that is not this page touches nothing', async () => {
  const { page } = await opened()
  const login = await (await fetch(`${shop.origin}/login`)).text()
  const found = await page.content()
  for (const answer of [
    { status: 404, contentType: 'text/html', body: found.replace(/<h1>.*?<\/h1>/, '<h1>Gone</h1>') },
    { status: 200, contentType: 'text/html', body: login },
    { status: 200, contentType: 'application/json', body: '{"main": "<main>"}' },
    { status: 200, contentType: 'text/html', body: '' },
  ]) {
    await page.route('**/', (route) => route.fulfill(answer))
    await asks(page, 6 * minute)
    await page.unroute('**/')
    assert.equal(await headline(page), 'Checkout is partly down')
    assert.match(await page.title(), /^Checkout is partly down/)
  }
  assert.equal((await seenBy(page)).renewed, 0)
  await page.close()
})

test('an answer that is as old as it says is shown so, and is news again later', async () => {
  const { page } = await opened()
  const notice = page.getByText('We cannot reach our own data right now')
  assert.equal(await notice.isVisible(), false)
  const html = (await (await fetch(shop.origin)).text()).replace('"stale" hidden', '"stale"')
  await page.route('**/', (route) => route.fulfill({ contentType: 'text/html', body: html }))
  await renews(page)
  await notice.waitFor()
  assert.match(
    await notice.innerText(),
    /knew on Mon 23 Nov 2026, \d\d:\d\d \(\d\d:\d\d your time\), Europe\/Tallinn \(UTC\+2\)\. It renews itself\./,
  )
  await page.unroute('**/')
  await renews(page)
  assert.equal(await notice.isVisible(), false)
  assert.deepEqual((await seenBy(page)).spoken, [])
  await page.close()
})

test('without JavaScript everything can be read, and every fold opened', async () => {
  const { page, faults } = await person(browser, shop.origin, { javaScriptEnabled: false })
  for (const path of ['/', '/releases', '/rollbacks', '/components/checkout']) {
    await page.goto(path)
    const text = await page.locator('main').innerText()
    assert.ok(text.length > 200, `${path}: ${text}`)
    const folded = page.locator('details:not([open]) > summary')
    for (let left = await folded.count(); left > 0; left--) await folded.first().click()
    assert.equal(await folded.count(), 0, path)
  }
  await page.goto('/')
  for (const words of ['Checkout is partly down', 'As of', 'Refunds', 'Caused by release'])
    await page.getByRole('main').getByText(words).first().waitFor()
  assert.deepEqual(faults, [])
  await page.close()
})

test('the first screen of a phone says what is wrong, and since when', async () => {
  const viewport = { width: phone, height: 844 }
  const { page } = await person(browser, shop.origin, { viewport, isMobile: true, hasTouch: true })
  await page.goto('/')
  for (const what of [
    page.locator('h1'),
    page.locator('article h2').first(),
    page.getByText('Since').first(),
  ]) {
    const box = await what.boundingBox()
    assert.ok(box && box.y >= 0 && box.y + box.height <= viewport.height, await what.innerText())
  }
  await page.close()
})

test('when all is well again, the open page says so', async () => {
  const { page } = await opened()
  await calmDown(shop)
  await renews(page)
  assert.equal(await headline(page), 'Everything is working')
  assert.equal(await icon(page), '/favicon/operational.svg')
  assert.equal(await page.locator('article').count(), 0)
  assert.deepEqual((await seenBy(page)).spoken, ['Everything is working'])
  await page.close()
})

/** A deploy tool says that something is live. */
async function report(service: string, version: string) {
  const { token } = await createToken(shop.ship, { name: version, scopes: ['releases:write'] })
  const answer = await fetch(`${shop.origin}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'release.succeeded', service, version, run: version }),
  })
  assert.equal(answer.status, 202)
}
