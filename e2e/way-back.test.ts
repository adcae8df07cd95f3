import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright'
import { addUser } from '../src/accounts/actions.ts'
import { makeClient } from '../src/outbound/client.ts'
import { sendDue } from '../src/outbound/sending.ts'
import { setReceiver } from '../src/rollbacks/receiver.ts'
import { requestRollback } from '../src/rollbacks/requests.ts'
import { northwind } from '../src/testing/northwind.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { freePort, type How, startReceiver } from './receiver.ts'
import { type Server, startServer } from './server.ts'
import { admin, emptyShop } from './shop.ts'

const ada = { email: 'ada@example.com', password: 'correct horse battery staple' }
/** A poll of the public page comes after 15 s, give or take a fifth. */
const aPoll = 19_000
const trouble = 'Nobody can pay by card'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser?.close())

test('Roll back now asks the receiver, the page follows it, and customers see it without touching theirs', async () => {
  const story = await begin('succeeds')
  try {
    const { operator, visitor } = story
    await declareIncident(operator)
    await visitor.goto('/')
    await says(visitor, 'Checkout is partly down', 'Caused by release checkout 2.14.0')

    await operator.getByRole('button', { name: 'Roll back to 2.13.4 now' }).click()
    await says(operator, 'Rolled back to 2.13.4', 'Asked', 'Accepted', 'Done')
    await asksAgain(visitor)
    await says(visitor, 'Rolled back to 2.13.4')

    await operator.reload()
    await operator.getByRole('button', { name: 'Publish as “Monitoring”' }).click()
    await resolve(operator)
    await asksAgain(visitor)
    await visitor.getByRole('heading', { level: 1, name: 'Everything is working' }).waitFor()
    assert.deepEqual(story.faults(), [])
  } finally {
    await story.end()
  }
})

test('a receiver that fails leaves a plain state with a next step, and another press asks again', async () => {
  const story = await begin('fails')
  try {
    const { operator, visitor } = story
    await declareIncident(operator)
    await operator.getByRole('button', { name: 'Roll back to 2.13.4 now' }).click()
    await says(operator, 'Going back to 2.13.4 failed', 'Look at its run, then ask again')
    await visitor.goto('/')
    await says(visitor, 'Checkout is partly down')
    await operator.getByRole('button', { name: 'Roll back to 2.13.4 now' }).click()
    await says(operator, 'Going back to 2.13.4 failed')
    assert.equal((await story.requests()).length, 2)
    assert.deepEqual(story.faults(), [])
  } finally {
    await story.end()
  }
})

test('a receiver that takes the wish and never speaks again is called silent, with a next step', async () => {
  const shop = await emptyShop()
  const { ship, release } = await northwind(shop.ship)
  // two releases of eight minutes lead to now: the receiver checks how old a signature is
  ship.at(new Date(Date.now() - 16 * 60_000).toISOString())
  const port = await freePort()
  const { secret } = await setReceiver(ship, 'checkout', {
    recipe: 'webhook',
    url: `http://127.0.0.1:${port}/`,
  })
  const report = { report_to: shop.origin, token: '' }
  const endReceiver = await startReceiver({ port, secret: secret ?? '', how: 'says nothing', ...report })
  try {
    await addUser(ship, { ...admin, name: 'Grace', role: 'admin' })
    await release('checkout', '2.13.4')
    const bad = await release('checkout', '2.14.0')
    await requestRollback(ship, { release: bad, reason: 'Cards fail.' }, shop.origin)
    await sendDue(ship, makeClient({ allow: ['127.0.0.1'] }))
    const { page, faults } = await person(browser, shop.origin)
    await signIn(page, admin)
    await page.goto(`/admin/releases/${bad}`)
    await says(page, 'Accepted', 'Waiting for the first word of it', 'If nothing is heard until')
    ship.wait(11)
    await says(page, 'No word of the rollback to 2.13.4', 'If it did go back, record the rollback by hand')
    await page.getByRole('button', { name: 'Roll back to 2.13.4 now' }).waitFor()
    assert.deepEqual(faults, [])
  } finally {
    await endReceiver()
    await shop.close()
  }
})

test('a wish that nobody has begun to follow can be taken back', async () => {
  const story = await begin('says nothing')
  try {
    const { operator } = story
    await operator.goto(`/admin/releases/${story.bad}`)
    await operator.locator('#way-back').getByText('Roll back', { exact: true }).click()
    await operator.getByLabel('Why?').fill('Cards fail.')
    await operator.getByRole('button', { name: 'Roll back to 2.13.4 now' }).click()
    await says(operator, 'Accepted', 'Waiting for the first word of it', 'If nothing is heard until')
    await operator.getByRole('button', { name: 'Take the wish back' }).click()
    await says(operator, 'The wish to leave 2.14.0 was taken back')
    const [request] = await story.requests()
    assert.equal(request?.state, 'withdrawn')
    assert.deepEqual(story.faults(), [])
  } finally {
    await story.end()
  }
})

/** A server with a component whose last release broke it, a receiver of its own process, an operator and a visitor. */
async function begin(how: How) {
  const env = {
    SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1',
    SHIPLOG_ADMIN_EMAIL: ada.email,
    SHIPLOG_ADMIN_PASSWORD: ada.password,
  }
  const server = await startServer({ env })
  const token = await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')
  const api = (method: string, path: string, body?: object) => call(server, token, method, path, body)
  await api('POST', '/api/v1/components', { name: 'Checkout' })
  await ships(api, 'run-1', '2.13.4', 50)
  const bad = await ships(api, 'run-2', '2.14.0', 20)
  const operator = await person(browser, server.origin)
  const visitor = await person(browser, server.origin)
  await visitor.page.clock.install()
  await signIn(operator.page)
  const port = await freePort()
  const secret = await nameReceiver(operator.page, `http://127.0.0.1:${port}/rollback`)
  const endReceiver = await startReceiver({ port, secret, how, report_to: server.origin, token })
  return {
    operator: operator.page,
    visitor: visitor.page,
    bad,
    faults: () => [...operator.faults, ...visitor.faults],
    requests: async () => (await api('GET', '/api/v1/rollback-requests')).data as { state: string }[],
    async end() {
      await endReceiver()
      await server.stop()
    },
  }
}

type Api = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>

async function call(server: Server, token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(server.origin + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const json = (await answer.json()) as Record<string, unknown>
  assert.ok(answer.ok, JSON.stringify(json))
  return json
}

async function ships(api: Api, run: string, version: string, minutesAgo: number) {
  const at = (ago: number) => new Date(Date.now() - ago * 60_000).toISOString()
  const release = { run, service: 'checkout', version }
  await api('POST', '/api/v1/events', { type: 'release.started', at: at(minutesAgo), ...release })
  const live = await api('POST', '/api/v1/events', {
    type: 'release.succeeded',
    at: at(minutesAgo - 11),
    ...release,
  })
  return live.release as string
}

async function signIn(page: Page, who = ada) {
  await page.goto('/login')
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation').getByRole('link', { name: 'Components' }).waitFor()
}

async function nameReceiver(page: Page, address: string) {
  await page.goto('/admin/components')
  await page.getByRole('main').getByRole('link', { name: 'Checkout' }).first().click()
  await page.getByRole('link', { name: 'How it is rolled back' }).click()
  await page.getByRole('radio', { name: /A signed webhook/ }).check()
  await page.getByLabel('Address', { exact: true }).fill(address)
  await page.locator('#receiver').getByRole('button', { name: 'Save' }).click()
  return (await page.getByLabel('The secret').innerText()).trim()
}

async function declareIncident(page: Page) {
  await page.goto('/admin/incidents')
  await page.getByRole('link', { name: 'Declare an incident' }).click()
  await page.getByLabel('What do customers notice?').fill(trouble)
  await page.getByRole('group', { name: 'Checkout' }).getByRole('radio', { name: 'Partly down' }).check()
  await page.getByText('likely').waitFor()
  assert.ok(await page.getByRole('radio', { name: 'checkout 2.14.0' }).isChecked())
  await page.getByLabel('Tell customers').fill('Cards are declined.')
  await page.getByRole('button', { name: 'Publish' }).click()
  await says(page, 'Caused by release checkout 2.14.0', 'The way back')
}

async function resolve(page: Page) {
  await page.getByRole('group', { name: 'Where are we?' }).getByRole('radio', { name: 'Resolved' }).check()
  await page.getByLabel('Tell customers').fill('Cards work again.')
  await page.getByRole('button', { name: 'Publish the update' }).click()
  await page.getByRole('heading', { name: 'Add a note, or reopen' }).waitFor()
}

/** Time goes by in the visitor's browser until the page has asked for itself again. */
async function asksAgain(page: Page) {
  await page.clock.fastForward(aPoll)
}

async function says(page: Page, ...sentences: string[]) {
  for (const words of sentences) await page.getByRole('main').getByText(words).first().waitFor()
}
