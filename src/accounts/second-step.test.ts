import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { unseal } from '../platform/seal.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { addUser, resetSecondStepOf } from './actions.ts'
import { beginSecondStep, confirmSecondStep, proveCode } from './second-step.ts'
import { newRecoveryCodes, qrPath, stepOf, totpAddress } from './totp.ts'
import { authenticatorOf } from './totp-store.ts'

const password = 'correct horse battery'
const email = 'edith@example.com'
const halfMinute = 0.5

async function secretOf(ship: World, user_id: string) {
  return unseal(ship.secret, (await authenticatorOf(ship, user_id))?.secret ?? '')
}

/** What the app on her phone shows, so many half minutes from now. */
function shownBy(secret: string, ship: World, off = 0) {
  const timestamp = ship.now().getTime() + off * 30_000
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

/** Edith, with her second step on, and her recovery codes. */
async function edith(ship: World) {
  const user = await addUser(ship, { email, name: 'Edith', role: 'editor', password })
  const own = ship.as({ kind: 'user', ...user })
  await beginSecondStep(own, { current_password: password })
  const secret = await secretOf(ship, user.id)
  const codes = await confirmSecondStep(own, { code: shownBy(secret, ship) }, '')
  ship.wait(halfMinute)
  return { user, own, secret, codes, shows: (off = 0) => shownBy(secret, ship, off) }
}

test('a code works once, also of two who use it at the same moment, and no older one after it', async () => {
  const ship = await world()
  const { user, shows } = await edith(ship)
  const code = shows(1)
  const tried = await Promise.allSettled([1, 2].map(() => proveCode(ship, user.id, code)))
  assert.deepEqual(tried.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await assert.rejects(proveCode(ship, user.id, code), /used before/)
  await assert.rejects(proveCode(ship, user.id, shows()), /used before/)
})

test('each recovery code works once, also of two who use it at the same moment', async () => {
  const ship = await world()
  const { user, codes } = await edith(ship)
  const [first = '', second = ''] = codes
  assert.equal(new Set(codes).size, 10)
  const tried = await Promise.allSettled([1, 2].map(() => proveCode(ship, user.id, first)))
  assert.deepEqual(tried.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await proveCode(ship, user.id, ` ${second.toUpperCase().replaceAll('-', ' ')} `)
  await assert.rejects(proveCode(ship, user.id, second), /not right, or it was used before/)
})

test('a phone may be half a minute wrong, not a whole one; and codes of somebody else are wrong', async () => {
  const ship = await world()
  const { user, shows } = await edith(ship)
  for (const off of [-2, 2]) await assert.rejects(proveCode(ship, user.id, shows(off)), /not right/)
  ship.wait(1)
  await proveCode(ship, user.id, shows(-1))
  await proveCode(ship, user.id, shows(1))
  const other = shownBy('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', ship)
  await assert.rejects(proveCode(ship, user.id, other), /not right/)
})

test('after five wrong codes everybody waits, from wherever, also with the right one', async () => {
  const ship = await world()
  const { user, shows, codes } = await edith(ship)
  for (const code of ['000000', 'nonsense', '', '😀', '1'.repeat(99)]) {
    await assert.rejects(proveCode(ship, user.id, code, '203.0.113.0/24'), { code: 'invalid' })
  }
  await assert.rejects(proveCode(ship, user.id, shows()), { code: 'too-many' })
  await assert.rejects(proveCode(ship, user.id, codes[0] ?? ''), { code: 'too-many' })
  ship.wait(16)
  await proveCode(ship, user.id, shows())
})

test('a clock that is set back makes no used code good again, and a recovery code still lets in', async () => {
  const ship = await world()
  const { user, shows, codes } = await edith(ship)
  const now = ship.now().toISOString()
  const used = shows()
  await proveCode(ship, user.id, used)
  ship.wait(60)
  await proveCode(ship, user.id, shows())
  ship.at(now)
  await assert.rejects(proveCode(ship, user.id, used), /clock was set back/)
  await proveCode(ship, user.id, codes[0] ?? '')
})

test('the secret is sealed in the store, codes are hashed, and the phone reads the address', async () => {
  const ship = await world()
  const { secret, codes } = await edith(ship)
  const kept = JSON.stringify([
    await ship.db.selectFrom('authenticators').selectAll().execute(),
    await ship.db.selectFrom('recovery_codes').selectAll().execute(),
    await ship.db.selectFrom('journal').selectAll().execute(),
  ])
  for (const words of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
    assert.ok(!kept.includes(words))
  const address = totpAddress({ secret, issuer: 'Northwind & Co', label: email })
  assert.match(address, /^otpauth:\/\/totp\/Northwind%20%26%20Co:edith%40example\.com\?.*secret=[A-Z2-7]{32}/)
  assert.match(qrPath(address).path, /^(M\d+ \d+h1v1h-1z)+$/)
  for (const code of newRecoveryCodes())
    assert.match(code, /^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/)
  assert.equal(stepOf('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', '287082', 59_000), 1, 'RFC 6238, appendix B')
})

async function atTheDoor() {
  const ship = await world()
  const server = await startTestApp(ship)
  const her = await edith(ship)
  const browser = server.newBrowser('203.0.113.9')
  await browser.get('/login')
  const ask = async (form: object = {}) => {
    const { body, statusCode } = await browser.post('/login', { email, password, ...form })
    assert.equal(statusCode, 200)
    return /name="owes_code" value="([^"]+)"/.exec(body)?.[1] ?? ''
  }
  const show = (owes_code: string, code: string, more: object = {}) =>
    browser.post('/login/code', { owes_code, code, ...more })
  return { ship, server, ...her, browser, ask, show }
}

test('signing in takes a code after the password, and the password alone opens nothing', async () => {
  const { browser, ask, show, shows } = await atTheDoor()
  const owes_code = await ask({ next: '/admin/releases' })
  assert.equal((await browser.get('/admin/account')).statusCode, 303)
  const wrong = await show(owes_code, '000000')
  assert.equal(wrong.statusCode, 401)
  assert.match(wrong.body, /role="alert">That code is not right/)
  const right = await show(owes_code, ` ${shows().slice(0, 3)} ${shows().slice(3)}`, {
    next: '/admin/releases',
  })
  assert.equal(right.headers.location, '/admin/releases')
  assert.equal((await browser.get('/admin/account')).statusCode, 200)
})

test('a form that waited behind the login waits behind the code too', async () => {
  const { ask, show, shows } = await atTheDoor()
  const resume = JSON.stringify({ path: '/admin/settings', fields: { name: 'Northwind' } })
  const answer = await show(await ask({ resume }), shows(), { resume })
  assert.match(answer.body, /name="name" value="Northwind"/)
})

test('what says that a code is owed is good for five minutes, for one person, and not after a new password', async () => {
  const { ship, ask, show, shows, user } = await atTheDoor()
  const late = await ask()
  ship.wait(6)
  for (const owed of [late, '', 'v1.nonsense', `${late}x`]) {
    const answer = await show(owed, shows())
    assert.equal(answer.statusCode, 401)
    assert.match(answer.body, /That took too long/)
  }
  const before = await ask()
  await ship.db.updateTable('users').set({ version: 99 }).where('id', '=', user.id).execute()
  assert.match((await show(before, shows())).body, /That took too long/)
})

test('wrong codes at the door end in a wait that is told', async () => {
  const { ask, show, shows } = await atTheDoor()
  const owed = await ask()
  for (let tries = 0; tries < 5; tries += 1) await show(owed, '000000')
  const answer = await show(owed, shows())
  assert.equal(answer.statusCode, 429)
  assert.ok(answer.headers['retry-after'])
  assert.match(answer.body, /quarter of an hour/)
})

test('the second step is turned on by the page: password, code, ten codes shown once; the other sessions end', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const [here, there] = [await server.signedIn('editor'), server.newBrowser()]
  await there.get('/login')
  await there.post('/login', { email: 'editor1@example.com', password })
  const page = '/admin/account/second-step'
  assert.match((await here.get(page)).body, /It is off/)
  assert.equal((await here.post(page, { current_password: 'wrong' })).statusCode, 422)
  assert.equal((await here.post(page, { current_password: password })).headers.location, page)
  const shown = (await here.get(page)).body
  assert.match(shown, /<svg class="qr"[^>]*><path d="M\d/)
  const key = /secret--wrap">([A-Z2-7 ]+)</.exec(shown)?.[1]?.replaceAll(' ', '') ?? ''
  assert.equal((await here.post(`${page}/confirmation`, { code: '000000' })).statusCode, 422)
  const on = await here.post(`${page}/confirmation`, { code: shownBy(key, ship) })
  assert.equal(on.statusCode, 201)
  assert.equal(on.body.match(/\b([a-z2-9]{4}-){3}[a-z2-9]{4}\b/g)?.length, 10)
  assert.equal((await there.get('/admin/account')).statusCode, 303)
  assert.match((await here.get(page)).body, /It is on since[\s\S]*10 of 10/)
  assert.equal((await here.post(page, { current_password: password })).statusCode, 409)
})

test('it is turned off with password and code only, and new recovery codes end the old', async () => {
  const { ship, browser, ask, show, shows, codes, user } = await atTheDoor()
  await show(await ask(), shows())
  const page = '/admin/account/second-step'
  await browser.get(page)
  ship.wait(halfMinute)
  const made = await browser.post(`${page}/recovery-codes`, { code: shows() })
  assert.equal(made.statusCode, 201)
  await assert.rejects(proveCode(ship, user.id, codes[0] ?? ''), /not right/)
  ship.wait(halfMinute)
  const wrong: Record<string, string>[] = [
    { code: shows() },
    { current_password: 'wrong', code: shows() },
    { current_password: password, code: '000000' },
  ]
  for (const form of wrong) assert.equal((await browser.post(`${page}/removal`, form)).statusCode, 422)
  assert.ok(await authenticatorOf(ship, user.id))
  const off = await browser.post(`${page}/removal`, { current_password: password, code: shows() })
  assert.equal(off.headers.location, '/admin/account')
  assert.equal(await authenticatorOf(ship, user.id), undefined)
})

test('an admin takes the second step from who lost it: the journal tells, their sessions end, the password lets in', async () => {
  const { ship, server, browser, ask, show, shows, user } = await atTheDoor()
  await show(await ask(), shows())
  const admin = await server.signedIn('admin')
  await admin.post(`/admin/people/${user.id}/second-step/reset`)
  assert.equal((await browser.get('/admin/account')).statusCode, 303)
  assert.match((await admin.get('/admin/journal')).body, /took the second step at sign-in from Edith/)
  await browser.get('/login')
  assert.equal((await browser.post('/login', { email, password })).statusCode, 303)
  await assert.rejects(resetSecondStepOf(ship, user.id), /Edith has no second step/)
})
