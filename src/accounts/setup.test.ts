import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { addFirstAdmin, addUser, changeRole, disableUser, renewSetupToken, setupDoor } from './actions.ts'

const password = 'correct horse battery'
const answers = { name: 'Northwind', time_zone: 'Europe/Tallinn', email: 'ada@example.com', password }

test('the link leads through setup to a signed-in admin, and leaves the address at once', async () => {
  const ship = await world()
  const browser = (await startTestApp(ship)).newBrowser()
  const token = await renewSetupToken(ship)
  const first = await browser.get(`/setup?token=${token}`)
  assert.deepEqual([first.statusCode, first.headers.location], [303, '/setup'])
  assert.equal((await browser.get('/setup')).statusCode, 200)
  assert.equal((await browser.post('/setup', answers)).statusCode, 303)
  assert.equal((await browser.get('/admin/settings')).statusCode, 200)
  assert.equal((await browser.get('/setup')).headers.location, '/login')
  const site = await ship.db.selectFrom('site').select(['name', 'time_zone']).executeTakeFirst()
  assert.deepEqual(site, { name: 'Northwind', time_zone: 'Europe/Tallinn' })
})

test('without the link, with an old one and after an hour setup stays locked', async () => {
  const ship = await world()
  const browser = (await startTestApp(ship)).newBrowser()
  const old = await renewSetupToken(ship)
  assert.equal((await browser.get('/setup')).statusCode, 403)
  const token = (await renewSetupToken(ship)) ?? ''
  assert.equal(await setupDoor(ship, old ?? ''), 'locked')
  assert.equal(await setupDoor(ship, token), 'open')
  ship.wait(61)
  assert.equal(await setupDoor(ship, token), 'locked')
})

test('what was typed wrongly is told beside the field, and the rest is still there', async () => {
  const ship = await world()
  const browser = (await startTestApp(ship)).newBrowser()
  await browser.get(`/setup?token=${await renewSetupToken(ship)}`)
  await browser.get('/setup')
  const answer = await browser.post('/setup', { ...answers, time_zone: 'Europe/Atlantis', password: 'short' })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /value="ada@example.com"/)
  assert.match(answer.body, /at least 12 characters/)
  assert.match(answer.body, /Europe\/Tallinn or UTC/)
  assert.deepEqual(await ship.db.selectFrom('users').select('id').execute(), [])
})

test('of two who set up at once one becomes admin, and the other is told', async () => {
  const ship = await world()
  const token = (await renewSetupToken(ship)) ?? ''
  const tries = ['ada@example.com', 'eve@example.com'].map((email) =>
    addFirstAdmin(ship, token, { email, name: '', password }),
  )
  const ended = await Promise.allSettled(tries)
  assert.deepEqual(ended.map((one) => one.status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await ship.db.selectFrom('users').select('id').execute()).length, 1)
  assert.equal(await renewSetupToken(ship), null)
})

test('an admin made by the command line or the environment closes setup for ever', async () => {
  const ship = await world()
  const token = (await renewSetupToken(ship)) ?? ''
  await addUser(ship, { email: 'ada@example.com', name: 'Ada', role: 'admin', password })
  assert.equal(await setupDoor(ship, token), 'closed')
  assert.equal(await renewSetupToken(ship), null)
})

test('the last admin cannot be disabled or made less', async () => {
  const ship = await world()
  await addUser(ship, { email: 'ada@example.com', name: 'Ada', role: 'admin', password })
  await assert.rejects(disableUser(ship, 'ada@example.com'), { code: 'conflict' })
  await assert.rejects(changeRole(ship, 'ada@example.com', 'viewer'), { code: 'conflict' })
  await addUser(ship, { email: 'bea@example.com', name: 'Bea', role: 'admin', password })
  await disableUser(ship, 'ada@example.com')
  await assert.rejects(disableUser(ship, 'bea@example.com'), { code: 'conflict' })
})
