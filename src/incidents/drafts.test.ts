import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { type Client, startTestApp } from '../testing/http.ts'
import { onBothStores } from '../testing/postgres.ts'
import { type World, world } from '../testing/world.ts'
import { declareIncident } from './actions.ts'
import { saveDraft } from './drafts.ts'
import { publishDraft, publishDue } from './drafts-publishing.ts'
import { draftById, listDrafts } from './drafts-store.ts'
import { incidentById, listIncidents, updatesOf } from './store.ts'
import { postUpdate } from './updates.ts'

const list = '/admin/incidents'
const cli = { kind: 'cli' as const, id: null, name: 'command line' }
const all = (ship: World) => listIncidents(ship, { show: 'all', limit: 9 })

onBothStores(
  'a draft is kept once for each person and record, and what is due is published once',
  async (given) => {
    const ship = given.as(cli)
    const first = await saveDraft(ship, {
      incident_id: null,
      fields: { title: 'Cards', _csrf: 'x', api_token: 'y' },
    })
    assert.deepEqual(first.fields, { title: 'Cards' })
    const publish_at = '2026-11-23T12:10:00.000Z'
    const fields = { title: 'Cards fail', body: 'We look.', password: 'z' }
    const again = await saveDraft(ship, { incident_id: null, fields, publish_at, version: 1 })
    assert.deepEqual(
      [again.id, again.version, again.fields],
      [first.id, 2, { title: 'Cards fail', body: 'We look.' }],
    )
    await assert.rejects(
      saveDraft(ship, { incident_id: null, fields, version: 1 }),
      /saved elsewhere meanwhile/,
    )
    await publishDue(ship)
    assert.equal((await all(ship)).length, 0)
    ship.wait(10)
    const due = await draftById(ship, first.id)
    await publishDue(ship)
    await publishDue(ship)
    await assert.rejects(publishDraft(ship, due), /changed meanwhile/) // the other node, a moment later
    assert.deepEqual(
      (await all(ship)).map(({ title }) => title),
      ['Cards fail'],
    )
    assert.deepEqual(await listDrafts(ship), [])
    const lines = await ship.db.selectFrom('journal').select(['action', 'actor_name']).orderBy('id').execute()
    assert.deepEqual(
      lines.map(({ action }) => action),
      ['draft.saved', 'draft.scheduled', 'incident.declared'],
    )
    assert.equal(lines.at(-1)?.actor_name, 'command line')
  },
)

test('what cannot be published at its time stays a draft, with the reason', async () => {
  const { ship, ed, incident, page } = await shop()
  const update = { body: 'By now it is over.', state: 'resolved', version: '1', schedule: '1' }
  const kept = await ed.post(`${page}/drafts`, { ...update, publish_clock: '12:30' })
  assert.equal(kept.statusCode, 303)
  assert.match(
    (await ed.get(String(kept.headers.location))).body,
    /will be published by itself: <time datetime="2026-11-23T12:30/,
  )
  ship.wait(5)
  await postUpdate(ship, incident.id, { body: 'It is worse.' })
  ship.wait(30)
  await publishDue(ship)
  assert.equal((await incidentById(ship, incident.id)).state, 'investigating')
  const { body } = await ed.get(page)
  assert.match(body, /It could not be published: Somebody else changed this incident meanwhile/)
  assert.match((await ed.get(list)).body, /Could not be published/)
  await publishDue(ship)
  const lines = await ship.db
    .selectFrom('journal')
    .select('action')
    .where('action', '=', 'draft.failed')
    .execute()
  assert.equal(lines.length, 1)
})

test('whoever may not publish any more does not, by way of a draft either', async () => {
  const { ship, ed } = await shop()
  await ed.post(`${list}/drafts`, { title: 'Cards', body: 'B', publish_clock: '12:30', schedule: '1' })
  await ship.db.updateTable('users').set({ role: 'viewer' }).execute()
  ship.wait(40)
  await publishDue(ship)
  assert.match((await listDrafts(ship))[0]?.failed_because ?? '', /may not publish any more/)
  assert.equal((await all(ship)).length, 1)
})

test('a time that is none, or over, or a text that is missing is told when it is set', async () => {
  const { ed, page } = await shop()
  const draft = { title: 'Cards', body: 'B', schedule: '1' }
  for (const [wrong, words] of [
    [{}, /Write the day and the time at which to publish/],
    [{ publish_clock: '25:00' }, /Write the day and the time/],
    [{ publish_on: '2026-02-30', publish_clock: '12:00' }, /Write the day and the time/],
    [{ publish_on: '2026-11-23', publish_clock: '11:00' }, /That time is over already/],
    [{ publish_clock: '12:30', title: '' }, /Say what customers notice/],
    [{ publish_clock: '12:30', body: '{{component}}' }, /Fill in \{\{component\}\} first/],
  ] as const) {
    const answer = await ed.post(`${list}/drafts`, { ...draft, ...wrong })
    assert.equal(answer.statusCode, 422, JSON.stringify(wrong))
    assert.match(answer.body, words)
  }
  const update = await ed.post(`${page}/drafts`, { body: '', schedule: '1', publish_clock: '12:30' })
  assert.equal(update.statusCode, 422)
  assert.match(update.body, /Say something to customers/)
})

test('without JavaScript a draft is saved, offered again, restored, published and gone', async () => {
  const { ship, ed, checkout } = await shop()
  const status = `status_${checkout.id}`
  const saved = await ed.post(`${list}/drafts`, { title: 'Half a', body: '', [status]: 'partial_outage' })
  assert.match(String(saved.headers.location), /\/new\?draft=/)
  const offered = (await ed.get(`${list}/new`)).body
  assert.match(offered, /Your draft of <time datetime="2026-11-23T12:00:00.000Z">12:00<\/time>/)
  const restored = (await ed.get(String(saved.headers.location))).body
  assert.match(restored, /name="title" value="Half a"/)
  assert.match(restored, /value="partial_outage" checked/)
  const declared = await ed.post(list, {
    ...held(restored),
    title: 'Half a sentence',
    body: 'We look.',
    [status]: 'partial_outage',
  })
  assert.equal(declared.statusCode, 303)
  assert.deepEqual(await listDrafts(ship), [])
  assert.doesNotMatch((await ed.get(`${list}/new`)).body, /Your draft/)
})

test('others see that there is a draft and whose it is, and never what it says', async () => {
  const { ship, ed, server, page } = await shop()
  await ed.post(`${page}/drafts`, { body: 'Half a word.', version: '1' })
  await ed.post(`${list}/drafts`, { title: 'Half a title.', body: '' })
  const other = await server.signedIn('admin')
  const [draft] = await listDrafts(ship)
  for (const address of [page, `${list}/new`, list]) {
    const { body } = await other.get(address)
    assert.match(body, /editor has a draft here|a draft of editor/, address)
    assert.doesNotMatch(body, /Half a/, address)
  }
  assert.equal((await other.get(`${list}/new?draft=${draft?.id}`)).statusCode, 404)
  assert.equal((await other.post(`${list}/drafts/${draft?.id}/discard`)).statusCode, 404)
  const headers = { authorization: await server.token('incidents:read') }
  const listed = (await server.inject({ url: '/api/v1/incident-drafts', headers })).json()
  assert.deepEqual(
    listed.data.map((one: { fields: object }) => one.fields),
    [null, null],
  )
  assert.equal((await server.inject(page.replace('/admin', ''))).body.includes('Half a'), false)
})

test('declaring from a draft that was saved elsewhere meanwhile shows both texts, and loses neither', async () => {
  const { ship, ed } = await shop()
  const saved = await ed.post(`${list}/drafts`, { title: 'One', body: 'From the laptop.' })
  const here = held((await ed.get(String(saved.headers.location))).body)
  await ed.post(`${list}/drafts`, { ...here, title: 'One', body: 'From the phone.' })
  const late = await ed.post(list, { ...here, title: 'One', body: 'From here.' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /What your draft says now.*From the phone\..*What you wrote here.*From here\./s)
  assert.equal((await all(ship)).length, 1)
  const again = await ed.post(list, { ...held(late.body), title: 'One', body: 'From here.' })
  assert.equal(again.statusCode, 303)
  assert.equal((await all(ship)).length, 2)
  assert.deepEqual(await listDrafts(ship), [])
})

test('a draft that published itself meanwhile is not published twice by the form that holds it', async () => {
  const { ship, ed, page, incident } = await shop()
  const saved = await ed.post(`${page}/drafts`, {
    body: 'We found it.',
    version: '1',
    schedule: '1',
    publish_clock: '12:30',
  })
  const here = held((await ed.get(String(saved.headers.location))).body)
  ship.wait(31)
  await publishDue(ship)
  const late = await ed.post(`${page}/updates`, { ...here, body: 'We found it.', version: '2' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /This draft was published or discarded meanwhile/)
  assert.match(late.body, /We found it\.<\/textarea>/)
  assert.equal((await updatesOf(ship, [incident.id])).length, 2)
  assert.doesNotMatch(late.body, /name="draft"/)
})

test('a token keeps a draft, publishes it and takes it away; a body of nothing but brackets is refused', async () => {
  const { ship, server } = await shop()
  const headers = { authorization: await server.token('incidents:read', 'incidents:write') }
  const url = '/api/v1/incident-drafts'
  const fields = { title: 'Cards', body: 'B' }
  const made = await server.inject({ method: 'POST', url, headers, payload: { fields } })
  assert.deepEqual([made.statusCode, made.json().fields], [201, fields])
  const past = { fields, publish_at: '2026-11-23T11:00:00Z' }
  assert.equal((await server.inject({ method: 'POST', url, headers, payload: past })).statusCode, 422)
  assert.deepEqual((await server.inject({ url: `${url}/${made.json().id}`, headers })).json().fields, fields)
  const published = await server.inject({
    method: 'POST',
    url: `${url}/${made.json().id}/publication`,
    headers,
  })
  assert.deepEqual([published.statusCode, published.json().title], [201, 'Cards'])
  assert.equal(
    (await server.inject({ method: 'DELETE', url: `${url}/${made.json().id}`, headers })).statusCode,
    404,
  )
  const brackets = await server.inject({
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: '['.repeat(64 * 1024 - 1),
  })
  assert.equal(brackets.statusCode, 400)
  assert.deepEqual(await listDrafts(ship), [])
})

function held(page: string) {
  const one = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
  return { draft: one('draft'), draft_version: one('draft_version') }
}

async function shop(): Promise<{
  ship: World
  ed: Client
  server: Awaited<ReturnType<typeof startTestApp>>
  checkout: { id: string }
  incident: { id: string }
  page: string
}> {
  const ship = await world()
  const server = await startTestApp(ship)
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const incident = await declareIncident(ship, { title: 'Search is slow', body: 'We look.' })
  return {
    ship,
    server,
    checkout,
    incident,
    page: `${list}/${incident.id}`,
    ed: await server.signedIn('editor'),
  }
}

test('a long text in letters of three bytes is kept as a draft, and as a template', async () => {
  const { ship, ed, page } = await shop()
  const body = '長'.repeat(20_000)
  assert.equal((await ed.post(`${list}/drafts`, { title: 'Long', body })).statusCode, 303)
  assert.equal((await ed.post(`${page}/drafts`, { body, version: '1' })).statusCode, 303)
  assert.deepEqual(
    (await listDrafts(ship)).map(({ fields }) => fields.body?.length),
    [20_000, 20_000],
  )
  const template = { name: 'Long', used_for: 'update', body }
  assert.equal((await ed.post('/admin/templates', template)).statusCode, 303)
})

test('what is over already can wait as a draft too, and is logged with its end', async () => {
  const { ship, ed } = await shop()
  const over = {
    title: 'Cards failed',
    body: 'They did.',
    started_on: '2026-11-23',
    started_clock: '10:00',
    ended_on: '2026-11-23',
    ended_clock: '11:00',
    closing_body: 'They work {{version}}.',
  }
  const saved = await ed.post(`${list}/drafts`, over)
  const [draft] = await listDrafts(ship)
  assert.ok(draft)
  await assert.rejects(publishDraft(ship, draft), /Fill in \{\{version\}\} first/)
  assert.match((await ed.get(String(saved.headers.location))).body, /They work \{\{version\}\}\./)
  const id = await publishDraft(ship, { ...draft, fields: { ...draft.fields, closing_body: 'They work.' } })
  assert.equal((await incidentById(ship, id)).resolved_at, '2026-11-23T11:00:00.000Z')
})
