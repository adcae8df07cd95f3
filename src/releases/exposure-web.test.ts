import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { releaseById } from './store.ts'

/** Checkout 2.0 is live, and 10% of the customers have 2.1. */
async function harbour() {
  const shop = await northwind()
  const { ship, say, release } = shop
  ship.at('2026-11-23T11:00:00.000Z')
  const first = await release('checkout', '2.0')
  ship.at('2026-11-23T12:02:00.000Z')
  const id = await say('checkout', 'release.succeeded', { version: '2.1', percent: 10 })
  ship.at('2026-11-23T12:20:00.000Z')
  const server = await startTestApp(ship)
  const editor = await server.signedIn('editor')
  const page = async (id: string) => (await editor.get(`/admin/releases/${id}`)).body
  return { ...shop, server, editor, page, first, id, address: `/admin/releases/${id}/exposure` }
}
const flat = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

test('an editor widens a canary, promotes it, and reads its steps in words', async () => {
  const { ship, editor, page, id, address } = await harbour()
  assert.match(await page(id), /10% of customers have it/)
  assert.equal((await editor.post(address, { percent: '50' })).statusCode, 303)
  assert.match(await page(id), /50% of customers have it now\./)
  ship.at('2026-11-23T13:00:00.000Z')
  await editor.post(address, { percent: '', all: '100' })
  const told = flat(await page(id))
  assert.match(told, /Everybody has it now\./)
  assert.match(told, /10% 14:02 for 18 min 50% 14:20 for 40 min Everybody 15:00/)
  assert.doesNotMatch(told, /Give it to everybody/)
})

test('an editor takes a canary back, and the page says how many ever had it', async () => {
  const { editor, page, id, address, ship } = await harbour()
  await editor.post(address, { percent: '10', all: '0', reason: 'Carts are empty' })
  const told = flat(await page(id))
  assert.match(told, /It is taken back: nobody has it any more\./)
  assert.match(told, /Rolled back after 18 min/)
  assert.match(told, /10% of the customers ever had it/)
  assert.match(told, /Nobody editor Carts are empty/)
  assert.equal((await releaseById(ship, id)).state, 'rolled_back')
})

test('a percent that is none comes back beside its field, with what was typed', async () => {
  const { editor, id, address, ship } = await harbour()
  for (const percent of ['10 %', '-1', '101', 'NaN', '']) {
    const answer = await editor.post(address, { percent })
    assert.equal(answer.statusCode, 422, percent)
    if (percent !== '') assert.ok(answer.body.includes('Give a whole number from 0 to 100.'), percent)
    assert.ok(answer.body.includes(`value="${percent}"`), percent)
  }
  assert.equal((await releaseById(ship, id)).percent, 10)
})

test('what everybody has cannot be given or taken back, and the page says so', async () => {
  const { editor, first, page } = await harbour()
  assert.doesNotMatch(await page(first), /Give it to everybody/)
  for (const percent of ['100', '0']) {
    const answer = await editor.post(`/admin/releases/${first}/exposure`, { percent })
    assert.equal(answer.statusCode, 409)
    assert.match(answer.body, /Everybody has it already\. To take it back, roll it back\./)
  }
})

test('dark since when, and until when, stands on the page', async () => {
  const { ship, say, page } = await harbour()
  ship.at('2026-11-19T08:00:00.000Z')
  const id = await say('storefront', 'release.succeeded', { version: '6.0', dark: true })
  ship.at('2026-11-23T12:20:00.000Z')
  assert.match(flat(await page(id)), /Dark since Thu 10:00/)
  await say('storefront', 'exposure.changed', { version: '6.0', percent: 5 })
  assert.match(flat(await page(id)), /Dark Thu 10:00 for 4 days.* 5% 14:20/)
})

test('a flag is called as its tool calls it, and switched off', async () => {
  const { say, page, editor } = await harbour()
  const id = await say('checkout', 'exposure.changed', { run: 'one-page', percent: 25 })
  const told = flat(await page(id))
  assert.match(told, /checkout one-page .*25% of customers have it/)
  assert.match(told, /Switch it off/)
  await editor.post(`/admin/releases/${id}/exposure`, { percent: '0' })
  assert.match(flat(await page(id)), /Switched off after/)
})

test('an editor says afterwards that a rollback was a drill, and takes it back', async () => {
  const { ship, editor, release, page, say } = await harbour()
  ship.at('2026-11-23T13:00:00.000Z')
  const newer = await release('checkout', '2.2')
  ship.at('2026-11-23T14:00:00.000Z')
  const back = await say('checkout', 'release.succeeded', { version: '2.0', run: 'back' })
  assert.match(flat(await page(newer)), /Rolled back after/)
  const mark = (drill: string) => editor.post(`/admin/releases/${back}/drill`, { drill })
  assert.equal((await mark('yes')).statusCode, 303)
  const told = flat(await page(back))
  assert.match(told, /It counts as a drill now\./)
  assert.match(told, /A drill, walked to the end/)
  assert.match(told, /Went back from 2\.2/)
  const replaced = flat(await page(newer))
  assert.doesNotMatch(replaced, /Rolled back/)
  assert.match(replaced, /Replaced by 2\.0 · in a drill/)
  await mark('no')
  assert.match(flat(await page(newer)), /Rolled back after/)
  assert.equal((await mark('perhaps')).statusCode, 422)
})

test('a deploy cannot be a drill, by hand or afterwards', async () => {
  const { editor, page, first } = await harbour()
  assert.equal((await editor.post(`/admin/releases/${first}/drill`, { drill: 'yes' })).statusCode, 303)
  assert.match(await page(first), /Only a rollback can be a drill\./)
  const fields = { component: 'checkout', environment: 'production', version: '9.0', kind: '', drill: 'on' }
  const made = await editor.post('/admin/releases', fields)
  assert.equal(made.statusCode, 422)
  assert.match(made.body, /Only a rollback can be a drill, and this goes forward\./)
  assert.match(made.body, /name="drill" checked/)
})

test('a drill while an incident is open on its component warns, and is kept', async () => {
  const { ship, editor, release, page } = await harbour()
  ship.at('2026-11-23T13:00:00.000Z')
  await release('checkout', '2.2')
  await declareIncident(ship, {
    title: 'Card payments fail',
    body: 'x',
    cause: 'unknown',
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  ship.wait(5)
  const fields = { component: 'checkout', environment: 'production', version: '2.0', kind: '', drill: 'on' }
  const made = await editor.post('/admin/releases', fields)
  assert.equal(made.statusCode, 303)
  const id = String(made.headers.location).split('/').at(-1) ?? ''
  assert.match(await page(id), /“Card payments fail” was open on this component: was it really a drill\?/)
})

test('each release leads to the one before and the one after it in its lane', async () => {
  const { page, first, id, say } = await harbour()
  await say('storefront', 'release.succeeded', { version: '1.0' })
  await say('checkout', 'release.succeeded', { version: '1.0' }, 'staging')
  assert.match(await page(first), new RegExp(`href="/admin/releases/${id}" rel="next"`))
  assert.doesNotMatch(await page(first), /rel="prev"/)
  assert.match(await page(id), new RegExp(`href="/admin/releases/${first}" rel="prev"`))
  assert.doesNotMatch(await page(id), /rel="next"/)
})

test('a viewer reads all of it and changes nothing', async () => {
  const { server, id, address } = await harbour()
  const viewer = await server.signedIn('viewer')
  assert.doesNotMatch((await viewer.get(`/admin/releases/${id}`)).body, /Give it to everybody/)
  assert.equal((await viewer.post(address, { percent: '100' })).statusCode, 403)
  assert.equal((await viewer.post(`/admin/releases/${id}/drill`, { drill: 'yes' })).statusCode, 403)
})
