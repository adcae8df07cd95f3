import type { Browser, Page } from 'playwright'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { admin, type Shop, shopInTrouble } from './shop.ts'

export type Walkers = Awaited<ReturnType<typeof startWalkers>>

/** The shop in trouble, and a visitor and an operator who walk through its pages. */
export async function startWalkers() {
  const browser: Browser = await launchBrowser()
  const shop: Shop = await shopInTrouble()
  const visitor = (await person(browser, shop.origin)).page
  const operator = (await person(browser, shop.origin)).page
  await signIn(operator)

  /** Visitors’ and operators’ pages side by side, each in one page of the browser. */
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

  async function end() {
    await browser.close()
    await shop.close()
  }

  return { browser, shop, walk, end }
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Now', exact: true }).waitFor()
}
