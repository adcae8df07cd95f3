import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { planMaintenance } from './actions.ts'
import { listMaintenances } from './store.ts'

async function yard() {
  const shop = await northwind()
  shop.ship.at('2026-11-23T12:00:00.000Z')
  const server = await startTestApp(shop.ship)
  const editor = await server.signedIn('editor')
  const all = () => listMaintenances(shop.ship, { show: 'all', limit: 50 })
  return { ...shop, server, editor, all }
}

const typed = {
  title: 'New disks',
  body: 'Search is **slow**.',
  starts_on: '2026-11-27',
  starts_clock: '02:00',
  ends_on: '2026-11-27',
  ends_clock: '03:30',
}

test('work is planned as a wall clock of the page’s zone, and customers see it at once', async () => {
  const { editor, all, components, server } = await yard()
  assert.match((await editor.get('/admin/maintenance')).body, /No maintenance is planned/)
  const form = await editor.get('/admin/maintenance/new')
  assert.match(form.body, /Europe\/Tallinn \(UTC\+2\)/)
  const sent = await editor.post('/admin/maintenance', {
    ...typed,
    components: [components.checkout.id, components.ledger.id],
  })
  const [work] = await all()
  assert.deepEqual([sent.statusCode, sent.headers.location], [303, `/admin/maintenance/${work?.id}`])
  assert.deepEqual([work?.starts_at, work?.ends_at], ['2026-11-27T00:00:00.000Z', '2026-11-27T01:30:00.000Z'])
  assert.match((await editor.get('/admin/maintenance')).body, /Coming[\s\S]*New disks[\s\S]*Checkout, Ledger/)
  const home = (await server.inject({ url: '/', headers: { accept: 'text/html' } })).body
  assert.match(home, /Planned work[\s\S]*Fri 27 Nov 2026, 02:00<\/time> to <time[^>]*>03:30[\s\S]*New disks/)
  assert.doesNotMatch(home, /Ledger/)
  const page = (await server.inject({ url: `/maintenance/${work?.id}`, headers: { accept: 'text/html' } }))
    .body
  assert.match(page, /<strong>slow<\/strong>/)
})

test('what was typed wrong is told beside its field, and what was typed is kept', async () => {
  const { editor, all } = await yard()
  const wrong: [Record<string, string>, string][] = [
    [{ title: '' }, 'Say what is done.'],
    [{ starts_clock: '' }, 'Say when it starts: a day and a time, like 02:00.'],
    [{ ends_clock: '01:00' }, 'It ends before it starts.'],
    [{ ends_on: '2027-02-27' }, 'It lasts longer than 30 days.'],
    [{ starts_on: '2026-11-01', ends_on: '2026-11-02' }, 'It lies wholly in the past.'],
    [{ repeats: 'rule', rule: 'FREQ=SECONDLY' }, 'It can repeat once a day at most.'],
    [{ repeats: 'rule', rule: '['.repeat(65) }, 'Write a rule like'],
    [{ starts_by: 'release' }, 'Say which release it is for.'],
    [{ starts_by: 'nobody' }, 'Invalid'],
    [
      { starts_on: '2027-03-28', starts_clock: '03:30', ends_on: '2027-03-28', ends_clock: '05:00' },
      'The clocks of Europe/Tallinn are put forward that night: there is no 03:30. Write 04:30, or another time.',
    ],
  ]
  for (const [field, words] of wrong) {
    await editor.get('/admin/maintenance/new')
    const { statusCode, body } = await editor.post('/admin/maintenance', { ...typed, ...field })
    assert.equal(statusCode, 422, words)
    assert.ok(body.includes(words), words)
    assert.match(body, /Search is \*\*slow\*\*\./)
  }
  assert.deepEqual(await all(), [])
})

test('a time that comes twice is the first of the two, and the page says so', async () => {
  const { editor, all } = await yard()
  const night = { starts_on: '2027-10-31', starts_clock: '03:30', ends_on: '2027-10-31', ends_clock: '05:00' }
  await editor.post('/admin/maintenance', { ...typed, ...night })
  const [work] = await all()
  assert.equal(work?.starts_at, '2027-10-31T00:30:00.000Z')
  const { body } = await editor.get(`/admin/maintenance/${work?.id}`)
  assert.match(body, /03:30 comes twice on 2027-10-31[^<]*\(UTC\+3\) is meant/)
})

test('two who change it at once: the second sees both texts and loses nothing', async () => {
  const { editor, all } = await yard()
  await editor.post('/admin/maintenance', typed)
  const [work] = await all()
  const at = `/admin/maintenance/${work?.id}`
  const change = { ...typed, version: '1', starts_by: 'clock', ends_by: 'clock' }
  const first = await editor.post(at, { ...change, title: 'Faster disks' })
  assert.equal(first.statusCode, 303)
  await editor.get(`${at}/edit`)
  const late = await editor.post(at, { ...change, title: 'Larger disks', ends_clock: '04:00' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /Somebody else saved this meanwhile[\s\S]*Faster disks[\s\S]*value="Larger disks"/)
  const again = await editor.post(at, {
    ...change,
    title: 'Larger disks',
    ends_clock: '04:00',
    version: '2',
    note: 'It takes longer.',
  })
  assert.equal(again.statusCode, 303)
  const page = (await editor.get(at)).body
  assert.match(page, /Moved\.<\/b> From Fri 27 Nov 2026, 02:00 – Fri 27 Nov 2026, 03:30 to [^<]*04:00/)
  assert.match(page, /It takes longer\./)
})

test('buttons start it, end it and call it off; a press that comes too late says why', async () => {
  const { editor, all } = await yard()
  await editor.post('/admin/maintenance', { ...typed, repeats: 'FREQ=WEEKLY' })
  const work = (await all()).at(-1)
  const at = `/admin/maintenance/${work?.id}`
  assert.match((await editor.get(at)).body, /Call off this and all that follow/)
  await editor.post(`${at}/start`, { note: 'Early.' })
  assert.match((await editor.get(at)).body, /It has started\.[\s\S]*In progress[\s\S]*Early\./)
  await editor.post(`${at}/cancel`)
  assert.match((await editor.get(at)).body, /It has begun already\. End it instead\./)
  await editor.post(`${at}/end`)
  assert.match((await editor.get(at)).body, /It has ended\.[\s\S]*Done/)
  await editor.post(`${at}/stop`)
  assert.equal((await all()).filter(({ cancelled_at }) => cancelled_at === null).length, 1)
})

test('of what repeats the form changes this one or all later ones, and Undo takes it back', async () => {
  const { editor, all } = await yard()
  await editor.post('/admin/maintenance', { ...typed, repeats: 'FREQ=WEEKLY' })
  const second = (await all()).at(-2)
  const list = (await editor.get('/admin/maintenance')).body
  assert.match(
    list,
    /Fri 27 Nov 2026, 02:00<\/time> to <time[^>]*>03:30<[\s\S]*9 more times[\s\S]*Fri 4 Dec 2026, 02:00/,
  )
  assert.equal(list.match(/<article/g)?.length, 1)
  const at = `/admin/maintenance/${second?.id}`
  assert.match((await editor.get(`${at}/edit`)).body, /Which ones do you change\?[\s\S]*value="FREQ=WEEKLY"/)
  const day = { starts_on: '2026-12-04', ends_on: '2026-12-04' }
  const change = { ...typed, ...day, version: '1', rule: 'FREQ=WEEKLY', which: 'later' }
  const wrong = await editor.post(at, { ...change, ends_clock: '01:00' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /It ends before it starts\.[\s\S]*value="later" checked/)
  const alone = await editor.post(at, { ...change, which: 'this', rule: 'FREQ=DAILY' })
  assert.match(alone.body, /can only be changed for this one and all later ones[\s\S]*value="FREQ=DAILY"/)
  assert.equal((await editor.post(at, { ...change, which: 'both' })).statusCode, 422)
  await editor.post(at, { ...change, starts_clock: '03:00' })
  const page = (await editor.get(at)).body
  assert.match(page, /Moved, this one and all later ones\. Both times are told\.[\s\S]*>Undo</)
  const clocks = async () => (await all()).map(({ starts_at }) => starts_at.slice(11, 13)).slice(-3)
  assert.deepEqual(await clocks(), ['01', '01', '00'])
  await editor.post(`${at}/undo`)
  assert.match((await editor.get(at)).body, /Taken back: all stands as it did before\./)
  assert.deepEqual(await clocks(), ['00', '00', '00'])
  await editor.post(`${at}/undo`)
  assert.match((await editor.get(at)).body, /This was taken back already\./)
})

test('who may only look sees it all and no button; who is nobody sees nothing', async () => {
  const { ship, server, components } = await yard()
  const span = { starts_at: '2026-11-24T00:00:00Z', ends_at: '2026-11-24T02:00:00Z' }
  const first = await planMaintenance(ship, { title: 'Disks', ...span, components: [components.checkout.id] })
  await planMaintenance(ship, { title: 'Cables', ...span, components: [components.checkout.id] })
  const viewer = await server.signedIn('viewer')
  const { body } = await viewer.get(`/admin/maintenance/${first.id}`)
  assert.match(body, /At the same time, on the same components: <a[^>]*>Cables/)
  assert.doesNotMatch(body, /Start it now/)
  assert.equal((await viewer.post(`/admin/maintenance/${first.id}/start`)).statusCode, 403)
  const outside = await server.inject({ url: '/admin/maintenance', headers: { accept: 'text/html' } })
  assert.notEqual(outside.statusCode, 200)
})

test('an outage during the work and the work’s release stand on its page, and the work on the incident’s', async () => {
  const { ship, server, components, release } = await yard()
  const span = { starts_at: '2026-11-23T13:00:00Z', ends_at: '2026-11-23T15:00:00Z' }
  const what = { components: [components.checkout.id], release: { component: 'checkout', version: '3.0' } }
  const { id } = await planMaintenance(ship, { title: 'New disks', ...span, ...what })
  const hurt = (component: string) => [{ component, status: 'major_outage' as const }]
  const before = await declareIncident(ship, { title: 'Long over', body: 'x', components: hurt('checkout') })
  await postUpdate(ship, before.id, { state: 'resolved', body: 'Over.' })
  ship.at('2026-11-23T13:30:00.000Z')
  const incident = await declareIncident(ship, {
    title: 'Cards fail',
    body: 'x',
    components: hurt('checkout'),
  })
  const elsewhere = await declareIncident(ship, {
    title: 'Pages fail',
    body: 'x',
    components: hurt('storefront'),
  })
  const viewer = await server.signedIn('viewer')
  const page = async () => (await viewer.get(`/admin/maintenance/${id}`)).body
  assert.match(
    await page(),
    new RegExp(`Meanwhile[^<]*<a href="/admin/incidents/${incident.id}">Cards fail</a>\\.`),
  )
  assert.match(await page(), /Checkout <code>3\.0<\/code><\/dd>/)
  const released = await release('checkout', '3.0')
  assert.match(await page(), new RegExp(`<a href="/admin/releases/${released}">as it was last released`))
  const during = new RegExp(`During planned work[^<]*<a href="/admin/maintenance/${id}">New disks`)
  assert.match((await viewer.get(`/admin/incidents/${incident.id}`)).body, during)
  for (const other of [before, elsewhere]) {
    assert.doesNotMatch((await viewer.get(`/admin/incidents/${other.id}`)).body, /During planned work/)
  }
})

test('a token does what the pages do; without one there is the public projection', async () => {
  const { server, components } = await yard()
  const headers = { authorization: await server.token('incidents:write', 'incidents:read') }
  const span = { starts_at: '2026-11-24T00:00:00Z', ends_at: '2026-11-24T02:00:00Z' }
  const made = await server.inject({
    method: 'POST',
    url: '/api/v1/maintenances',
    headers,
    payload: {
      title: 'Disks',
      ...span,
      components: ['checkout', components.ledger.id],
      repeats: 'FREQ=MONTHLY',
    },
  })
  assert.equal(made.statusCode, 201, made.body)
  const { id, components: named } = made.json()
  assert.deepEqual([named.length, made.json().starts_by], [2, 'clock'])
  const url = `/api/v1/maintenances/${id}`
  const open = (await server.inject(url)).json()
  assert.deepEqual([open.components.length, open.starts_by, open.repeats], [1, undefined, 'FREQ=MONTHLY'])
  const patched = await server.inject({
    method: 'PATCH',
    url,
    headers,
    payload: { title: 'New disks', version: 1 },
  })
  assert.deepEqual([patched.statusCode, patched.json().sequence], [200, 1])
  const late = await server.inject({ method: 'PATCH', url, headers, payload: { title: 'Old', version: 1 } })
  assert.equal(late.statusCode, 409)
  const started = await server.inject({
    method: 'POST',
    url: `${url}/start`,
    headers,
    payload: { note: 'Go.' },
  })
  assert.deepEqual([started.statusCode, started.json().state], [200, 'in_progress'], started.body)
  const ended = await server.inject({ method: 'POST', url: `${url}/end`, headers })
  assert.deepEqual([ended.statusCode, ended.json().state], [200, 'completed'], ended.body)
  const listed = (await server.inject({ url: '/api/v1/maintenances?show=coming&limit=3', headers })).json()
  assert.deepEqual([listed.data.length, typeof listed.next_cursor], [3, 'string'])
  const [next] = listed.data.slice(1)
  const later = { which: 'later', title: 'All disks', version: next.version }
  const together = await server.inject({
    method: 'PATCH',
    url: `/api/v1/maintenances/${next.id}`,
    headers,
    payload: later,
  })
  assert.deepEqual([together.statusCode, together.json().title], [200, 'All disks'], together.body)
  const undone = await server.inject({ method: 'POST', url: `/api/v1/maintenances/${next.id}/undo`, headers })
  assert.deepEqual([undone.statusCode, undone.json().title], [200, 'Disks'], undone.body)
  const bad = await server.inject({
    method: 'POST',
    url: '/api/v1/maintenances',
    headers,
    payload: { title: 'x', ...span, repeats: 'FREQ=MINUTELY' },
  })
  assert.deepEqual([bad.statusCode, /once a day at most/.test(bad.body)], [422, true], bad.body)
  const anonymous = await server.inject({ method: 'POST', url: `${url}/end` })
  assert.equal(anonymous.statusCode, 401)
})
