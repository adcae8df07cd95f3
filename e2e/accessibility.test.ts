import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright'
import { faultsOf, faultsOnPhone, phone } from './axe.ts'
import { person } from './people.ts'
import { addressesIn, calmDown, type Shop } from './shop.ts'
import { startWalkers, type Walkers } from './walkers.ts'

let walkers: Walkers

before(async () => {
  walkers = await startWalkers()
})
after(() => walkers?.end())

test('a page with faults is seen to have them', async () => {
  const { page } = await person(walkers.browser, walkers.shop.origin)
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
  await walkers.walk([...(await everyAddress(walkers.shop)), '/nowhere', '/admin/nowhere'], isRight)
})

test('the menu of a phone is right for everybody', async () => {
  await walkers.walk(['/', '/admin/incidents'], async (page, address) => {
    await page.setViewportSize({ width: phone, height: 900 })
    await page.goto(address)
    await page.getByRole('button', { name: 'Pages' }).click()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').first().waitFor()
    assert.deepEqual(await faultsOnPhone(page), [], address)
  })
})

test('every page is right for everybody when all is calm', async () => {
  await calmDown(walkers.shop)
  await walkers.walk(['/', '/admin', '/admin/incidents', '/admin/search?q=checkout'], isRight)
})

async function everyAddress(shop: Shop) {
  const behind = await addressesIn(shop)
  return shop.pages.flatMap((page) => {
    if (!page.includes(':')) return [page]
    const addresses = behind[page] ?? []
    assert.ok(addresses.length > 0, `e2e/shop.ts does not say what stands behind ${page}`)
    return addresses
  })
}

async function isRight(page: Page, address: string) {
  await page.goto(address)
  assert.deepEqual(await faultsOf(page), [], address)
}
