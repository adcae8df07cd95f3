import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { type Client, startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { declareIncident } from './actions.ts'
import { notesOf } from './notes.ts'
import { impactsOf, incidentById, listIncidents } from './store.ts'
import { postUpdate } from './updates.ts'

const html = { accept: 'text/html' }
const at = (clock: string) => `2026-11-23T${clock}:00.000Z`

async function shop() {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Shop' })
  const search = await createComponent(ship, { name: 'Search' })
  return {
    ship,
    server,
    search,
    ed: await server.signedIn('editor'),
    viewer: await server.signedIn('viewer'),
  }
}

function declare(ship: World, title: string, more: object = {}) {
  const hurt = [{ component: 'shop', status: 'major_outage' as const }]
  return declareIncident(ship, { title, body: 'We look.', components: hurt, ...more })
}

/** The fields of the form on a page, as they stand. */
async function fieldsOf(ed: Client, path: string) {
  const { body } = await ed.get(path)
  const inputs = [...body.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g)]
  const selects = [...body.matchAll(/<select[^>]* name="([^"]+)".*?<\/select>/gs)].map(([all, name]) => [
    name,
    /<option value="([^"]*)" selected/.exec(all)?.[1] ?? '',
  ])
  const own = inputs.map(([, name, value]) => [name, value])
  return Object.fromEntries(
    [...own, ...selects].filter(([name]) => !['_csrf', '_form'].includes(name as string)),
  )
}

test('the preview is the published page to the byte, in its main part', async () => {
  const { ship, server, ed, search } = await shop()
  const main = (body: string) => /<article>[\s\S]*<\/article>/.exec(body)?.[0] ?? 'no article'
  const form = {
    title: 'Cards <fail>',
    body: '**We** look. <script>',
    [`status_${search.id}`]: 'partial_outage',
  }
  const draft = await ed.post('/admin/incidents/draft', form)
  assert.match(draft.body, /id="publish">Publish: Search is partly down</)
  await ed.post('/admin/incidents', form)
  const [incident] = await listIncidents(ship, { show: 'open', limit: 1 })
  const page = async () =>
    main((await server.inject({ url: `/incidents/${incident?.id}`, headers: html })).body)
  assert.equal(main(draft.body), await page())
  assert.match(await page(), /<strong>We<\/strong> look\. &lt;script&gt;/)

  ship.wait(7)
  const address = `/admin/incidents/${incident?.id}`
  const update = { state: 'resolved', body: 'Over.', [`status_${search.id}`]: 'partial_outage' }
  const next = await ed.post(`${address}/preview`, update)
  assert.match(next.body, /id="publish">Publish: it is over</)
  assert.doesNotMatch(await page(), /Over\./)
  await ed.post(`${address}/updates`, { ...update, version: '1' })
  assert.equal(main(next.body), await page())
})

test('what lasted until an end that was typed is logged as over, with words for its start and its end', async () => {
  const { ship, ed, search } = await shop()
  const form = {
    title: 'Search was down',
    body: 'Nobody finds anything.',
    [`status_${search.id}`]: 'major_outage',
    started_on: '2026-11-22',
    started_clock: '14:00',
    ended_on: '2026-11-22',
    ended_clock: '13:00',
  }
  const wrong = await ed.post('/admin/incidents', form)
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /It ended before it began\./)
  const late = await ed.post('/admin/incidents', { ...form, ended_on: '2026-11-24', ended_clock: '14:00' })
  assert.match(late.body, /The end lies in the future\./)
  const odd = await ed.post('/admin/incidents', { ...form, ended_clock: '25:00' })
  assert.match(odd.body, /Write the end as a day and a time/)
  assert.match(odd.body, /<details class="field" open>/)

  const closing = { ...form, ended_clock: '15:10', closing_body: 'It was over at 15:10.' }
  assert.equal((await ed.post('/admin/incidents', closing)).statusCode, 303)
  const [incident] = await listIncidents(ship, { show: 'resolved', limit: 1 })
  assert.equal(incident?.resolved_at, '2026-11-22T15:10:00.000Z')
  const told = await ship.db
    .selectFrom('incident_updates')
    .select(['body', 'display_at'])
    .orderBy('display_at')
    .execute()
  assert.deepEqual(told, [
    { body: 'Nobody finds anything.', display_at: '2026-11-22T14:00:00.000Z' },
    { body: 'It was over at 15:10.', display_at: '2026-11-22T15:10:00.000Z' },
  ])
})

test('intervals are corrected in a form that keeps what was typed beside what is wrong', async () => {
  const { ship, ed, search } = await shop()
  const { id } = await declare(ship, 'Shop fails', { started_at: at('11:00'), display_at: at('11:00') })
  const address = `/admin/incidents/${id}/impacts`
  const fields = await fieldsOf(ed, address)
  assert.equal(fields.from_clock_0, '11:00')
  const added = {
    ...fields,
    component_1: search.id,
    hurt_1: 'degraded_performance',
    from_on_1: '2026-11-23',
    from_clock_1: '11:30',
    to_on_1: '2026-11-23',
    to_clock_1: '11:20',
  }
  const wrong = await ed.post(address, added)
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Search: it ends before it begins\./)
  assert.match(wrong.body, /name="to_clock_1" value="11:20"/)
  assert.equal((await ed.post(address, { ...added, to_clock_1: '11:50' })).statusCode, 303)
  assert.equal((await impactsOf(ship, [id])).length, 2)

  const stale = await ed.post(address, { ...added, to_clock_1: '11:55' })
  assert.equal(stale.statusCode, 409)
  assert.match(stale.body, /What stands now/)
  const now = await fieldsOf(ed, address)
  assert.equal((await ed.post(address, { ...now, component_0: '' })).statusCode, 303)
  assert.deepEqual(
    (await impactsOf(ship, [id])).map(({ slug }) => slug),
    ['search'],
  )
  assert.match((await ed.post(`${address}/more`, now)).body, /name="component_3"/)
})

test('notes stand between the updates for operators, and their own writers mend them', async () => {
  const { ship, server, ed, viewer } = await shop()
  const { id } = await declare(ship, 'Shop fails')
  ship.wait(5)
  const address = `/admin/incidents/${id}`
  await ed.post(`${address}/notes`, { body: 'Call **Mari** <script>' })
  ship.wait(5)
  await postUpdate(ship, id, { body: 'Still looking.' })
  const order = /Still looking[\s\S]*Call <strong>Mari<\/strong> &lt;script&gt;[\s\S]*We look\./
  assert.match((await viewer.get(address)).body, order)
  for (const url of [`/incidents/${id}`, `/api/v1/incidents/${id}`, '/']) {
    assert.doesNotMatch((await server.inject({ url, headers: html })).body, /Mari/, url)
  }
  const [note] = await notesOf(ship, id)
  const own = `${address}/notes/${note?.id}`
  assert.equal((await ed.post(`${address}/notes`, { body: ' ' })).statusCode, 422)
  assert.equal((await ed.post(own, { body: 'Mari is on it.', version: '1' })).statusCode, 303)
  const stale = await ed.post(own, { body: 'Other words.', version: '1' })
  assert.equal(stale.statusCode, 409)
  assert.match(stale.body, /Mari is on it\.[\s\S]*Other words\./)

  const somebody = await server.signedIn('admin')
  assert.equal((await somebody.get(own)).statusCode, 404)
  assert.equal((await somebody.post(`${own}/deletion`)).statusCode, 403)
  await ed.post(`${own}/deletion`)
  assert.doesNotMatch((await viewer.get(address)).body, /Mari is on it/)
  assert.match((await ed.get(address)).body, /is deleted/)
  await ed.post(`${own}/restoration`)
  assert.match((await viewer.get(address)).body, /Mari is on it/)
})

test('an incident is declared for the team alone, published and hidden again', async () => {
  const { ship, server, ed } = await shop()
  const secret = { title: 'A leak?', body: 'We look.', visibility: 'private' }
  const draft = await ed.post('/admin/incidents/draft', secret)
  assert.match(draft.body, /it is kept to the team/)
  assert.match(draft.body, /id="publish">Log it for the team alone</)
  const { location = '' } = (await ed.post('/admin/incidents', secret)).headers
  const id = String(location).split('/').at(-1)
  const seen = async () => (await server.inject({ url: `/incidents/${id}`, headers: html })).statusCode
  assert.equal(await seen(), 404)
  assert.match((await ed.get(String(location))).body, /Kept to the team/)
  assert.match((await ed.get('/admin/incidents')).body, /Kept to the team/)
  await ed.post(`${location}/publication`)
  assert.equal(await seen(), 200)
  await ed.post(`${location}/withdrawal`)
  assert.equal(await seen(), 404)
  assert.equal((await incidentById(ship, id ?? '')).published_at, at('12:00'))
})

test('a duplicate leads its readers to the other one, and is split again', async () => {
  const { ship, server, ed } = await shop()
  const one = await declare(ship, 'Shop fails')
  const two = await declare(ship, 'Nobody can pay')
  const address = `/admin/incidents/${two.id}`
  assert.match((await ed.get(`${address}/merger`)).body, /Shop fails/)
  assert.match((await ed.post(`${address}/merger`, {})).body, /Say which incident it is the same as/)
  assert.equal((await ed.post(`${address}/merger`, { into: one.id, version: '1' })).statusCode, 303)
  for (const path of ['/incidents/', '/api/v1/incidents/']) {
    const answer = await server.inject({ url: path + two.id, headers: html })
    assert.deepEqual([answer.statusCode, answer.headers.location], [303, path + one.id])
  }
  assert.doesNotMatch((await server.inject({ url: '/', headers: html })).body, /Nobody can pay/)
  assert.match((await ed.get(`/admin/incidents/${one.id}`)).body, /merged into this one/)
  const page = (await ed.get(address)).body
  assert.match(page, /Split it again/)
  assert.doesNotMatch(page, /Publish the update/)
  const stale = await ed.post(`${address}/updates`, { state: 'resolved', body: 'x' })
  assert.equal(stale.statusCode, 409)
  assert.match(stale.body, /merged into another one/)
  await ed.post(`${address}/split`)
  assert.equal((await server.inject({ url: `/incidents/${two.id}`, headers: html })).statusCode, 200)
})

test('whatever these pages do, a token can do', async () => {
  const { ship, server } = await shop()
  const headers = { authorization: await server.token('incidents:read', 'incidents:write') }
  const { id } = await declare(ship, 'Shop fails', { started_at: at('11:00'), display_at: at('11:00') })
  const other = await declare(ship, 'Nobody can pay')
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
    server.inject({ method, url: `/api/v1/incidents/${id}${path}`, headers, ...(payload && { payload }) })
  const known = (await ask('GET', '/impacts')).json()
  const impacts = [{ component: 'search', status: 'partial_outage', started_at: at('11:10') }]
  const put = await ask('PUT', '/impacts', { version: known.version, impacts })
  assert.equal(put.json().data[0].component.slug, 'search')
  assert.equal((await ask('PUT', '/impacts', { version: known.version, impacts })).statusCode, 409)
  const note = (await ask('POST', '/notes', { body: 'x' })).json()
  assert.equal((await ask('PATCH', `/notes/${note.id}`, { body: 'y' })).json().body, 'y')
  assert.equal((await ask('DELETE', `/notes/${note.id}`)).statusCode, 204)
  assert.deepEqual((await ask('GET', '/notes')).json().data, [])
  assert.equal((await ask('POST', `/notes/${note.id}/restoration`)).json().body, 'y')
  assert.equal((await ask('DELETE', '/publication')).json().visibility, 'private')
  assert.equal((await ask('POST', '/publication')).json().visibility, 'public')
  assert.equal((await ask('POST', '/merger', { into: other.id })).json().merged_into_incident_id, other.id)
  assert.equal((await ask('DELETE', '/merger')).json().merged_into_incident_id, null)
  assert.equal((await server.inject({ url: `/api/v1/incidents/${id}/notes` })).statusCode, 401)
})

test('64 KiB of "[" and markup that attacks are kept as text and answered in plain words', async () => {
  const { ship, server, ed } = await shop()
  const brackets = '['.repeat(64 * 1024)
  for (const path of ['/admin/incidents', '/admin/incidents/draft']) {
    const answer = await ed.post(path, { title: 'x', body: brackets })
    assert.equal(answer.statusCode, path.endsWith('draft') ? 200 : 422)
    assert.ok(answer.body.includes(brackets), 'what was typed is lost')
    if (answer.statusCode === 422) assert.match(answer.body, /Keep the text under 20,000 characters\./)
  }
  const every = await ed.post('/admin/incidents', { title: 'Long', body: '漢'.repeat(20_000) })
  assert.equal(every.statusCode, 303)
  const title = '"><img src=x onerror=alert(1)> [x](javascript:alert(1))'
  const body = `${'['.repeat(19_000)} [x](javascript:alert(1)) <svg onload=alert(1)>`
  const draft = await ed.post('/admin/incidents/draft', { title, body })
  assert.equal(draft.statusCode, 200)
  assert.doesNotMatch(draft.body, /<img src=x|<svg onload|href="javascript:/)
  assert.equal((await ed.post('/admin/incidents', { title, body })).statusCode, 303)
  const [incident] = await listIncidents(ship, { show: 'open', limit: 1 })
  const page = await server.inject({ url: `/incidents/${incident?.id}`, headers: html })
  assert.doesNotMatch(page.body, /<img src=x|<svg onload|href="javascript:/)
  const zone = { title: 'x', own_zone: '<script>', started_on: '2026-11-23', started_clock: '11:00' }
  assert.equal((await ed.post('/admin/incidents/draft', zone)).statusCode, 200)
})

test('a clock that jumps back loses nothing: what was said counts from the moment it was said', async () => {
  const { ship } = await shop()
  const { id } = await declare(ship, 'Shop fails')
  ship.at(at('11:30'))
  await assert.rejects(postUpdate(ship, id, { body: 'Better.' }), /A later update was posted already\./)
  ship.at(at('12:01'))
  await postUpdate(ship, id, { body: 'Better.' })
  assert.equal((await ship.db.selectFrom('incident_updates').select('id').execute()).length, 2)
})
