import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright'
import { launchBrowser } from './browser.ts'
import { type Hook, postDeployment, postRecorded } from './github.ts'
import { person } from './people.ts'
import { startServer } from './server.ts'

const zone = 'Europe/Tallinn'
const earlier = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'
const broken = 'bad0bad1bad2bad3bad4bad5bad6bad7bad8bad9'
const trouble = 'Nobody can pay by card'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser?.close())

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript'
  test(`a release breaks something, is rolled back, and customers see all of it, ${how}`, async () => {
    const server = await startServer()
    try {
      const operator = await person(browser, server.origin, { javaScriptEnabled })
      const visitor = await person(browser, server.origin, { javaScriptEnabled })
      await mainJob(operator.page, visitor.page, server.setup_link ?? '', { javaScriptEnabled })
      assert.deepEqual([...operator.faults, ...visitor.faults], [])
    } finally {
      await server.stop()
    }
  })
}

type Browsing = { javaScriptEnabled: boolean }

async function mainJob(operator: Page, visitor: Page, setupLink: string, browsing: Browsing) {
  await setUp(operator, setupLink)
  await addComponent(operator, 'Checkout')
  const hook = await connectGitHub(operator)

  await postRecorded(hook)
  await mapWhatWaits(operator, 'Codertocat/Hello-World', 'Checkout')
  await seesHistoryOnly(visitor)

  await postDeployment(hook, { id: 900100, sha: earlier, started: minutesAgo(50), live: minutesAgo(46) })
  await seesLive(visitor, earlier)
  await postDeployment(hook, { id: 900200, sha: broken, started: minutesAgo(20), live: minutesAgo(14) })
  await seesLive(visitor, broken)

  await declareIncident(operator, browsing)
  await seesTheCause(visitor)

  await postDeployment(hook, { id: 900300, sha: earlier, started: minutesAgo(5) })
  await seesRollbackUnderWay(visitor)
  await postDeployment(hook, { id: 900300, sha: earlier, started: minutesAgo(5), live: minutesAgo(2) })
  await seesRolledBack(visitor)

  await publishesTheOffer(operator)
  await resolves(operator)
  await seesItInThePast(visitor)
}

async function setUp(page: Page, link: string) {
  await page.goto(link)
  await page.getByLabel('Name of the page').fill('Harbour')
  await page.getByLabel('Time zone of the page').fill(zone)
  await page.getByLabel('Your e-mail address').fill('ada@example.com')
  await page.getByLabel('Your password').fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Set up Shiplog' }).click()
  await page.getByRole('navigation').getByRole('link', { name: 'Components' }).waitFor()
  assert.ok(!page.url().includes('token='), 'the one-time token stays out of the address')
}

async function addComponent(page: Page, name: string) {
  await page.getByRole('navigation').getByRole('link', { name: 'Components' }).click()
  await page.getByRole('main').getByRole('link', { name: 'Add a component' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Add the component' }).click()
  await page.getByRole('heading', { name }).waitFor()
}

async function connectGitHub(page: Page): Promise<Hook> {
  await page.getByRole('link', { name: 'Sources' }).click()
  await page.getByRole('link', { name: 'Add a source' }).click()
  await page
    .getByRole('main')
    .getByRole('link', { name: /^GitHub/ })
    .click()
  await page.getByRole('textbox', { name: 'Name' }).fill('GitHub, harbour')
  await page.getByRole('button', { name: 'Add the source' }).click()
  const address = await page.getByLabel('The address').innerText()
  const secret = await page.getByLabel('The secret').innerText()
  return { address: address.trim(), secret: secret.trim() }
}

async function mapWhatWaits(page: Page, service: string, component: string) {
  await page.getByRole('link', { name: 'Inbox', exact: true }).click()
  const waiting = page.getByRole('article', { name: service })
  await waiting.getByLabel('It is').selectOption(component)
  await waiting.getByRole('button', { name: 'Map and replay' }).click()
  await page.getByRole('heading', { name: 'Nothing waits' }).waitFor()
}

/** What happened in 2019 is history: live, as nothing newer is, but no news of today. */
async function seesHistoryOnly(page: Page) {
  await opensThePage(page)
  await says(page, 'Everything is working')
  await page.getByRole('link', { name: 'All releases' }).click()
  await says(page, '15 May 2019', 'f95f852')
  const log = page.getByRole('main').getByRole('listitem')
  assert.equal(await log.count(), 1, 'github-pages is not production, so it is nobody’s news')
}

async function seesLive(page: Page, sha: string) {
  await opensThePage(page)
  const component = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Checkout' }) })
  await component.getByRole('link', { name: short(sha) }).waitFor()
  await says(page, 'Everything is working')
}

async function declareIncident(page: Page, { javaScriptEnabled }: Browsing) {
  await page.getByRole('link', { name: 'Incidents' }).click()
  await page.getByRole('link', { name: 'Declare an incident' }).click()
  await page.getByLabel('What do customers notice?').fill(trouble)
  const [day, clock] = wallClock(minutesAgo(10))
  await page.getByLabel('Day of the start').fill(day)
  await page.getByLabel('Time of the start').fill(clock)
  await page.getByRole('group', { name: 'Checkout' }).getByRole('radio', { name: 'Partly down' }).check()
  if (!javaScriptEnabled) await page.getByRole('button', { name: 'Look again' }).click()

  const suspect = page.getByRole('radio', { name: `checkout ${short(broken)}` })
  await page.getByText('likely').waitFor()
  assert.ok(await suspect.isChecked(), 'the release that went live last is preselected')
  await page.getByLabel('Tell customers').fill('Cards are declined. Bank transfers work.')
  await page.getByRole('button', { name: 'Publish' }).click()
  await says(page, `Caused by release checkout ${short(broken)}`, 'No rollback was reported yet.')
}

async function seesTheCause(page: Page) {
  await opensThePage(page)
  await says(page, 'Checkout is partly down', trouble, 'Cards are declined.')
  await says(page, `Caused by release checkout ${short(broken)}`)
}

async function seesRollbackUnderWay(page: Page) {
  await opensThePage(page)
  await says(page, `We are rolling back to ${short(earlier)}`, 'Rolling back')
}

/** Nobody told it to: the incident, the release and the log of rollbacks say by themselves that it was undone. */
async function seesRolledBack(page: Page) {
  await opensThePage(page)
  await page.getByRole('link', { name: trouble }).first().click()
  await says(page, `Rolled back to ${short(earlier)}`, 'in 3 min')

  await page.getByRole('link', { name: `checkout ${short(broken)}` }).click()
  await page.getByRole('heading', { name: `checkout ${short(broken)}` }).waitFor()
  await says(page, 'Rolled back', `to ${short(earlier)}`, trouble)

  await page.getByRole('navigation').getByRole('link', { name: 'Rollbacks' }).click()
  await says(page, 'One rollback in 90 days, out of 2 releases. It took 3 min.')
  const row = page.getByRole('listitem').filter({ hasText: `${short(broken)} → ${short(earlier)}` })
  await row.getByRole('link', { name: trouble }).waitFor()
  await says(page, '6 min to release')
  await seesVersion(page, earlier)
}

async function seesVersion(page: Page, sha: string) {
  await page.getByRole('navigation').getByRole('link', { name: 'Now' }).click()
  await page
    .getByRole('main')
    .getByRole('link', { name: short(sha), exact: true })
    .first()
    .waitFor()
}

async function publishesTheOffer(page: Page) {
  await page.getByRole('navigation').getByRole('link', { name: 'Incidents' }).click()
  await page.getByRole('link', { name: trouble }).click()
  const offer = page.getByRole('heading', { name: 'The rollback is done. Tell customers?' })
  await offer.waitFor()
  await page.getByRole('button', { name: 'Publish as “Monitoring”' }).click()
  await says(page, 'Remedy: Rolled back', `We rolled Checkout back to ${short(earlier)}`)
  assert.equal(await offer.count(), 0, 'what was published is not offered again')
}

async function resolves(page: Page) {
  await page.getByRole('group', { name: 'Where are we?' }).getByRole('radio', { name: 'Resolved' }).check()
  await page.getByLabel('Tell customers').fill('Cards work again.')
  await page.getByRole('button', { name: 'Publish the update' }).click()
  await page.getByRole('heading', { name: 'Add a note, or reopen' }).waitFor()
}

async function seesItInThePast(page: Page) {
  await opensThePage(page)
  await says(page, 'Everything is working', 'Past incidents')
  assert.equal(await page.getByRole('article').count(), 0, 'nothing is open any more')
  await page.getByRole('main').getByRole('link', { name: trouble }).last().click()
  await page.waitForURL('**/incidents/*')
  await page.reload()
  await says(page, 'Resolved', 'Cards work again.', `Rolled back to ${short(earlier)}`)
}

/** Answers may be kept for ten seconds; who looks again reloads. */
async function opensThePage(page: Page) {
  await page.goto('/')
  await page.reload()
}

/** The page says each of these to whoever reads it. */
async function says(page: Page, ...sentences: string[]) {
  for (const words of sentences) await page.getByRole('main').getByText(words).first().waitFor()
}

function short(sha: string) {
  return sha.slice(0, 7)
}

function minutesAgo(minutes: number) {
  return new Date(Date.now() - minutes * 60_000)
}

/** The day and the clock as somebody in the page's zone would write them into a form. */
function wallClock(at: Date): [day: string, clock: string] {
  const [day = '', clock = ''] = at.toLocaleString('sv-SE', { timeZone: zone }).split(' ')
  return [day, clock.slice(0, 5)]
}
