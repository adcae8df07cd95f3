import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright'
import { renewSetupToken } from '../src/accounts/actions.ts'
import { faultsOf, phone } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { sendAllWrong } from './forms.ts'
import { person } from './people.ts'
import { addressesIn, admin, calmDown, emptyShop, type Shop, shopInTrouble } from './shop.ts'

let browser: Browser
let shop: Shop
let visitor: Page
let operator: Page

before(async () => {
  browser = await launchBrowser()
  shop = await shopInTrouble()
  visitor = (await person(browser, shop.origin)).page
  operator = (await person(browser, shop.origin)).page
  await signIn(operator)
})
after(async () => {
  await browser?.close()
  await shop?.close()
})

test('a page with faults is seen to have them', async () => {
  const { page } = await person(browser, shop.origin)
  await page.goto('/nowhere')
  await page.locator('body').evaluate((body) => {
    body.innerHTML = `<main><h1>One</h1><h1>Two</h1><p class="faint">faint</p><img src="data:,">
      <button>x</button><button>y</button></main>`
    for (const faint of body.querySelectorAll('.faint'))
      faint.style.cssText = 'width:400px;color:#aaa;background:#bbb'
    for (const button of body.querySelectorAll('button'))
      button.style.cssText = 'width:9px;height:9px;padding:0;min-height:0'
  })
  const faults = (await faultsOf(page)).join('\n')
  for (const rule of [
    'color-contrast.*light',
    'color-contrast.*dark',
    'image-alt',
    'target-size',
    'px wide',
    '2 first',
  ]) {
    assert.match(faults, new RegExp(rule))
  }
})

test('every page that people read is right for everybody, in trouble', async () => {
  await walk([...(await everyAddress(shop)), '/nowhere', '/admin/nowhere'], isRight)
})

test('the menu of a phone is right for everybody', async () => {
  await walk(['/', '/admin/incidents'], async (page, address) => {
    await page.setViewportSize({ width: phone, height: 900 })
    await page.goto(address)
    await page.getByRole('button', { name: 'Pages' }).click()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').first().waitFor()
    assert.deepEqual(await faultsOf(page, [phone]), [], address)
  })
})

test('what was typed wrong, or too late, is told so that everybody hears it', async () => {
  let sent = 0
  await walk(await oneAddressEach(shop), async (page, address) => {
    sent += await sendAllWrong(page, address, async (what) =>
      assert.deepEqual(await faultsOf(page, [phone]), [], what),
    )
  })
  assert.ok(sent >= 15, `only ${sent} forms were found`)
})

test('every page is right for everybody when all is calm', async () => {
  await calmDown(shop)
  await walk(['/', '/admin', '/admin/incidents', '/admin/search?q=checkout'], isRight)
})

test('every page is right for everybody before anything was told', async () => {
  const empty = await emptyShop()
  const { page } = await person(browser, empty.origin)
  const look = async (what: string) => assert.deepEqual(await faultsOf(page, [phone]), [], what)
  try {
    await page.goto('/setup')
    await look('/setup without the link')
    await page.goto(`/setup?token=${await renewSetupToken(empty.ship)}`)
    await look('/setup')
    await sendAllWrong(page, '/setup', look)
    await page.goto('/setup')
    await setUp(page)
    for (const address of empty.pages.filter((one) => !/:|login|setup/.test(one))) {
      await page.goto(address)
      await look(`${address}, empty`)
    }
  } finally {
    await page.close()
    await empty.close()
  }
})

/** Visitors' and operators' pages side by side, each in one page of the browser. */
async function walk(addresses: string[], look: (page: Page, address: string) => Promise<void>) {
  const walkAll = async (page: Page, mine: string[]) => {
    for (const address of mine) await look(page, address)
  }
  const isOperators = (address: string) => address.startsWith('/admin')
  await Promise.all([
    walkAll(operator, addresses.filter(isOperators)),
    walkAll(
      visitor,
      addresses.filter((address) => !isOperators(address)),
    ),
  ])
}

async function everyAddress(shop: Shop) {
  const behind = await addressesIn(shop)
  return shop.pages.flatMap((page) => {
    if (!page.includes(':')) return [page]
    const addresses = behind[page] ?? []
    assert.ok(addresses.length > 0, `e2e/shop.ts does not say what stands behind ${page}`)
    return addresses
  })
}

async function oneAddressEach(shop: Shop) {
  const behind = await addressesIn(shop)
  return shop.pages.flatMap((page) => behind[page]?.at(-1) ?? page)
}

async function isRight(page: Page, address: string) {
  await page.goto(address)
  assert.deepEqual(await faultsOf(page), [], address)
}

async function setUp(page: Page) {
  await page.getByLabel('Name of the page').fill('Harbour')
  await page.getByLabel('Your e-mail address').fill(admin.email)
  await page.getByLabel('Your password').fill(admin.password)
  await page.getByRole('button', { name: 'Set up Shiplog' }).click()
  await page.getByRole('heading', { name: 'Components' }).waitFor()
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Now', exact: true }).waitFor()
}
