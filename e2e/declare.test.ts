import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { addUser } from '../src/accounts/actions.ts'
import { northwind } from '../src/testing/northwind.ts'
import { faultsOf } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { admin, emptyShop } from './shop.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser?.close())

/** A shop on a day like any other: checkout went out four minutes ago. The clock stands. */
async function begin(options: BrowserContextOptions = {}) {
  const shop = await emptyShop()
  const { ship, release, components } = await northwind(shop.ship)
  await addUser(ship, { ...admin, name: 'Grace', role: 'admin' })
  ship.at('2026-11-17T08:00:00.000Z')
  await release('checkout', '2.13.4')
  ship.at('2026-11-23T11:54:00.000Z')
  await release('checkout', '2.14.0')
  ship.at('2026-11-23T12:06:20.000Z')
  const operator = await person(browser, shop.origin, options)
  const visitor = await person(browser, shop.origin)
  await signIn(operator.page)
  const faults = () => [...operator.faults, ...visitor.faults]
  return { shop, components, operator: operator.page, visitor: visitor.page, faults }
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.getByLabel('E-mail').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
}

/** Goes on by the keyboard until what has the focus is this. */
async function tabTo(page: Page, isThere: string, most = 60) {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab')
    if (await page.locator(`:focus`).evaluate((node, css) => node.matches(css), isThere)) return
  }
  throw new Error(`${most} tabs did not lead to ${isThere}`)
}

test('an incident is declared with the keyboard alone', async () => {
  const {
    shop,
    components,
    operator: page,
    visitor,
    faults,
  } = await begin({ timezoneId: 'America/New_York' })
  try {
    await page.goto('/admin/incidents')
    await tabTo(page, 'a[href="/admin/incidents/new"]')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New incident' }).waitFor()
    await tabTo(page, '#title')
    await page.keyboard.type('Card payments fail for some customers')
    await tabTo(page, `[name=status_${components.checkout.id}]`)
    await page.keyboard.press('3')
    await page.getByText('likely').waitFor()
    await page.getByText('Yes, to 2.13.4.').waitFor()
    await page.getByText('Mon 23 Nov 2026, 07:06 America/New_York (UTC-5), where you are').waitFor()
    await page.getByRole('button', { name: 'Publish: Checkout is partly down' }).waitFor()
    await tabTo(page, '#body')
    await page.keyboard.type('We look.')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Published. Customers see it now.').waitFor()
    await visitor.goto('/')
    await visitor.getByRole('heading', { level: 1, name: 'Checkout is partly down' }).waitFor()
    await visitor.getByText('Caused by release').first().waitFor()
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})

test('an incident is declared on a phone by touch, and all that is touched is large enough', async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
  const { shop, operator: page, visitor, faults } = await begin(phone)
  try {
    await page.goto('/admin/incidents/new')
    await page.getByLabel('What do customers notice?').fill('Card payments fail')
    const rows = page.locator('.level .pill, .seg .pill, .option, form .actions .button')
    for (const target of await rows.all()) {
      const box = await target.boundingBox()
      if (box) assert.ok(box.height >= 44, `${await target.innerText()} is ${box.height} px high`)
    }
    await page
      .getByRole('group', { name: 'Checkout' })
      .getByRole('radio', { name: 'Down', exact: true })
      .tap()
    await page.getByRole('group', { name: 'Where are we?' }).getByRole('radio', { name: 'Identified' }).tap()
    await page.getByLabel('Tell customers').fill('We roll back.')
    await page.getByRole('button', { name: 'Publish: Checkout is down' }).tap()
    await page.getByText('Published. Customers see it now.').waitFor()
    await visitor.goto('/')
    await visitor.getByRole('heading', { level: 1, name: 'Checkout is down' }).waitFor()
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})

test('the preview is the published page, byte for byte in its main part', async () => {
  const { shop, operator: page, visitor, faults } = await begin()
  try {
    const seen: string[] = []
    page.on('response', async (answer) => {
      if (/\/(draft|preview)$/.test(answer.url())) seen.push(await answer.text())
    })
    await page.goto('/admin/incidents/new')
    await page.getByLabel('What do customers notice?').fill('Cards <fail> & more')
    await page.getByRole('group', { name: 'Checkout' }).getByRole('radio', { name: 'Partly down' }).check()
    await page.getByText('likely').waitFor()
    await page
      .getByLabel('Tell customers')
      .fill('**Some** cards fail. [Look](https://example.com) <b>here</b>')
    await page.locator('#preview strong', { hasText: 'Some' }).waitFor()
    assert.deepEqual(await faultsOf(page), [])
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.getByRole('button', { name: 'Publish: Checkout is partly down' }).click()
    await page.getByText('Published. Customers see it now.').waitFor()
    const id = page.url().split('/').at(-1)
    assert.equal(await mainPart(visitor, id), mainPartOf(seen.at(-1)))

    await page
      .getByRole('group', { name: 'Where are we?' })
      .getByRole('radio', { name: 'Monitoring' })
      .check()
    await page.getByLabel('Tell customers').fill('Most cards *work* again.')
    await page.locator('#preview em', { hasText: 'work' }).waitFor()
    await page.getByRole('button', { name: 'Publish' }).first().click()
    await page.getByText('Published. Customers see it now.').waitFor()
    assert.equal(await mainPart(visitor, id), mainPartOf(seen.at(-1)))
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})

/** What the server answers a visitor, as it is sent: what was kept may be told until the new one is made. */
async function mainPart(page: Page, id = '') {
  const answer = await page.request.get(`/incidents/${id}`)
  return mainPartOf(await answer.text())
}

function mainPartOf(html = '') {
  const [part] = /<article>[\s\S]*?<\/article>/.exec(html) ?? []
  assert.ok(part, html.slice(0, 200))
  return part
}

test('an incident of the past changes uptime and history', async () => {
  const { shop, operator: page, visitor, faults } = await begin()
  try {
    await visitor.goto('/components/storefront')
    const before = await visitor.getByRole('main').innerText()
    assert.match(before, /7 days\t100%/)
    await page.goto('/admin/incidents/new')
    await page.getByLabel('What do customers notice?').fill('The shop was down')
    await page
      .getByRole('group', { name: 'Storefront' })
      .getByRole('radio', { name: 'Down', exact: true })
      .check()
    await page.getByLabel('Tell customers').fill('Nobody could reach the shop.')
    await page.getByLabel('Day of the start').fill('2026-11-20')
    await page.getByLabel('Time of the start').fill('14:00')
    await page.getByText('It is over already: until when?').click()
    await page.getByLabel('Day of the end').fill('2026-11-20')
    await page.getByLabel('Time of the end').fill('15:10')
    await page.getByLabel('What do you say of its end?').fill('It was over at 15:10.')
    await page.getByRole('button', { name: 'Publish: it is over' }).click()
    await page.getByText('Published. Customers see it now.').waitFor()

    await visitor.goto('/history')
    await visitor.getByText('The shop was down').first().waitFor()
    await visitor.goto('/components/storefront')
    // what was kept may be answered once more until the new one is made
    while (!(await visitor.getByText('The shop was down').count())) await visitor.reload()
    const words = await visitor.getByRole('main').innerText()
    assert.match(words, /7 days\t99\.26%\t1 h 10 min of major outage/)
    assert.match(words, /24 hours\t100%/)
    await visitor.getByRole('link', { name: 'The shop was down' }).first().click()
    for (const said of ['It was over at 15:10.', 'Nobody could reach the shop.', '1 h 10 min']) {
      await visitor.getByRole('main').getByText(said).first().waitFor()
    }
    await visitor.goto('/')
    await visitor.getByRole('heading', { level: 1, name: 'Everything is working' }).waitFor()
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})
