import assert from 'node:assert/strict'
import type { Page } from 'playwright'

const withNeeds = 'main form:has([required])'
const withVersion = 'main form:has([type=hidden][name=version])'

/** Sends each form of a page empty, then as if somebody had been faster, and has every answer looked at. */
export async function sendAllWrong(page: Page, address: string, look: (what: string) => Promise<void>) {
  await page.goto(address)
  const needy = await actionsOf(page, withNeeds)
  const versioned = await actionsOf(page, withVersion)
  for (const action of needy) {
    await page.goto(address)
    const status = await send(page, withNeeds, action, emptied)
    assert.ok([401, 422].includes(status), `${action} of ${address}, sent empty, was answered ${status}`)
    await page.getByRole('alert').waitFor()
    await look(`${address}, ${action} sent empty`)
  }
  for (const action of versioned) {
    await page.goto(address)
    const status = await send(page, withVersion, action, outdated)
    assert.equal(status, 409, `${action} of ${address}, sent too late`)
    await look(`${address}, ${action} sent too late`)
  }
  return needy.length + versioned.length
}

async function actionsOf(page: Page, selector: string): Promise<string[]> {
  const actions = await page
    .locator(selector)
    .evaluateAll((forms) => forms.map((form) => String(form.getAttribute('action'))))
  return [...new Set(actions)]
}

async function send(page: Page, selector: string, action: string, how: typeof emptied) {
  const form = page.locator(`${selector}[action="${action}"]`).first()
  const posted = page.waitForResponse((response) => response.request().method() === 'POST')
  const loaded = page.waitForEvent('load')
  await form.evaluate(how)
  await loaded
  return (await posted).status()
}

/** These run in the browser; `submit` asks nobody whether the form is valid. */
// biome-ignore lint/suspicious/noExplicitAny: the types of a browser's page are not among ours
function emptied(form: any) {
  for (const field of form.querySelectorAll('[required]:not([type=radio])')) field.value = ''
  form.submit()
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function outdated(form: any) {
  for (const field of form.querySelectorAll('textarea')) field.value ||= 'Another text.'
  form.querySelector('[name=version]').value = '0'
  form.submit()
}
