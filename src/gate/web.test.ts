import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { endFreeze, planFreeze } from './freezes.ts'
import { freezeById, listFreezes, rulesOf } from './store.ts'

async function yard() {
  const shop = await northwind()
  shop.ship.at('2026-11-23T12:00:00.000Z')
  const server = await startTestApp(shop.ship)
  const editor = await server.signedIn('editor')
  const freezes = () => listFreezes(shop.ship, { show: 'all', limit: 9 })
  return { ...shop, server, editor, freezes }
}

const typed = {
  reason: 'The big sale',
  starts_on: '2026-11-27',
  starts_clock: '08:00',
  ends_on: '2026-11-28',
  ends_clock: '02:30',
  may_pass: 'Ed\r\n\r\n night-shift, Ada ',
}
const running = {
  reason: 'Audit',
  starts_at: '2026-11-23T11:00:00.250Z',
  ends_at: '2026-11-23T20:00:00.500Z',
}

test('a freeze is typed as a wall clock of the page’s zone, which is named', async () => {
  const { editor, freezes, components } = await yard()
  const form = await editor.get('/admin/freezes/new')
  assert.match(form.body, /Europe\/Tallinn \(UTC\+2\)/)
  assert.match(form.body, /name="starts_clock" value="14:00"/)
  const { checkout, ledger } = components
  const sent = await editor.post('/admin/freezes', { ...typed, components: [checkout.id, ledger.id] })
  assert.deepEqual([sent.statusCode, sent.headers.location], [303, '/admin/freezes'])
  const [freeze] = await freezes()
  assert.deepEqual(
    [freeze?.starts_at, freeze?.ends_at, freeze?.may_pass, freeze?.components.length],
    ['2026-11-27T06:00:00.000Z', '2026-11-28T00:30:00.000Z', ['Ed', 'night-shift', 'Ada'], 2],
  )
  const { body } = await editor.get('/admin/freezes')
  assert.match(body, /The freeze is planned\./)
  assert.match(body, /Coming[\s\S]*The big sale[\s\S]*Fri 27 Nov 2026, 08:00[\s\S]*Checkout, Ledger/)
  assert.match(body, /Ed, night-shift, Ada may pass/)
})

test('what was typed wrong is told beside its field, and what was typed is kept', async () => {
  const { editor, freezes } = await yard()
  const wrong: [object, string][] = [
    [{ reason: '' }, 'Say why nothing goes out.'],
    [{ starts_clock: '' }, 'Say when it starts: a day and a time, like 18:00.'],
    [{ ends_on: '2026-02-30' }, 'Say when it ends'],
    [{ ends_on: '2026-11-27', ends_clock: '07:00' }, 'It ends before it starts.'],
    [{ ends_on: '2028-11-27' }, 'It lasts longer than a year.'],
    [{ starts_on: '2026-11-01', ends_on: '2026-11-02' }, 'It lies wholly in the past.'],
    [{ components: 'nosuch' }, 'There is no component “nosuch”.'],
    [{ may_pass: 'x'.repeat(201) }, 'A name has at most 200 characters.'],
  ]
  for (const [field, words] of wrong) {
    await editor.get('/admin/freezes/new')
    const { statusCode, body } = await editor.post('/admin/freezes', { ...typed, ...field })
    assert.equal(statusCode, 422, words)
    assert.ok(body.includes(words), words)
    assert.match(body, /name="may_pass"[^>]*>\s*(Ed|x{201})/)
  }
  assert.deepEqual(await freezes(), [])
})

test('a moment that still shows the minute it had keeps its seconds when the rest is saved', async () => {
  const { editor, ship, components } = await yard()
  const { id } = await planFreeze(ship, { ...running, components: ['checkout'] })
  const page = await editor.get(`/admin/freezes/${id}`)
  assert.match(page.body, new RegExp(`value="${components.checkout.id}" checked`))
  const fields = { starts_on: '2026-11-23', starts_clock: '13:00', ends_on: '2026-11-23' }
  await editor.post(`/admin/freezes/${id}`, {
    ...fields,
    ends_clock: '22:00',
    reason: 'Audit, all',
    version: '1',
  })
  const saved = await freezeById(ship, id)
  assert.deepEqual(
    [saved.reason, saved.starts_at, saved.ends_at, saved.components],
    ['Audit, all', running.starts_at, running.ends_at, []],
  )
})

test('of two editors the second sees both texts, and may save theirs then', async () => {
  const { editor, ship } = await yard()
  const { id } = await planFreeze(ship, running)
  const late = { ...typed, reason: 'My reason', version: '0' }
  await editor.get(`/admin/freezes/${id}`)
  const answer = await editor.post(`/admin/freezes/${id}`, late)
  assert.equal(answer.statusCode, 409)
  assert.match(answer.body, /Somebody else saved this meanwhile[\s\S]*Audit[\s\S]*value="My reason"/)
  assert.match(answer.body, /name="version" value="1"/)
  await editor.post(`/admin/freezes/${id}`, { ...late, version: '1' })
  assert.equal((await freezeById(ship, id)).reason, 'My reason')
})

test('a freeze is ended early by a button, and one that has not begun is called off', async () => {
  const { editor, ship } = await yard()
  const now = await planFreeze(ship, running)
  const later = { starts_at: '2026-12-01T00:00:00Z', ends_at: '2026-12-02T00:00:00Z' }
  const coming = await planFreeze(ship, { reason: 'Holidays', ...later })
  const list = await editor.get('/admin/freezes')
  assert.match(list.body, /In force now[\s\S]*Audit[\s\S]*End it now[\s\S]*Coming[\s\S]*Call it off/)
  await editor.post(`/admin/freezes/${now.id}/end`)
  assert.match((await editor.get('/admin/freezes')).body, /The freeze has ended\. Releases may go out\./)
  await editor.post(`/admin/freezes/${coming.id}/end`)
  const past = (await editor.get('/admin/freezes')).body
  assert.match(past, /The freeze is called off\./)
  assert.match(past, /Nothing is frozen now\.[\s\S]*Past[\s\S]*Called off[\s\S]*Ended early/)
  const page = (await editor.get(`/admin/freezes/${now.id}`)).body
  assert.match(page, /Ended early/)
  assert.doesNotMatch(page, /action="\/admin\/freezes\//, 'what is over is only read')
  const posted = await editor.post(`/admin/freezes/${now.id}`, { ...typed, version: '2' })
  assert.equal(posted.statusCode, 409)
})

test('before anything is planned the page says what a freeze is for', async () => {
  const { editor } = await yard()
  assert.match((await editor.get('/admin/freezes')).body, /No freeze is planned/)
})

test('who may only look reads freezes, and is offered nothing', async () => {
  const { server, ship } = await yard()
  const { id } = await planFreeze(ship, running)
  const viewer = await server.signedIn('viewer')
  const list = await viewer.get('/admin/freezes')
  assert.match(list.body, /Audit/)
  const page = await viewer.get(`/admin/freezes/${id}`)
  assert.match(page.body, /Nobody may pass/)
  for (const { body } of [list, page])
    assert.doesNotMatch(body, /End it now|Plan a freeze|action="\/admin\/f/)
  for (const path of ['', `/${id}`, `/${id}/end`]) {
    assert.equal((await viewer.post(`/admin/freezes${path}`, typed)).statusCode, 403)
  }
  assert.equal((await viewer.get('/admin/freezes/new')).statusCode, 403)
  const stranger = server.newBrowser()
  assert.match((await stranger.get(`/admin/freezes/${id}`)).headers.location as string, /^\/login/)
})

test('the pages of releases say in one line what is frozen, while it is', async () => {
  const { editor, ship } = await yard()
  const { id } = await planFreeze(ship, { ...running, components: ['checkout'] })
  for (const page of ['/admin/releases', '/admin/releases/new']) {
    const { body } = await editor.get(page)
    assert.match(body, new RegExp(`Frozen until [\\s\\S]*href="/admin/freezes/${id}">Audit</a>, Checkout`))
  }
  const wrong = await editor.post('/admin/releases', { component: '', version: '' })
  assert.match(wrong.body, /Frozen until/)
  await endFreeze(ship, id)
  assert.doesNotMatch((await editor.get('/admin/releases')).body, /Frozen/)
})

test('what may stop a component is set on a page of its own, and the journal tells of it', async () => {
  const { editor, ship, components } = await yard()
  const { id } = components.checkout
  const address = `/admin/components/${id}/gate`
  assert.match((await editor.get(`/admin/components/${id}`)).body, new RegExp(`href="${address}"`))
  assert.match((await editor.get(address)).body, /name="freeze" value="on" checked/)
  const sent = await editor.post(address, { freeze: 'warn', open_incident: 'on', marked_bad: 'off' })
  assert.deepEqual([sent.statusCode, sent.headers.location], [303, address])
  const { freeze, open_incident, marked_bad } = await rulesOf(ship, id)
  assert.deepEqual([freeze, open_incident, marked_bad], ['warn', 'on', 'off'])
  assert.match((await editor.get('/admin/journal')).body, /changed what may stop a release of Checkout/)
  assert.equal((await editor.post(address, { freeze: 'perhaps' })).statusCode, 422)
  assert.equal((await editor.get('/admin/components/nosuch/gate')).statusCode, 404)
  await archiveComponent(ship, id)
  assert.equal((await editor.post(address, { freeze: 'on' })).statusCode, 409)
})
