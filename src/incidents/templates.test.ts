import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { declareIncident } from './actions.ts'
import { asSlots, filledIn, openSlots, unknownSlots } from './slots.ts'
import { listIncidents } from './store.ts'
import { createTemplate, deleteTemplate, editTemplate, restoreTemplate } from './templates.ts'
import { listTemplates } from './templates-store.ts'

const payment = {
  name: 'Payments fail',
  used_for: 'incident' as const,
  title: '{{component}} is in trouble',
  state: 'identified' as const,
  body: 'Since {{time}} {{component}} {{version}} refuses cards. {{ next_update }}',
}

test('slots are filled in where something is known, stay where nothing is, and unknown ones are named', () => {
  assert.equal(
    filledIn('{{component}} {{ version }} {{time}}', { component: 'Checkout', time: '' }),
    'Checkout {{ version }} {{time}}',
  )
  assert.equal(filledIn('{{constructor}} {{x}}', {}), '{{constructor}} {{x}}')
  assert.deepEqual(unknownSlots('{{who}} {{component}} {{who}} {{constructor}} {{}}'), [
    'who',
    'constructor',
    '',
  ])
  assert.deepEqual(openSlots('{{ who }} {{component}}'), ['component'])
  assert.equal(asSlots(['a', 'b']), '{{a}}, {{b}}')
  const deep = '{'.repeat(65_536)
  assert.equal(filledIn(deep, {}), deep)
})

test('templates are kept, changed by one editor at a time, deleted and brought back', async () => {
  const ship = await world()
  const made = await createTemplate(ship, payment)
  await createTemplate(ship, { ...payment, used_for: 'update' })
  await assert.rejects(createTemplate(ship, payment), /There is a template “Payments fail” already/)
  const changed = await editTemplate(ship, made.id, { body: 'Mended.', version: 1 })
  assert.deepEqual([changed.version, changed.body, changed.title], [2, 'Mended.', payment.title])
  await assert.rejects(
    editTemplate(ship, made.id, { body: 'Late.', version: 1 }),
    /Somebody else changed this template/,
  )
  await deleteTemplate(ship, made.id)
  assert.deepEqual(
    (await listTemplates(ship)).map(({ used_for, title }) => [used_for, title]),
    [['update', null]],
  )
  await assert.rejects(editTemplate(ship, made.id, { body: 'x' }), /Bring it back first/)
  const namesake = await createTemplate(ship, payment)
  await assert.rejects(restoreTemplate(ship, made.id), /There is a template/)
  await deleteTemplate(ship, namesake.id)
  assert.equal((await restoreTemplate(ship, made.id)).deleted_at, null)
  await assert.rejects(
    createTemplate(ship, { ...payment, name: 'Odd', body: 'Dear {{customer}}' }),
    /Nothing is known to fill in for \{\{customer\}\}\. There are \{\{component\}\}/,
  )
})

test('without JavaScript “Fill in” fills the form, and nothing that was typed is lost', async () => {
  const { ship, ed, checkout, release } = await shop()
  const { id } = await createTemplate(ship, payment)
  assert.match((await ed.get('/admin/incidents/new')).body, new RegExp(`<option value="${id}">Payments fail`))
  const fields = {
    title: 'Cards fail',
    body: 'I typed this.',
    state: 'investigating',
    [`status_${checkout.id}`]: 'partial_outage',
    cause: `release:${release.id}`,
    cause_offered: '',
    template: id,
    fill: '1',
  }
  const { body } = await ed.post('/admin/incidents/draft', fields)
  assert.match(body, /name="title" value="Cards fail"/)
  assert.match(body, /I typed this\.\n\nSince 12:00 Checkout 2\.14\.0 refuses cards\. \{\{ next_update \}\}</)
  assert.match(body, /value="identified" checked/)
  assert.match(body, /Still to fill in: <b>\{\{next_update\}\}<\/b>/)
  const empty = (await ed.post('/admin/incidents/draft', { ...fields, title: '', body: '' })).body
  assert.match(empty, /name="title" value="Checkout is in trouble"/)
  const twice = (
    await ed.post('/admin/incidents/draft', {
      ...fields,
      body: 'Since 12:00 Checkout 2.14.0 refuses cards. {{ next_update }}',
    })
  ).body
  assert.equal(twice.split('refuses cards').length, 3) // in the field and in the preview
  const own = (await ed.post('/admin/incidents/draft', { ...fields, state: 'monitoring' })).body
  assert.match(own, /value="monitoring" checked/)
  assert.equal((await ed.post('/admin/incidents/draft', { ...fields, template: 'never' })).statusCode, 404)
})

test('braces never reach customers: what is open is named beside the field', async () => {
  const { ship, ed } = await shop()
  const wrong = await ed.post('/admin/incidents', { title: '{{component}} fails', body: 'Now.' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Fill in \{\{component\}\} first, or take it out/)
  assert.equal((await listIncidents(ship, { show: 'all', limit: 9 })).length, 0)
  const { id } = await declareIncident(ship, { title: 'Cards fail', body: 'We look.' })
  const update = await ed.post(`/admin/incidents/${id}/updates`, {
    body: 'By {{next_update}}.',
    version: '1',
  })
  assert.equal(update.statusCode, 422)
  assert.match(update.body, /By \{\{next_update\}\}\.</)
})

test('an update begins with a template too', async () => {
  const { ship, ed, release } = await shop()
  const cause = { cause: 'release' as const, cause_release_id: release.id }
  const components = [{ component: 'checkout', status: 'degraded_performance' as const }]
  const incident = await declareIncident(ship, {
    title: 'Cards fail',
    body: 'We look.',
    ...cause,
    components,
  })
  const { id } = await createTemplate(ship, {
    ...payment,
    used_for: 'update',
    body: '{{title}}: {{component}} {{version}} by {{next_update}}, {{page}}',
  })
  const fields = { template: id, fill: '1', state: 'investigating', body: '', next_update_clock: '14:30' }
  const { body } = await ed.post(`/admin/incidents/${incident.id}/updates/draft`, fields)
  assert.match(body, /Cards fail: Checkout 2\.14\.0 by 14:30, Status</)
  assert.match(body, /value="identified" checked/)
  assert.match(body, /value="14:30"/)
})

test('the pages for templates keep what was typed, show both texts, and take a deletion back', async () => {
  const { ship, ed, server } = await shop()
  const wrong = await ed.post('/admin/templates', {
    name: 'Odd',
    used_for: 'incident',
    body: 'Dear {{customer}} <b>',
  })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Nothing is known to fill in for \{\{customer\}\}/)
  assert.match(wrong.body, /Dear \{\{customer\}\} &lt;b&gt;/)
  assert.equal((await ed.post('/admin/templates', { ...payment })).statusCode, 303)
  const [template] = await listTemplates(ship)
  const page = `/admin/templates/${template?.id}`
  await ed.post(page, { ...payment, body: 'Theirs.', version: '1' })
  const late = await ed.post(page, { ...payment, body: 'Mine.', version: '1' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /Theirs\..*Mine\./s)
  assert.match(late.body, /name="version" value="2"/)
  const gone = await ed.post(`${page}/deletion`)
  assert.match((await ed.get(String(gone.headers.location))).body, /is deleted\..*\/restoration/s)
  assert.equal((await ed.post(`${page}/restoration`)).statusCode, 303)
  assert.match((await ed.get('/admin/templates')).body, /Payments fail/)
  const vi = await server.signedIn('viewer')
  assert.equal((await vi.get('/admin/templates')).statusCode, 200)
  assert.equal((await vi.post('/admin/templates', { ...payment })).statusCode, 403)
})

test('a token does with templates whatever the pages do', async () => {
  const { server } = await shop()
  const headers = { authorization: await server.token('incidents:read', 'incidents:write') }
  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path = '', payload?: object) =>
    server.inject({ method, url: `/api/v1/templates${path}`, headers, ...(payload ? { payload } : {}) })
  const made = await ask('POST', '', payment)
  assert.equal(made.statusCode, 201)
  const { id } = made.json()
  const filled = await ask('POST', `/${id}/filling`, { component: 'Checkout', version: '2' })
  assert.deepEqual([filled.json().title, filled.json().unfilled], ['Checkout is in trouble', ['next_update']])
  assert.equal((await ask('PATCH', `/${id}`, { name: 'Cards', version: 9 })).statusCode, 409)
  assert.equal((await ask('PATCH', `/${id}`, { name: 'Cards' })).json().name, 'Cards')
  assert.equal((await ask('DELETE', `/${id}`)).statusCode, 204)
  assert.deepEqual((await ask('GET')).json().data, [])
  assert.equal((await ask('POST', `/${id}/restoration`)).statusCode, 200)
  assert.equal((await ask('GET', '?used_for=incident')).json().data.length, 1)
  assert.equal((await ask('GET', '/never')).statusCode, 404)
  assert.equal((await ask('POST', '', { name: 'x' })).statusCode, 422)
})

async function shop() {
  const ship = await world()
  const server = await startTestApp(ship)
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const release = await recordByHand(ship, {
    component: 'checkout',
    version: '2.14.0',
    at: '2026-11-23T11:56:00Z',
  })
  return { ship, server, checkout, release, ed: await server.signedIn('editor') }
}
