import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright'
import { addUser } from '../src/accounts/actions.ts'
import { createComponent } from '../src/components/actions.ts'
import { launchBrowser } from './browser.ts'
import { postDeployment, postPing } from './github.ts'
import { person } from './people.ts'
import { admin, emptyShop } from './shop.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser?.close())

test('a source is set up by its own page, and what waited becomes releases by a rule that was previewed', async () => {
  const shop = await emptyShop()
  try {
    await addUser(shop.ship, { ...admin, name: 'Grace', role: 'admin' })
    await createComponent(shop.ship, { name: 'Storefront' })
    const { page, faults } = await person(browser, shop.origin)
    await signIn(page)

    await page.goto('/admin/sources')
    await page.getByRole('link', { name: 'Add a source' }).click()
    await choose(page, 'github', 'github')
    await page.getByLabel('Name').fill('GitHub, octocats')
    await page.getByRole('button', { name: 'Add the source' }).click()

    const hook = await asThePageSays(page)
    assert.equal(new URL(hook.address).origin, shop.origin)
    await postPing(hook)
    // the page follows by itself
    await page.getByText('A test message: the connection works.').waitFor()
    assert.equal(await page.getByText('Waiting for the first delivery').count(), 0)

    const now = shop.ship.now().getTime()
    const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000)
    const one = { id: 7001, sha: 'a'.repeat(40), started: minutesAgo(30), live: minutesAgo(28) }
    const two = { id: 7101, sha: 'b'.repeat(40), started: minutesAgo(10) }
    for (const deployment of [one, two]) await postDeployment(hook, deployment)

    await mapByPattern(page)
    await page.getByText('5 events that waited were replayed.').waitFor()
    await page.getByText('codertocat/*', { exact: true }).waitFor()
    await page.goto('/admin/inbox')
    await page.getByRole('heading', { name: 'Nothing waits' }).waitFor()
    await page.goto('/admin/releases')
    await page.getByRole('link', { name: /aaaaaaa/ }).waitFor()
    await page.getByRole('link', { name: /bbbbbbb/ }).waitFor()
    assert.deepEqual(faults, [])
    await page.close()
  } finally {
    await shop.close()
  }
})

/** Finds a kind of source as somebody does who types what they look for. */
async function choose(page: Page, words: string, kind: string) {
  await page.getByLabel('Find your tool').fill('no such tool')
  await page.getByText('No tool of that name').waitFor()
  await page.getByLabel('Find your tool').fill('kubernetes')
  await page.getByRole('link', { name: 'Argo CD' }).waitFor()
  await page.getByLabel('Find your tool').fill(words)
  await page.getByLabel('Find your tool').press('Enter')
  await page.waitForURL(`**/new?kind=${kind}`)
}

/** Does what the steps say, with nothing but what stands on the page. */
async function asThePageSays(page: Page) {
  await page.getByText('Waiting for the first delivery').waitFor()
  const steps = await page.locator('details ol > li').allInnerTexts()
  const [, address = ''] =
    /^Payload URL: (\S+)$/.exec(steps.find((step) => step.startsWith('Payload')) ?? '') ?? []
  assert.ok(steps.includes('Content type: application/json.'))
  assert.equal(await page.getByLabel('The address', { exact: true }).innerText(), address)
  return { address, secret: await page.getByLabel('The secret', { exact: true }).innerText() }
}

async function mapByPattern(page: Page) {
  await page.goto('/admin/inbox')
  await page.getByRole('heading', { name: 'Codertocat/Hello-World' }).waitFor()
  await page.getByRole('link', { name: 'Map it by a rule' }).click()
  const service = page.getByLabel('When the tool calls it')
  assert.equal(await service.inputValue(), 'Codertocat/Hello-World')
  await service.fill('codertocat/*')
  await page.getByLabel('It is the component').selectOption('Storefront')
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByText('5 events that wait would be replayed.').waitFor()
  assert.equal(await page.locator('#preview tbody tr').count(), 5)
  assert.equal(await service.inputValue(), 'codertocat/*')
  await page.getByRole('button', { name: 'Add the rule' }).click()
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Now', exact: true }).waitFor()
}
