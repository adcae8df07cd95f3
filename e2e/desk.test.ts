import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { addUser } from '../src/accounts/actions.ts'
import { declareIncident } from '../src/incidents/actions.ts'
import { listIncidents } from '../src/incidents/store.ts'
import { createTemplate } from '../src/incidents/templates.ts'
import { northwind } from '../src/testing/northwind.ts'
import { browserPath, launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { admin, emptyShop } from './shop.ts'

const mari = { email: 'mari@example.com', password: 'correct horse battery staple' }

let browser: Browser
let shop: Awaited<ReturnType<typeof emptyShop>>
before(async () => {
  browser = await launchBrowser()
  shop = await emptyShop()
  const { release } = await northwind(shop.ship)
  await addUser(shop.ship, { ...admin, name: 'Grace', role: 'admin' })
  await addUser(shop.ship, { ...mari, name: 'Mari', role: 'editor' })
  shop.ship.at('2026-11-23T11:35:00.000Z')
  await release('checkout', '2.14.0')
  await createTemplate(shop.ship, {
    name: 'Payments fail',
    used_for: 'incident',
    title: '{{component}} has trouble',
    body: 'Since {{time}} {{component}} refuses cards.',
  })
})
after(async () => {
  await browser?.close()
  await shop?.close()
})

test('two editors see each other, and when both publish both texts are shown and neither is lost', async () => {
  const { id } = await begin('Cards fail')
  const [grace, other] = [await signedIn(admin), await signedIn(mari)]
  await other.page.goto(`/admin/incidents/${id}`)
  await grace.page.goto(`/admin/incidents/${id}`)
  await grace.page.getByText(/Mari opened this/).waitFor()
  await publish(other.page, 'Mari found the reason.')
  await other.page.getByText('Customers see it now').waitFor()
  await publish(grace.page, 'Grace looks at it.')
  await grace.page.getByRole('heading', { name: 'What somebody else published' }).waitFor()
  assert.equal(await grace.page.getByLabel('Tell customers').inputValue(), 'Grace looks at it.')
  await grace.page.locator('#publish').click()
  await grace.page.getByText('Customers see it now').waitFor()
  const said = await grace.page.getByRole('complementary', { name: 'What was said' }).innerText()
  assert.match(said, /Grace looks at it\..*Mari found the reason\./s)
  assert.deepEqual(other.faults, [])
})

test('what was typed is there again after the browser was killed, and gone once it was published', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'shiplog-profile-'))
  const open = async () => {
    const executablePath = await browserPath()
    const options = { executablePath, args: ['--no-sandbox', '--disable-gpu'], baseURL: shop.origin }
    return chromium.launchPersistentContext(profile, options)
  }
  let second: Awaited<ReturnType<typeof open>> | undefined
  try {
    const first = await open()
    const page = await first.newPage()
    await signIn(page, mari)
    await page.goto('/admin/incidents/new')
    await page.getByLabel('What do customers notice?').fill('The shop is slow')
    await page.getByLabel('Tell customers').fill('Pages take a minute.')
    await page.waitForFunction(() => Object.values({ ...localStorage }).some((kept) => /a minute/.test(kept)))
    await isOnDisk(profile, 'a minute')
    const cdp = await first.newCDPSession(page)
    const gone = new Promise((resolve) => first.once('close', resolve))
    cdp.send('Browser.crash').catch(() => {})
    await gone

    second = await open()
    const again = await second.newPage()
    await signIn(again, mari)
    await again.goto('/admin/incidents/new')
    await again.getByText('Restored what you typed in this browser').waitFor()
    assert.equal(await again.getByLabel('Tell customers').inputValue(), 'Pages take a minute.')
    await again.locator('#publish').click()
    await again.getByText('Customers see it now').waitFor()
    await again.goto('/admin/incidents/new')
    assert.equal(await again.getByLabel('What do customers notice?').inputValue(), '')
    assert.equal(await again.getByText('Restored what you typed').count(), 0)
  } finally {
    await second?.close()
    rmSync(profile, { recursive: true, force: true })
  }
})

test('a network that is cut on publish: opened again, the page says that it arrived, and it is there once', async () => {
  const { page } = await signedIn(mari)
  const open = async () => {
    await page.goto('/admin/incidents/new')
    await page.getByLabel('What do customers notice?').waitFor()
  }
  for (const arrives of [false, true]) {
    await open()
    await page.getByLabel('What do customers notice?').fill('Cut off')
    await page.getByLabel('Tell customers').fill('Half way.')
    await page.route(
      '**/admin/incidents',
      async (route) => {
        const request = route.request()
        const headers = { ...(await request.allHeaders()), host: new URL(shop.origin).host }
        const payload = request.postData() ?? ''
        if (arrives) await shop.inject({ method: 'POST', url: '/admin/incidents', headers, payload })
        await route.abort('connectionreset')
      },
      { times: 1 },
    )
    const failed = page.waitForEvent('requestfailed')
    await page.locator('#publish').click()
    await failed
    await page.waitForURL('chrome-error://chromewebdata/')
    await open()
    await page.getByText(arrives ? 'It arrived' : 'Restored what you typed').waitFor()
    const text = await page.getByLabel('Tell customers').inputValue()
    assert.equal(text, arrives ? '' : 'Half way.')
  }
  await page.getByRole('link', { name: 'See it' }).click()
  await page.getByRole('heading', { level: 1, name: 'Cut off' }).waitFor()
  const made = await listIncidents(shop.ship, { show: 'all', limit: 50 })
  assert.equal(made.filter(({ title }) => title === 'Cut off').length, 1)
})

test('Undo takes back what was published, on the public page too', async () => {
  const { page, faults } = await signedIn(admin)
  const visitor = await person(browser, shop.origin)
  await page.goto('/admin/incidents/new')
  await page.getByLabel('What do customers notice?').fill('Sent too early')
  await page.getByLabel('Tell customers').fill('Oh.')
  await page.locator('#publish').click()
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await visitor.page.goto('/')
  await visitor.page.getByText('Sent too early').first().waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Taken back').waitFor()
  assert.equal(await page.getByLabel('Tell customers').inputValue(), 'Oh.')
  await visitor.page.reload()
  assert.equal(await visitor.page.getByText('Sent too early').count(), 0)
  assert.deepEqual([...faults, ...visitor.faults], [])
})

test('a template fills in at once, and Ctrl+S keeps a draft on the server', async () => {
  const { page, faults } = await signedIn(mari)
  await page.goto('/admin/incidents/new')
  await page.getByRole('button', { name: 'Fill in' }).click()
  await page.getByText('Still to fill in').waitFor()
  assert.match(await page.getByLabel('Tell customers').inputValue(), /\{\{component\}\} refuses cards/)
  await page.getByLabel('What do customers notice?').fill('Cards are refused')
  await page.keyboard.press('Control+s')
  await page.getByText('Your draft is saved').waitFor()
  assert.equal(await page.getByLabel('What do customers notice?').inputValue(), 'Cards are refused')
  await page.getByRole('button', { name: 'Discard your draft' }).click()
  await page.getByText('The draft is discarded').waitFor()
  assert.deepEqual(faults, [])
})

test('without JavaScript a template fills in, a draft is saved and restored', async () => {
  const { page, faults } = await signedIn(mari, { javaScriptEnabled: false })
  await page.goto('/admin/incidents/new')
  await page.getByLabel('What do customers notice?').fill('Typed by hand')
  await page.getByRole('button', { name: 'Fill in' }).click()
  await page.getByText('Still to fill in').waitFor()
  assert.equal(await page.getByLabel('What do customers notice?').inputValue(), 'Typed by hand')
  assert.equal(await page.getByText('a key chooses').isVisible(), false)
  await page.getByLabel('Tell customers').fill('In my own words.')
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.waitForURL('**/admin/incidents/draft#preview')
  await page.locator('#preview').getByText('In my own words.').waitFor()
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('Your draft is saved').waitFor()
  await page.goto('/admin/incidents/new')
  assert.equal(await page.getByLabel('Tell customers').inputValue(), '')
  await page.getByRole('link', { name: 'Restore' }).click()
  assert.equal(await page.getByLabel('Tell customers').inputValue(), 'In my own words.')
  await page.locator('#publish').click()
  await page.getByText('Customers see it now').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Taken back').waitFor()
  assert.deepEqual(faults, [])
})

/** A browser writes what pages keep to its disk some seconds later. */
async function isOnDisk(profile: string, words: string) {
  const folder = join(profile, 'Default/Local Storage/leveldb')
  for (let tries = 0; tries < 100; tries++) {
    const files = globSync('*.{log,ldb}', { cwd: folder })
    if (files.some((file) => readFileSync(join(folder, file)).includes(words))) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('What was typed never reached the disk.')
}

function begin(title: string) {
  return declareIncident(shop.ship, { title, body: 'We look.' })
}

async function publish(page: Page, words: string) {
  await page.getByLabel('Tell customers').fill(words)
  await page.locator('#publish').click()
}

async function signedIn(who: typeof admin, options: BrowserContextOptions = {}) {
  const watched = await person(browser, shop.origin, options)
  await signIn(watched.page, who)
  return watched
}

async function signIn(page: Page, who: typeof admin) {
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(who.email)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Now', exact: true }).waitFor()
}
