import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright'
import { faultsOf } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { type Server, startServer } from './server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse battery staple' }

let browser: Browser
let server: Server
before(async () => {
  browser = await launchBrowser()
  server = await startServer({
    env: { SHIPLOG_ADMIN_EMAIL: ada.email, SHIPLOG_ADMIN_PASSWORD: ada.password },
  })
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('what really happened becomes a postmortem, which customers read with its facts', async () => {
  const id = await trouble()
  const operator = await person(browser, server.origin)
  const visitor = await person(browser, server.origin)
  await signIn(operator.page)
  await operator.page.goto(`/admin/incidents/${id}`)
  await operator.page.getByRole('link', { name: 'Postmortem' }).click()
  const text = operator.page.getByLabel('What we learned')
  const draft = await text.inputValue()
  const told = [
    'Release 2.14.0 of Checkout reached everybody, 11 min after it began.',
    'Customers notice: Nobody can pay by card.',
    'The rollback to 2.13.4 began.',
    '2.13.4 live again: 3 min, the release had taken 11 min.',
    'Resolved by ci.',
  ]
  const places = told.map((words) => draft.indexOf(words))
  assert.ok(!places.includes(-1), draft)
  assert.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
    'in the order in which it happened',
  )

  const mine = draft.replaceAll(/Say what [^.]*\./g, 'We know.')
  await text.fill(`${mine}\n\nWe test cards before each release. <img src=x onerror=alert(1)>`)
  await operator.page.getByLabel('How was it noticed?').fill('A customer called.')
  await operator.page.getByRole('button', { name: 'Preview' }).click()
  await operator.page.getByRole('heading', { name: 'What customers would read' }).waitFor()
  await operator.page.getByRole('button', { name: 'Save and publish' }).click()
  await operator.page.getByText('Published. Customers see it now.').waitFor()
  await operator.page.getByLabel('What is to be done?').fill('Test 3-D Secure in the pipeline')
  await operator.page.getByLabel('Who does it?').fill('Mari')
  await operator.page.getByRole('button', { name: 'Add it' }).click()
  await operator.page.getByText('Added.').waitFor()

  await visitor.page.goto(`/incidents/${id}`)
  const learned = await visitor.page.locator('#postmortem').innerText()
  for (const words of ['What we learned', 'A customer called.', 'Test 3-D Secure in the pipeline', told[3]]) {
    assert.ok(learned.includes(words ?? ''), `${words} in ${learned}`)
  }
  assert.match(learned, /Yes, in 3 min\. The release had taken 11 min\./)
  assert.ok(!learned.includes('Mari'))
  await visitor.page.emulateMedia({ media: 'print' })
  assert.ok(await visitor.page.locator('#postmortem').isVisible(), 'it is printed')
  await visitor.page.emulateMedia({ media: 'screen' })

  await operator.page.goto('/admin/action-items')
  await operator.page.getByText('Test 3-D Secure in the pipeline', { exact: true }).waitFor()
  assert.deepEqual(await faultsOf(operator.page), [])
  await operator.page.goto(`/admin/incidents/${id}/postmortem`)
  assert.deepEqual(await faultsOf(operator.page), [])
  assert.deepEqual(await faultsOf(visitor.page), [])
  assert.deepEqual([...operator.faults, ...visitor.faults], [])
})

/** A release that breaks payments, the words about it, the way back and the end, as tools and a token tell them. */
async function trouble() {
  const token = await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
  const call = async (path: string, body: object) => {
    const answer = await fetch(`${server.origin}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const json = (await answer.json()) as { id: string; release: string }
    assert.ok(answer.ok, JSON.stringify(json))
    return json
  }
  const ships = async (run: string, version: string, from: number, to: number, more = {}) => {
    const facts = { run, service: 'checkout', version, ...more }
    await call('/events', { type: 'release.started', at: ago(from), ...facts })
    return (await call('/events', { type: 'release.succeeded', at: ago(to), ...facts })).release
  }
  await call('/components', { name: 'Checkout' })
  await ships('1', '2.13.4', 95, 90)
  const cause_release_id = await ships('2', '2.14.0', 61, 50)
  const { id } = await call('/incidents', {
    title: 'Nobody can pay by card',
    body: 'We look into it.',
    started_at: ago(46),
    display_at: ago(41),
    cause: 'release',
    cause_release_id,
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  await ships('3', '2.13.4', 19, 16, { kind: 'rollback' })
  await call(`/incidents/${id}/updates`, {
    state: 'resolved',
    body: 'Cards work again.',
    display_at: ago(5),
    remedy: 'rolled_back',
  })
  return id
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.getByLabel('E-mail').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/admin')
}
