import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright'
import { renewSetupToken } from '../src/accounts/actions.ts'
import { faultsOnPhone } from './axe.ts'
import { sendAllWrong } from './forms.ts'
import { person } from './people.ts'
import { addressesIn, admin, emptyShop, type Shop } from './shop.ts'
import { startWalkers, type Walkers } from './walkers.ts'

let walkers: Walkers

before(async () => {
  walkers = await startWalkers()
})
after(() => walkers?.end())

test('what was typed wrong, or too late, is told so that everybody hears it', async () => {
  let sent = 0
  const looked = new Set<string>()
  await walkers.walk(await oneAddressEach(walkers.shop), async (page, address) => {
    sent += await sendAllWrong(page, address, async (what) => {
      // a page whose colours were compared shows another field in the same red
      const compare = !looked.has(address)
      looked.add(address)
      assert.deepEqual(await faultsOnPhone(page, { compare }), [], what)
    })
  })
  assert.ok(sent >= 15, `only ${sent} forms were found`)
})

test('every page is right for everybody before anything was told', async () => {
  const empty = await emptyShop()
  const { page } = await person(walkers.browser, empty.origin)
  const look = async (what: string) => assert.deepEqual(await faultsOnPhone(page), [], what)
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

async function oneAddressEach(shop: Shop) {
  const behind = await addressesIn(shop)
  return shop.pages.flatMap((page) => behind[page]?.at(-1) ?? page)
}

async function setUp(page: Page) {
  await page.getByLabel('Name of the page').fill('Harbour')
  await page.getByLabel('Your e-mail address').fill(admin.email)
  await page.getByLabel('Your password').fill(admin.password)
  await page.getByRole('button', { name: 'Set up Shiplog' }).click()
  await page.getByRole('heading', { name: 'Components' }).waitFor()
}
