import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { addUser, disableUser, resetPassword } from './actions.ts'

const password = 'correct horse battery'
const edith = { email: 'edith@example.com', name: 'Edith', role: 'editor' as const, password }

async function withEdith() {
  const ship = await world()
  const server = await startTestApp(ship)
  await addUser(ship, edith)
  const browser = server.newBrowser()
  await browser.get('/login')
  return { ship, server, browser }
}

test('the right password opens a session whose cookie scripts cannot read, and only its hash is stored', async () => {
  const { ship, browser } = await withEdith()
  const answer = await browser.post('/login', { email: ' Edith@Example.com ', password })
  assert.equal(answer.statusCode, 303)
  const cookie = answer.cookies.find((one) => one.name === 'shiplog')
  assert.ok(cookie?.httpOnly)
  assert.equal(cookie.sameSite, 'Lax')
  const { token_hash } = await ship.db.selectFrom('sessions').select('token_hash').executeTakeFirstOrThrow()
  assert.notEqual(token_hash, cookie.value)
  assert.equal((await browser.get('/admin/account')).statusCode, 200)
})

test('an unknown address and a wrong password get the same answer', async () => {
  const { browser } = await withEdith()
  const wrong = await browser.post('/login', { email: edith.email, password: 'wrong horse battery' })
  const unknown = await browser.post('/login', { email: 'nobody@example.com', password })
  assert.deepEqual([wrong.statusCode, unknown.statusCode], [401, 401])
  const words = (body: string) => body.match(/role="alert">([^<]+)/)?.[1]
  assert.ok(words(wrong.body))
  assert.equal(words(wrong.body), words(unknown.body))
})

test('after ten wrong passwords a network waits, and somebody elsewhere still gets in', async () => {
  const { ship, server, browser } = await withEdith()
  for (let tries = 0; tries < 10; tries += 1)
    await browser.post('/login', { email: edith.email, password: 'x' })
  const refused = await browser.post('/login', { email: edith.email, password })
  assert.equal(refused.statusCode, 429)
  assert.ok(refused.headers['retry-after'])
  const elsewhere = server.newBrowser('203.0.113.7')
  await elsewhere.get('/login')
  assert.equal((await elsewhere.post('/login', { email: edith.email, password })).statusCode, 303)
  ship.wait(16)
  assert.equal((await browser.post('/login', { email: edith.email, password })).statusCode, 303)
})

test('who guessed too often is let in again by a new password', async () => {
  const { ship, browser } = await withEdith()
  for (let tries = 0; tries < 10; tries += 1)
    await browser.post('/login', { email: edith.email, password: 'x' })
  await resetPassword(ship, edith.email, password)
  assert.equal((await browser.post('/login', { email: edith.email, password })).statusCode, 303)
})

test('before anybody is there, the login says where to begin', async () => {
  const browser = (await startTestApp(await world())).newBrowser()
  assert.match((await browser.get('/login')).body, /one-time setup link/)
})

test('whoever signs out or changes the password is told so at the login', async () => {
  const { server } = await withEdith()
  const viewer = await server.signedIn('viewer')
  const out = await viewer.post('/logout')
  assert.equal(out.headers.location, '/login?after=signing-out')
  assert.match((await viewer.get('/login?after=signing-out')).body, /You are signed out\./)
  const editor = await server.signedIn('editor')
  const changed = await editor.post('/admin/account/password', {
    current_password: password,
    password: 'another long password',
  })
  assert.equal(changed.headers.location, '/admin/account')
  assert.match((await editor.get('/admin/account')).body, /Your password is changed\./)
  await editor.post('/logout')
  const odd = await editor.get('/login?after=constructor&after=<b>')
  assert.doesNotMatch(odd.body, /class="flash"/)
})

test('a token’s name that is taken is told above the form, and what was chosen is still there', async () => {
  const { server } = await withEdith()
  const admin = await server.signedIn('admin')
  const made = { name: 'ci', scopes: 'journal:read' }
  assert.equal((await admin.post('/admin/tokens', made)).statusCode, 201)
  const again = await admin.post('/admin/tokens', made)
  assert.equal(again.statusCode, 409)
  assert.match(again.body, /already a token named “ci”/)
  assert.match(again.body, /value="journal:read" checked/)
})

test('a session ends after eight hours without use, and after a day at the latest', async () => {
  const { ship, browser } = await withEdith()
  await browser.post('/login', { email: edith.email, password })
  for (let hours = 0; hours < 21; hours += 7) {
    ship.wait(7 * 60)
    assert.equal((await browser.get('/admin/account')).statusCode, 200)
  }
  ship.wait(4 * 60)
  assert.equal((await browser.get('/admin/account')).statusCode, 303)

  await browser.get('/login')
  await browser.post('/login', { email: edith.email, password })
  ship.wait(8 * 60 + 1)
  assert.equal((await browser.get('/admin/account')).headers.location, '/login?next=%2Fadmin%2Faccount')
})

test('a clock that is set back revives no session that was over, and none that was opened ahead of it lives on', async () => {
  const { ship, browser } = await withEdith()
  const isIn = async () => (await browser.get('/admin/account')).statusCode === 200
  await browser.post('/login', { email: edith.email, password })
  ship.wait(3 * 24 * 60)
  assert.equal(await isIn(), false)
  ship.wait(-3 * 24 * 60)
  assert.equal(await isIn(), false)
  ship.wait(24 * 60)
  await browser.get('/login')
  await browser.post('/login', { email: edith.email, password })
  assert.equal(await isIn(), true)
  ship.wait(-24 * 60)
  assert.equal(await isIn(), false)
})

test('logging out, a new password and being disabled end the session at once', async () => {
  const { ship, browser } = await withEdith()
  const signIn = async () => {
    await browser.get('/login')
    assert.equal((await browser.post('/login', { email: edith.email, password })).statusCode, 303)
    await browser.get('/admin/account')
  }
  const isIn = async () => (await browser.get('/admin/account')).statusCode === 200
  await signIn()
  await browser.post('/logout')
  assert.equal(await isIn(), false)
  await signIn()
  await resetPassword(ship, edith.email, password)
  assert.equal(await isIn(), false)
  await signIn()
  await disableUser(ship, edith.email)
  assert.equal(await isIn(), false)
})

test('each login makes a new session id, and the one that came along is ended', async () => {
  const { ship, browser } = await withEdith()
  await browser.post('/login', { email: edith.email, password })
  const first = await ship.db.selectFrom('sessions').select('token_hash').execute()
  await browser.get('/admin/account')
  await browser.post('/login', { email: edith.email, password })
  const second = await ship.db.selectFrom('sessions').select('token_hash').execute()
  assert.equal(second.length, 1)
  assert.notDeepEqual(first, second)
})

test('a form sent after the session ran out is kept, and goes on its way after the login', async () => {
  const { ship, server } = await withEdith()
  const admin = await server.signedIn('admin')
  ship.wait(9 * 60)
  const asked = await admin.post('/admin/settings', { name: 'Northwind', time_zone: 'UTC', version: '0' })
  assert.equal(asked.statusCode, 401)
  const resume = /name="resume" value="([^"]+)"/.exec(asked.body)?.[1]?.replaceAll('&quot;', '"') ?? ''
  assert.match(resume, /Northwind/)
  const again = await admin.post('/login', { email: 'admin1@example.com', password, resume })
  assert.match(again.body, /name="name" value="Northwind"/)
  const sent = await admin.post('/admin/settings', { name: 'Northwind', time_zone: 'UTC', version: '0' })
  assert.equal(sent.statusCode, 303)
  assert.equal((await ship.db.selectFrom('site').select('name').executeTakeFirst())?.name, 'Northwind')
})

const hidden = ['/.//evil.example', '/x/..//evil.example', '/%2e//evil.example', '/\t/evil.example']

test('after the login one is led only to our own pages', async () => {
  const { server } = await withEdith()
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    ...hidden,
  ]) {
    const browser = server.newBrowser()
    await browser.get('/login')
    const answer = await browser.post('/login', { email: edith.email, password, next })
    assert.equal(answer.headers.location, '/admin', next)
  }
})

test('a password of a megabyte or of nothing is simply wrong', async () => {
  const { browser } = await withEdith()
  for (const tried of ['', 'x'.repeat(60_000), '🛟'.repeat(64)]) {
    assert.equal((await browser.post('/login', { email: edith.email, password: tried })).statusCode, 401)
  }
})

test('a kept form that cannot be read, or is none of ours, does not stop the login', async () => {
  for (const resume of [
    '{',
    'null',
    '[]',
    '{"path":"/logout","fields":{}}',
    '{"path":"//evil.example/admin/"}',
  ]) {
    const { browser } = await withEdith()
    const answer = await browser.post('/login', { email: edith.email, password, resume })
    assert.equal(answer.headers.location, '/admin', resume)
  }
})

test('a form address takes nothing but forms', async () => {
  const { server } = await withEdith()
  const admin = await server.signedIn('admin')
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    const answer = await admin.post('/admin/releases', {}, { 'content-type': type })
    assert.equal(answer.statusCode, 415, type)
  }
})

test('a wrong current password is told beside its field, and the old one still opens the door', async () => {
  const { server, browser } = await withEdith()
  await browser.post('/login', { email: edith.email, password })
  await browser.get('/admin/account')
  const said = { current_password: 'wrong horse battery', password: 'another horse battery' }
  const answer = await browser.post('/admin/account/password', said)
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /The current password is not right/)
  const again = server.newBrowser()
  await again.get('/login')
  assert.equal((await again.post('/login', { email: edith.email, password })).statusCode, 303)
})
