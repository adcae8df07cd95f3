import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { addUser, changeRole, disableUser, enableUser } from './actions.ts'
import { acceptInvitation, invite, takeBackInvitation } from './invitations.ts'

const password = 'correct horse battery'
const person = (name: string, role: 'admin' | 'editor' | 'viewer' = 'admin') => ({
  email: `${name}@example.com`,
  name,
  role,
  password,
})
const bea = { name: 'Bea', password }
const cli = { kind: 'cli' as const, id: null, name: 'command line' }

async function activeAdmins({ db }: World) {
  const rows = await db.selectFrom('users').selectAll().where('role', '=', 'admin').execute()
  return rows.filter(({ disabled_at }) => disabled_at === null).length
}

test('two admins who demote or shut out each other at the same moment leave one', async () => {
  const ship = await world()
  const [ada, ben] = [await addUser(ship, person('ada')), await addUser(ship, person('ben'))]
  for (let round = 0; round < 5; round += 1) {
    const tried = await Promise.allSettled([
      changeRole(ship.as({ kind: 'user', ...ada }), ben.id, 'editor'),
      round % 2
        ? disableUser(ship.as({ kind: 'user', ...ben }), ada.id)
        : changeRole(ship.as({ kind: 'user', ...ben }), ada.id, 'viewer'),
    ])
    assert.equal(tried.filter(({ status }) => status === 'fulfilled').length, 1)
    const refused = tried.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    assert.match(refused.reason.message, /only admin left/)
    assert.equal(await activeAdmins(ship), 1)
    for (const { id } of [ada, ben]) {
      await enableUser(ship, id).catch(() => {})
      await changeRole(ship, id, 'admin')
    }
  }
})

test('the last admin stays one, and a shut out admin is nobody to fall back on', async () => {
  const ship = await world()
  const [ada, ben] = [await addUser(ship, person('ada')), await addUser(ship, person('ben'))]
  await disableUser(ship, ben.id)
  await assert.rejects(changeRole(ship, ada.id, 'viewer'), { code: 'conflict' })
  await assert.rejects(disableUser(ship, 'ADA@example.com'), /only admin left/)
  await enableUser(ship, ben.id)
  await changeRole(ship, ada.id, 'viewer')
  assert.equal(await activeAdmins(ship), 1)
  await assert.rejects(enableUser(ship, ben.id), /not shut out/)
})

test('an invitation used twice at once lets one in', async () => {
  const ship = await world()
  const { token } = await invite(ship.as(cli), { email: 'bea@example.com', role: 'editor' })
  const tried = await Promise.allSettled([1, 2, 3].map(() => acceptInvitation(ship, token, bea)))
  assert.equal(tried.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of tried) if (one.status === 'rejected') assert.match(one.reason.message, /used already/)
  const users = await ship.db.selectFrom('users').select(['email', 'role']).execute()
  assert.deepEqual(users, [{ email: 'bea@example.com', role: 'editor' }])
})

test('an invitation is refused in plain words once it is old, withdrawn, replaced or used, and makes nobody', async () => {
  const ship = await world()
  const refused = (token: string, words: RegExp) => assert.rejects(acceptInvitation(ship, token, bea), words)
  const old = await invite(ship.as(cli), { email: 'bea@example.com', role: 'admin' })
  ship.wait(72 * 60 + 1)
  await refused(old.token, /older than three days/)
  const first = await invite(ship.as(cli), { email: 'bea@example.com', role: 'admin' })
  const second = await invite(ship.as(cli), { email: 'bea@example.com', role: 'viewer' })
  await refused(first.token, /was withdrawn/)
  await takeBackInvitation(ship, second.id)
  await refused(second.token, /was withdrawn/)
  await assert.rejects(takeBackInvitation(ship, second.id), /used or withdrawn before/)
  await refused('guessed', /no such invitation/)
  assert.deepEqual(await ship.db.selectFrom('users').select('id').execute(), [])
  const kept = JSON.stringify(await ship.db.selectFrom('invitations').selectAll().execute())
  for (const { token } of [old, first, second]) assert.ok(!kept.includes(token))
})

test('what an admin may no longer do, the links they hold may not do either', async () => {
  const ship = await world()
  await addUser(ship, person('ada'))
  const ben = await addUser(ship, person('ben'))
  const { token } = await invite(ship.as({ kind: 'user', ...ben }), {
    email: 'bea@example.com',
    role: 'admin',
  })
  await changeRole(ship, ben.id, 'viewer')
  await assert.rejects(acceptInvitation(ship, token, bea), /was withdrawn/)
})

test('an admin invites by the page, the link is shown once, and whoever follows it is signed in', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  const wrong = await admin.post('/admin/people/invitations', { email: 'nonsense', role: 'captain' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /value="nonsense"[\s\S]*A role is one of/)
  const made = await admin.post('/admin/people/invitations', { email: ' Bea@Example.com', role: 'editor' })
  const path = /http:\/\/localhost:8080(\/invitation\/[\w-]{43})</.exec(made.body)?.[1] ?? ''
  assert.ok(path)
  const again = await admin.get('/admin/people')
  assert.ok(!again.body.includes(path))
  assert.match(again.body, /bea@example\.com[\s\S]*Withdraw/)

  const guest = server.newBrowser()
  assert.match((await guest.get(path)).body, /to run Status as <b>editor<\/b>, who declares/)
  await guest.get(path) // a mail program that looks at links changes nothing
  const short = await guest.post(path, { name: 'Bea <b>', password: 'short' })
  assert.equal(short.statusCode, 422)
  assert.match(short.body, /value="Bea &lt;b&gt;"/)
  const joined = await guest.post(path, { name: 'Bea', password })
  assert.equal(joined.headers.location, '/admin')
  assert.match((await guest.get('/admin/account')).body, /Bea, bea@example\.com, role editor/)
  const late = await server.newBrowser().get(path)
  assert.equal(late.statusCode, 410)
  assert.match(late.body, /used already/)
  assert.match((await admin.get('/admin/journal')).body, /Bea<\/b>[\s\S]*came by invitation as editor/)
  const taken = await admin.post('/admin/people/invitations', { email: 'bea@example.com', role: 'editor' })
  assert.equal(taken.statusCode, 409)
  assert.match(taken.body, /Somebody already uses bea@example\.com/)
})

test('an admin changes a role, shuts out, lets in and signs out by the page; the last admin is told no', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  const editor = await server.signedIn('editor')
  const idOf = async (role: string) =>
    (await ship.db.selectFrom('users').select('id').where('role', '=', role).executeTakeFirstOrThrow()).id
  const page = `/admin/people/${await idOf('editor')}`
  await admin.get(page)
  assert.equal((await admin.post(`${page}/role`, { role: 'viewer' })).headers.location, page)
  assert.equal((await editor.get('/admin/account')).statusCode, 303, 'their session has ended')
  await admin.post(`${page}/disabling`)
  assert.match((await admin.get(page)).body, /They are shut out[\s\S]*Let editor in again/)
  await admin.post(`${page}/enabling`)
  await admin.post(`${page}/sessions/end`)
  const own = `/admin/people/${await idOf('admin')}`
  const no = await admin.post(`${own}/role`, { role: 'editor' })
  assert.equal(no.statusCode, 409)
  assert.match(no.body, /only admin left/)
  assert.equal((await admin.post(`${page}/role`, { role: 'captain' })).statusCode, 422)
  assert.equal((await admin.get('/admin/people/nobody')).statusCode, 404)
})

test('a token that may do everything does the same', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await server.signedIn('admin')
  await server.signedIn('editor')
  const headers = { authorization: await server.token('admin') }
  const ask = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) => {
    const answer = await server.inject({ method, url: `/api/v1${path}`, headers, payload })
    return { status: answer.statusCode, ...(answer.body ? answer.json() : {}) }
  }
  const [admin, editor] = (await ask('GET', '/users')).data
  assert.equal(admin.role, 'admin')
  assert.ok(!('password_hash' in admin))
  assert.equal((await ask('PATCH', `/users/${editor.id}`, { role: 'viewer', disabled: true })).role, 'viewer')
  assert.equal((await ask('PATCH', `/users/${editor.id}`, { disabled: false })).disabled_at, null)
  assert.equal((await ask('PATCH', `/users/${admin.id}`, { role: 'viewer' })).status, 409)
  assert.equal((await ask('PATCH', `/users/${admin.id}`, {})).status, 422)
  assert.equal((await ask('GET', `/users/${admin.id}/sessions`)).data.length, 1)
  assert.equal((await ask('DELETE', `/users/${admin.id}/sessions`)).status, 204)
  assert.equal((await ask('DELETE', `/users/${admin.id}/second-step`)).status, 409)
  assert.equal((await ask('GET', '/users/nobody')).status, 404)
  const made = await ask('POST', '/invitations', { email: 'bea@example.com', role: 'admin' })
  assert.match(made.link, /\/invitation\/[\w-]{43}$/)
  const listed = await ask('GET', '/invitations')
  assert.deepEqual([listed.data[0].state, listed.data[0].link], ['open', undefined])
  assert.equal((await ask('DELETE', `/invitations/${made.id}`)).status, 204)
  assert.equal((await ask('GET', '/invitations')).data[0].state, 'withdrawn')
})

test('a person is called otherwise from now on, and ends their other sessions, one or all', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const user = await addUser(ship, person('bea', 'editor'))
  const browsers = []
  for (let each = 0; each < 3; each += 1) {
    const browser = server.newBrowser()
    await browser.get('/login')
    await browser.post('/login', { email: 'bea@example.com', password })
    browsers.push(browser)
  }
  const [here, there, elsewhere] = browsers
  assert.ok(here && there && elsewhere)
  const isIn = async (browser: typeof here) => (await browser.get('/admin/account')).statusCode === 200
  await here.get('/admin/account')
  assert.equal((await here.post('/admin/account/name', { name: ' ' })).statusCode, 422)
  await here.post('/admin/account/name', { name: 'Beatrice' })
  assert.match((await here.get('/admin/account')).body, /Beatrice, bea@example\.com/)
  await here.post('/admin/account/sessions/end')
  assert.deepEqual([await isIn(here), await isIn(there), await isIn(elsewhere)], [true, false, false])
  await there.get('/login')
  await there.post('/login', { email: 'bea@example.com', password })
  await here.post('/admin/account/password', {
    current_password: password,
    password: 'another long password',
  })
  assert.deepEqual([await isIn(here), await isIn(there)], [true, false])
  assert.equal((await ship.db.selectFrom('sessions').select('user_id').execute()).length, 1)
  assert.ok(user.id)
})

test('an invitation’s link is in no log', async () => {
  const ship = await world()
  const { app } = await startTestApp(ship)
  const seen: unknown[] = []
  app.addHook('onRequest', async (request) => {
    request.log.info = ((detail: unknown) => void seen.push(detail)) as never
  })
  await app.inject({ url: '/invitation/the-secret-of-it' })
  assert.ok(seen.length > 0)
  assert.ok(!JSON.stringify(seen).includes('the-secret-of-it'))
})
