import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright'
import { faultsOnPhone } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { admin, type Shop, shopInTrouble } from './shop.ts'

let browser: Browser
let shop: Shop

before(async () => {
  browser = await launchBrowser()
  shop = await shopInTrouble()
})
after(async () => {
  await browser?.close()
  await shop?.close()
})

/** An operator who has just signed in. */
async function grace(options = {}) {
  const { page, faults } = await person(browser, shop.origin, options)
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await title(page, 'Now')
  return { page, faults }
}

/** The page with this title is there, its script too. */
async function title(page: Page, name: string) {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  await page.waitForLoadState('load')
}

/** What has the focus, by its name. */
function focused(page: Page) {
  return page.locator(':focus').getAttribute('name')
}

test('from the Now page to a published update with the keyboard alone', async () => {
  const { page, faults } = await grace()
  await page.keyboard.press('u')
  await title(page, 'Card payments fail for some customers')
  await page.keyboard.press('3')
  assert.equal(await page.locator('input[name=state]:checked').inputValue(), 'monitoring')
  await page.keyboard.press('u')
  assert.equal(await focused(page), 'body')
  await page.keyboard.type('n g i ? 1 / are only letters here.')
  assert.equal(await page.locator('#body').inputValue(), 'n g i ? 1 / are only letters here.')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape') // what was typed keeps the page
  await title(page, 'Card payments fail for some customers')
  await page.keyboard.press('u')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('status').filter({ hasText: 'Published' }).waitFor()
  await page.keyboard.press('r')
  assert.equal(await page.locator('input[name=state]:checked').inputValue(), 'resolved')
  await page.goto(page.url())
  await page.keyboard.press('Escape')
  await title(page, 'Incidents')
  await page.keyboard.press('n')
  await title(page, 'New incident')
  await page.keyboard.press('Escape')
  await title(page, 'Incidents')
  for (const [letter, name] of [
    ['r', 'Releases'],
    ['c', 'Components'],
    ['i', 'Incidents'],
    ['n', 'Now'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await title(page, name)
  }
  assert.deepEqual(faults, [])
})

test('search finds, marks what was asked for, and leads there', async () => {
  const { page, faults } = await grace()
  await page.keyboard.press('/')
  assert.equal(await focused(page), 'q')
  await page.keyboard.type('checkout 2.14.')
  await page.keyboard.press('Enter')
  const found = page.getByRole('link', { name: 'checkout 2.14.0' })
  await found.waitFor()
  assert.ok((await page.locator('mark').allTextContents()).includes('2.14.0'))
  await found.click()
  await title(page, 'checkout 2.14.0')
  await page.keyboard.press('/')
  await title(page, 'Search')
  assert.deepEqual(faults, [])
})

test('the palette goes anywhere by name, and the list of keys can be read and closed', async () => {
  const { page, faults } = await grace()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  assert.deepEqual(await faultsOnPhone(page), [])
  await page.keyboard.press('n') // does nothing behind a dialog
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Go to' })
  await palette.getByRole('link', { name: 'Card payments fail' }).waitFor()
  assert.deepEqual(await faultsOnPhone(page), [])
  await page.keyboard.type('pay')
  assert.deepEqual(await palette.locator('li:visible').allTextContents(), [
    'Card payments fail for some customers',
    'Payments API',
  ])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await title(page, 'Edit Payments API')
  await page.keyboard.press('Control+k')
  await palette.getByRole('link', { name: 'Rollbacks' }).waitFor()
  await page.keyboard.type('2.14')
  await palette.getByRole('link', { name: 'Search everything' }).click()
  await page.getByRole('link', { name: 'checkout 2.14.0' }).waitFor()
  assert.deepEqual(faults, [])
})

test('switched off, single letters do nothing, and stay off; without a script there are pages', async () => {
  const { page, faults } = await grace()
  await page.goto('/admin/account')
  await page.getByRole('button', { name: 'Switch them off' }).click()
  await page.getByRole('button', { name: 'Switch them on' }).waitFor()
  for (const key of ['?', 'n', 'g', 'i', '/', 'Escape']) await page.keyboard.press(key)
  assert.equal(new URL(page.url()).pathname, '/admin/account')
  assert.equal(await page.locator('dialog[open]').count(), 0)
  const elsewhere = await grace()
  await elsewhere.page.keyboard.press('n')
  await elsewhere.page.keyboard.press('Control+k')
  await elsewhere.page.getByRole('dialog', { name: 'Go to' }).waitFor()
  assert.equal(new URL(elsewhere.page.url()).pathname, '/admin')
  await page.getByRole('button', { name: 'Switch them on' }).click()
  await page.getByRole('button', { name: 'Switch them off' }).waitFor()
  const plain = await grace({ javaScriptEnabled: false })
  await plain.page.getByRole('link', { name: 'Keyboard' }).click()
  await plain.page.locator('#main').getByText('Declare an incident').waitFor()
  await plain.page.goto('/admin/go')
  await plain.page.getByRole('link', { name: 'Payments API' }).waitFor()
  assert.deepEqual([...faults, ...elsewhere.faults, ...plain.faults], [])
})
