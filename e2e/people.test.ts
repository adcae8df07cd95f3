import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright'
import { addUser } from '../src/accounts/actions.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { admin, emptyShop, type Shop } from './shop.ts'

let browser: Browser
let shop: Shop
before(async () => {
  browser = await launchBrowser()
  shop = await emptyShop()
  const cli = { kind: 'cli' as const, id: null, name: 'command line' }
  await addUser(shop.ship.as(cli), { ...admin, name: 'Grace', role: 'admin' })
})
after(async () => {
  await browser?.close()
  await shop?.close()
})

const bea = { email: 'bea@northwind.example', password: 'a long walk to the harbour' }
const pageOfStep = '/admin/account/second-step'

test('Grace invites Bea, who joins, turns the second step on without scripts, and signs in with it', async () => {
  const grace = await person(browser, shop.origin)
  await signIn(grace.page, admin)
  const link = await invite(grace.page)

  const phone = await person(browser, shop.origin, { javaScriptEnabled: false })
  await phone.page.goto(link)
  await phone.page.getByLabel('Your name').fill('Bea')
  await phone.page.getByLabel('Your password').fill(bea.password)
  await phone.page.getByRole('button', { name: 'Join' }).click()
  await phone.page.getByText('Welcome. Your account is ready.').waitFor()
  const late = await phone.page.goto(link)
  assert.equal(late?.status(), 410)
  await phone.page.getByText('This invitation was used already').waitFor()

  const { secret, codes } = await turnOn(phone.page)
  const desk = await person(browser, shop.origin)
  await owesCode(desk.page)
  shop.ship.wait(0.5)
  const code = shownNow(secret)
  await desk.page.getByLabel('Six digits').fill(`${code.slice(0, 3)} ${code.slice(3)}`)
  await desk.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await desk.page.getByRole('heading', { name: 'Now' }).waitFor()

  const lost = await person(browser, shop.origin)
  await owesCode(lost.page)
  await lost.page.getByLabel('Six digits').fill(code)
  await lost.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await lost.page.getByText('That code was used before').waitFor()
  await lost.page.getByLabel('A recovery code').fill(codes[0] ?? '')
  await lost.page.getByRole('button', { name: 'Sign in with it' }).click()
  await lost.page.getByRole('heading', { name: 'Now' }).waitFor()

  await changePassword(phone.page)
  for (const { page } of [desk, lost]) {
    await page.goto('/admin/account')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  }
  await grace.page.goto('/admin/journal')
  for (const words of [
    'invited bea@northwind.example as editor',
    'used up a recovery code',
    'changed a password',
  ])
    await grace.page.locator('.log').getByText(words).first().waitFor()
  assert.deepEqual([...grace.faults, ...desk.faults], [])
})

async function signIn(page: Page, { email, password }: { email: string; password: string }) {
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function invite(page: Page) {
  await page.getByRole('heading', { name: 'Now' }).waitFor()
  await page.goto('/admin/people')
  await page.getByLabel('E-mail address').fill(bea.email)
  await page.getByRole('radio', { name: 'editor' }).check()
  await page.getByRole('button', { name: 'Make an invitation' }).click()
  return page.locator('.secret--once').innerText()
}

/** Scans nothing, types the key, and keeps the ten codes. */
async function turnOn(page: Page) {
  await page.goto(pageOfStep)
  await page.getByLabel('Current password').fill(bea.password)
  await page.getByRole('button', { name: 'Set it up' }).click()
  await page.locator('svg.qr').waitFor()
  const secret = (await page.locator('.secret').innerText()).replaceAll(' ', '')
  await page.getByLabel('Six digits').fill(shownNow(secret))
  await page.getByRole('button', { name: 'Turn the second step on' }).click()
  const codes = (await page.locator('.secret--once').innerText()).trim().split('\n')
  assert.equal(codes.length, 10)
  return { secret, codes }
}

async function owesCode(page: Page) {
  await signIn(page, bea)
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
}

async function changePassword(page: Page) {
  await page.goto('/admin/account')
  await page.getByLabel('Current password').fill(bea.password)
  await page.getByLabel('New password').fill('another walk to the harbour')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('Everywhere else you are signed out.').waitFor()
}

function shownNow(secret: string) {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: shop.ship.now().getTime() })
}
