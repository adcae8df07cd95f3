import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { ada, type World, world } from '../testing/world.ts'
import { declareIncident, deleteIncident } from './actions.ts'
import { discardDraft, saveDraft } from './drafts.ts'
import { publishDue } from './drafts-publishing.ts'
import { draftById, listDrafts } from './drafts-store.ts'
import { mergeIncident } from './merging.ts'
import { incidentById, listIncidents, updatesOf } from './store.ts'
import { undo, undoable, undoFor } from './undo.ts'
import { postUpdate } from './updates.ts'

const list = '/admin/incidents'
const cli = { kind: 'cli' as const, id: null, name: 'command line' }
const halfPast = '2026-11-23T12:30:00.000Z'

async function shop() {
  const ship = (await world()).as(cli)
  const incident = await declareIncident(ship, { title: 'Search is slow', body: 'We look.' })
  const waiting = (fields = {}) =>
    saveDraft(ship, { incident_id: incident.id, fields: { body: 'Later.', ...fields }, publish_at: halfPast })
  return { ship, incident, waiting, page: `${list}/${incident.id}` }
}

const bodies = async (ship: World, id: string) => (await updatesOf(ship, [id])).map(({ body }) => body)
const reason = async (ship: World) => (await listDrafts(ship))[0]?.failed_because ?? ''

test('an update that waits never reopens what was resolved meanwhile, nor speaks of what is deleted or merged', async () => {
  for (const [meanwhile, words] of [
    [(ship, id) => postUpdate(ship, id, { body: 'Over.', state: 'resolved' }), /Somebody else changed/],
    [(ship, id) => deleteIncident(ship, id), /was deleted/],
    [(ship, id, other) => mergeIncident(ship, id, { into: other }), /is merged into another one/],
  ] as [(ship: World, id: string, other: string) => Promise<unknown>, RegExp][]) {
    const { ship, incident, waiting } = await shop()
    const other = await declareIncident(ship, { title: 'The other', body: 'O' })
    await waiting({ state: 'identified' })
    await meanwhile(ship, incident.id, other.id)
    const before = await incidentById(ship, incident.id)
    ship.at(halfPast)
    await publishDue(ship)
    assert.deepEqual(await incidentById(ship, incident.id), before)
    assert.equal((await bodies(ship, incident.id)).includes('Later.'), false)
    assert.match(await reason(ship), words)
  }
})

test('what was due while nothing ran is published after a restart, and not any more an hour later', async () => {
  for (const [minutes, published] of [
    [59, true],
    [61, false],
  ] as const) {
    const { ship, incident, waiting } = await shop()
    await waiting()
    ship.at(halfPast)
    ship.wait(minutes)
    await publishDue(ship)
    assert.equal((await bodies(ship, incident.id)).includes('Later.'), published, `${minutes} min`)
    if (!published) assert.match(await reason(ship), /more than an hour ago.*Is it still true\?/)
  }
})

test('a draft that nobody can read holds no other one back, and our fault is told', async () => {
  const { ship, incident, waiting } = await shop()
  const broken = await saveDraft(ship.as(ada), { incident_id: null, fields: {}, publish_at: halfPast })
  await ship.db.updateTable('incident_drafts').set({ fields: 'null' }).where('id', '=', broken.id).execute()
  await ship.db
    .insertInto('users')
    .values({
      ...{ id: ada.id ?? '', email: 'ada@example.com', name: 'Ada', role: 'admin', password_hash: 'x' },
      ...{
        disabled_at: null,
        shortcuts_off_at: null,
        version: 1,
        created_at: halfPast,
        updated_at: halfPast,
      },
    })
    .execute()
  await waiting()
  ship.at(halfPast)
  await assert.rejects(publishDue(ship), TypeError)
  assert.equal((await bodies(ship, incident.id)).includes('Later.'), true)
  assert.equal((await draftById(ship, broken.id)).publish_at, halfPast)
})

test('anybody may stop what would publish itself; its writer keeps every word, and the journal tells none', async () => {
  const { ship, waiting, page } = await shop()
  const draft = await waiting({ body: 'A secret word.' })
  const own = await saveDraft(ship.as(ada), { incident_id: null, fields: { title: 'A secret title' } })
  const server = await startTestApp(ship)
  const ed = await server.signedIn('editor')
  assert.match((await ed.get(list)).body, /Stop<span class="unseen"> the draft of Search is slow/)
  assert.match((await ed.get('/admin')).body, /Search is slow.*by itself/s)
  const stopped = await ed.post(`${list}/drafts/${draft.id}/discard`)
  assert.deepEqual([stopped.statusCode, stopped.headers.location], [303, page])
  ship.at(halfPast)
  await publishDue(ship)
  const kept = await draftById(ship, draft.id)
  assert.deepEqual([kept.fields.body, kept.failed_because], ['A secret word.', 'editor stopped it.'])
  assert.equal((await ed.post(`${list}/drafts/${draft.id}/discard`)).statusCode, 404)
  await discardDraft(ship, draft.id)
  await discardDraft(ship.as(ada), own.id)
  const told = JSON.stringify(await ship.db.selectFrom('journal').selectAll().execute())
  assert.match(told, /draft\.stopped/)
  assert.doesNotMatch(told, /secret/)
})

test('a form that names somebody else’s draft neither shows nor ends it', async () => {
  const { ship, waiting, page } = await shop()
  const draft = await waiting({ body: 'A secret word.' })
  const ed = await (await startTestApp(ship)).signedIn('editor')
  const fields = { body: 'Mine.', draft: draft.id, draft_version: '1', version: '1' }
  for (const address of [`${page}/preview`, `${page}/updates`, `${page}/updates/draft`]) {
    const { body } = await ed.post(address, fields)
    assert.doesNotMatch(body, /secret|Your draft of/, address)
  }
  assert.equal((await draftById(ship, draft.id)).version, 1)
})

test('what is kept to the team is never said to be published', async () => {
  const { ship } = await shop()
  const hidden = { title: 'A certificate is late', body: 'Hm.', visibility: 'private' as const }
  const { id } = await declareIncident(ship, hidden)
  const ed = await (await startTestApp(ship)).signedIn('editor')
  const page = `${list}/${id}`
  assert.match((await ed.get(page)).body, /id="publish">Log it for the team alone</)
  for (const [path, fields] of [
    ['updates', { body: 'Renewed.', version: '1', state: 'identified' }],
    ['again', { version: '2' }],
  ] as const) {
    assert.equal((await ed.post(`${page}/${path}`, fields)).statusCode, 303)
    const { body } = await ed.get(page)
    assert.match(body, /Logged\. Only operators see it\./)
    assert.doesNotMatch(body, /Customers see it now/)
  }
})

test('an undo loses no word: what was said stands in the form again, unpublished', async () => {
  const { ship, page } = await shop()
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const ed = await (await startTestApp(ship)).signedIn('editor')
  await ed.post(`${page}/updates`, { body: 'The pumps fial.', state: 'identified', version: '1' })
  const back = await ed.post(`${page}/undo`)
  const again = (await ed.get(String(back.headers.location).split('#')[0] ?? '')).body
  assert.match(again, /Taken back.*in the form, unpublished/)
  assert.match(again, />\nThe pumps fial\.<\/textarea>/)
  assert.match(again, /value="identified" checked/)

  const fields = { title: 'Cards fial', body: 'Oh.', [`status_${checkout.id}`]: 'partial_outage' }
  const made = await ed.post(list, fields)
  const undone = await ed.post(`${made.headers.location}/undo`)
  const form = (await ed.get(String(undone.headers.location))).body
  assert.match(form, /name="title" value="Cards fial"/)
  assert.match(form, new RegExp(`name="status_${checkout.id}" value="partial_outage" checked`))
  const open = await listIncidents(ship, { show: 'open', limit: 9 })
  assert.deepEqual(
    open.map(({ title }) => title),
    ['Search is slow'],
  )
  // what still stands is offered by no such address
  const standing = (await updatesOf(ship, [open[0]?.id ?? '']))[0]
  assert.doesNotMatch((await ed.get(`${page}?taken_back=${standing?.id}`)).body, />\nWe look\.<\/textarea>/)
})

test('a clock that is set back by an hour leaves no undo open for an hour', async () => {
  const { ship, incident } = await shop()
  const given = { what: 'update' as const, incident_id: incident.id }
  await undoable(ship, given, (ctx) => postUpdate(ctx, incident.id, { body: 'B' }))
  assert.ok(await undoFor(ship, incident.id))
  ship.wait(-60)
  assert.equal(await undoFor(ship, incident.id), null)
  await assert.rejects(undo(ship, incident.id), /20 seconds in which this could be taken back are over/)
})

test('names that attack are words everywhere on the desk', async () => {
  const { ship, page, incident } = await shop()
  const evil = '<img src=x onerror=alert(1)>"\'{{component}}'
  const server = await startTestApp(ship)
  const [ed, admin] = [await server.signedIn('editor'), await server.signedIn('admin')]
  await ship.db.updateTable('users').set({ name: evil }).execute()
  await createComponent(ship, { name: evil })
  await admin.post('/admin/templates', { name: evil, used_for: 'update', body: evil })
  await admin.post(`${list}/drafts`, { title: evil, body: evil })
  await admin.post(`${page}/drafts`, { body: evil, version: '1' })
  const [update] = await updatesOf(ship, [incident.id])
  const text = `${page}/updates/${update?.id}`
  await admin.post(text, { body: `${evil} [x](javascript:alert(1))`, version: '1' })
  await admin.post(text, { body: 'Mended.', version: '2' })
  await admin.post(`${page}/edit`, { title: evil })
  for (const client of [ed, admin]) {
    for (const address of [
      page,
      list,
      `${list}/new`,
      '/admin',
      '/admin/templates',
      `${page}/presence`,
      text,
    ]) {
      const { body, statusCode } = await client.get(address)
      assert.equal(statusCode, 200, address)
      assert.match(body, /&lt;img/, address)
      assert.doesNotMatch(body, /<img|href="javascript:/, address)
    }
  }
})
