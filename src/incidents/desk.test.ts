import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { currentStatuses, impactsOfIncident } from '../components/impacts.ts'
import { startTestApp } from '../testing/http.ts'
import { onBothStores } from '../testing/postgres.ts'
import { ada, type World, world } from '../testing/world.ts'
import { declareIncident, deleteIncident, editIncident } from './actions.ts'
import { distanceOf, sayAgain } from './again.ts'
import { publicIncident } from './public.ts'
import { revisionsOf } from './revisions.ts'
import { incidentById, updatesOf } from './store.ts'
import { undo, undoable, undoFor } from './undo.ts'
import { deleteUpdate, editUpdate, postUpdate, takeUpdateOff } from './updates.ts'
import { wholeIncident } from './whole.ts'

const mari = { kind: 'user' as const, id: 'mari00000000', name: 'Mari' }
const hurt = [{ component: 'checkout', status: 'partial_outage' as const }]

async function trouble(ship: World) {
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const search = await createComponent(ship, { name: 'Search' })
  const given = { title: 'Cards fail', body: 'We look.', components: hurt }
  const incident = await undoable(ship, { what: 'declaration', incident_id: null }, (ctx) =>
    declareIncident(ctx, { ...given, next_update_at: '2026-11-23T12:25:00.000Z' }),
  )
  return { checkout, search, incident }
}

const tell = (ship: World, id: string, given: Parameters<typeof postUpdate>[2]) =>
  undoable(ship, { what: 'update', incident_id: id }, (ctx) => postUpdate(ctx, id, given))

const standing = async (ship: World, id: string) => {
  const { version: _, updated_at: __, ...facts } = await incidentById(ship, id)
  const { components, updates } = await wholeIncident(ship, await incidentById(ship, id))
  const impacts = await impactsOfIncident(ship, id)
  return { facts, components, impacts, updates: updates.map((update) => update.body) }
}

onBothStores('what was resolved is open again, with all that it hurt, promised and knew', async (ship) => {
  const { checkout, incident } = await trouble(ship)
  ship.wait(5)
  await tell(ship, incident.id, {
    body: 'Watching.',
    state: 'monitoring',
    next_update_at: '2026-11-23T13:00:00Z',
  })
  const before = await standing(ship, incident.id)
  ship.wait(5)
  await tell(ship, incident.id, {
    body: 'Over.',
    state: 'resolved',
    remedy: 'rolled_forward',
    remedy_reason: 'The schema.',
    components: [{ component: 'search', status: 'degraded_performance' }],
  })
  assert.equal((await currentStatuses(ship)).size, 0)
  await undo(ship, incident.id)
  assert.deepEqual(await standing(ship, incident.id), before)
  assert.equal((await currentStatuses(ship)).get(checkout.id), 'partial_outage')
  assert.deepEqual(
    (await publicIncident(ship, incident.id)).updates.map((one) => one.body),
    ['Watching.', 'We look.'],
  )
  const lines = await ship.db.selectFrom('journal').select(['action', 'detail']).orderBy('id').execute()
  assert.deepEqual(
    lines.slice(-2).map((line) => line.action),
    ['incident.resolved', 'incident.undone'],
  )
  assert.match(lines.at(-1)?.detail ?? '', /"what":"update"/)
})

test('a declaration, a deletion and the deletion of an update are taken back, each for itself', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  await undo(ship, incident.id)
  await assert.rejects(publicIncident(ship, incident.id), /no such incident/)
  assert.equal((await currentStatuses(ship)).size, 0)

  const other = await declareIncident(ship, { title: 'Two', body: 'A', components: hurt })
  const said = await postUpdate(ship, other.id, { body: 'B' })
  const before = await standing(ship, other.id)
  await takeUpdateOff(ship, other.id, said.id)
  await undo(ship, other.id)
  assert.deepEqual(await standing(ship, other.id), before)
  await undoable(ship, { what: 'deletion', incident_id: other.id }, (ctx) => deleteIncident(ctx, other.id))
  await undo(ship, other.id)
  assert.deepEqual(await standing(ship, other.id), before)
})

test('a second press, a late one, a stranger’s and one after somebody went on are refused in plain words', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  const { id } = incident
  await assert.rejects(undo(ship.as(mari), id), /nothing of yours/)
  assert.equal(await undoFor(ship.as(mari), id), null)
  assert.equal((await undoFor(ship, id))?.left, 20)
  await postUpdate(ship.as(mari), id, { body: 'Mari goes on.' })
  await assert.rejects(undo(ship, id), /Somebody went on with this incident since/)
  await tell(ship, id, { body: 'Slip.' })
  await undo(ship, id)
  await assert.rejects(undo(ship, id), /taken back already/)
  const said = await tell(ship, id, { body: 'Late.' })
  await editUpdate(ship.as(mari), id, said.id, { body: 'Mended.' })
  await assert.rejects(undo(ship, id), /Somebody went on/)
  await tell(ship, id, { body: 'Later.' })
  ship.at('2026-11-23T12:00:21.000Z')
  await assert.rejects(undo(ship, id), /20 seconds in which this could be taken back are over/)
  assert.deepEqual(
    (await updatesOf(ship, [id])).map((one) => one.body),
    ['Later.', 'Mended.', 'Mari goes on.', 'We look.'],
  )
})

test('saying it again keeps state and components and promises as far ahead as the last time', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  ship.at('2026-11-23T12:29:00.000Z')
  const said = await sayAgain(ship, incident.id, 1)
  assert.deepEqual(
    [said.body, said.state, said.next_update_at],
    ['We are still working on it.', 'investigating', '2026-11-23T12:54:00.000Z'],
  )
  const whole = await wholeIncident(ship, await incidentById(ship, incident.id))
  assert.deepEqual(whole.updates[0]?.components, [])
  assert.equal(whole.next_update_at, '2026-11-23T12:54:00.000Z')
  await assert.rejects(sayAgain(ship.as(mari), incident.id, 1), /Somebody else changed/)
  await postUpdate(ship, incident.id, { body: 'Over.', state: 'resolved' })
  await assert.rejects(sayAgain(ship, incident.id), /nobody works on it any more/)
  const at = { display_at: '2026-11-23T12:33:20.000Z' }
  assert.equal(distanceOf([{ ...at, next_update_at: null }]), 30 * 60_000)
  assert.equal(distanceOf([{ ...at, next_update_at: '2026-11-23T13:00:00.000Z' }]), 27 * 60_000)
})

onBothStores(
  'an edit keeps what stood there, with who and when, and customers never read it',
  async (ship) => {
    const { incident } = await trouble(ship)
    const [first] = await updatesOf(ship, [incident.id])
    ship.wait(31)
    await editUpdate(ship.as(mari), incident.id, first?.id ?? '', { body: 'We look closely.' })
    await editUpdate(ship.as(mari), incident.id, first?.id ?? '', { body: 'We look closely.' })
    await editIncident(ship.as(mari), incident.id, { title: 'Card payments fail', impact: 'major' })
    const revisions = await revisionsOf(ship, incident.id)
    assert.deepEqual(
      revisions.map(({ update_id, before, edited_by }) => [update_id, before, edited_by]),
      [
        [null, { title: 'Cards fail', impact: null }, 'Mari'],
        [first?.id, { body: 'We look.' }, 'Mari'],
      ],
    )
    const server = await startTestApp(ship)
    const ed = await server.signedIn('editor')
    const page = (await ed.get(`/admin/incidents/${incident.id}`)).body
    assert.match(page, /edited <time datetime="2026-11-23T12:31:00.000Z">12:31<\/time> by Mari/)
    assert.match(page, /We look\./)
    const told = (await server.inject(`/incidents/${incident.id}`)).body
    assert.match(told, /<p class="quiet small">edited <time datetime="2026-11-23T12:31:00.000Z">/)
    assert.doesNotMatch(told, /We look\.|Mari/)
    assert.doesNotMatch((await server.inject(`/api/v1/incidents/${incident.id}`)).body, /We look\.|Mari/)
    assert.equal((await server.inject(`/api/v1/incidents/${incident.id}/revisions`)).statusCode, 401)
  },
)

test('the promise is counted in the rail and told in plain words once it is due', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  const server = await startTestApp(ship)
  const ed = await server.signedIn('editor')
  const page = `/admin/incidents/${incident.id}`
  assert.doesNotMatch((await ed.get(page)).body, /overdue|1 due/)
  ship.at('2026-11-23T12:29:00.000Z')
  for (const address of [page, '/admin/incidents']) {
    const { body } = await ed.get(address)
    assert.match(body, /overdue by 4 min/, address)
    assert.match(body, /1 due<span class="unseen">: promised updates/, address)
  }
  const version = String((await incidentById(ship, incident.id)).version)
  assert.equal((await ed.post(`${page}/again`, { version })).headers.location, page)
  const { body } = await ed.get(page)
  assert.doesNotMatch(body, /overdue|1 due/)
  assert.match(body, /Customers see it now\.<\/span>\n?<form method="post" action="[^"]+\/undo"/)
  assert.equal((await ed.post(`${page}/again`, { version })).statusCode, 409)
  assert.equal((await ed.post(`${page}/undo`)).statusCode, 303)
  assert.match((await ed.get(page)).body, /overdue by 4 min/)
  const again = await ed.post(`${page}/undo`)
  assert.equal(again.statusCode, 409)
  assert.match(again.body, /This was taken back already/)
})

test('a network cut on publish: pressed again, an update is published once', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  const ed = await (await startTestApp(ship)).signedIn('editor')
  const page = `/admin/incidents/${incident.id}`
  const _form = /name="_form" value="([^"]+)"/.exec((await ed.get(page)).body)?.[1] ?? ''
  const fields = { _form, body: 'We found it.', state: 'identified', version: '1' }
  const answers = [await ed.post(`${page}/updates`, fields), await ed.post(`${page}/updates`, fields)]
  assert.deepEqual(
    answers.map((answer) => [answer.statusCode, answer.headers.location]),
    [
      [303, page],
      [303, page],
    ],
  )
  assert.equal((await updatesOf(ship, [incident.id])).length, 2)
})

test('who has an incident open is told for two minutes, without a line in the journal', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  const server = await startTestApp(ship)
  const [ed, admin] = [await server.signedIn('editor'), await server.signedIn('admin')]
  const lines = async () => (await ship.db.selectFrom('journal').select('id').execute()).length
  const before = await lines()
  const page = `/admin/incidents/${incident.id}`
  const [update] = await updatesOf(ship, [incident.id])
  assert.doesNotMatch((await ed.get(page)).body, /opened this/)
  ship.at('2026-11-23T12:00:40.000Z')
  for (const address of [page, `${page}/edit`, `${page}/updates/${update?.id}`, `${page}/presence`]) {
    assert.match((await admin.get(address)).body, /<b>editor<\/b> opened this 40 s ago/, address)
  }
  ship.wait(3)
  assert.doesNotMatch((await admin.get(page)).body, /opened this/)
  assert.equal(await lines(), before)
})

test('a token says it again, takes it back, and reads edits and who is there', async () => {
  const ship = await world()
  const { incident } = await trouble(ship)
  const server = await startTestApp(ship)
  const headers = { authorization: await server.token('incidents:read', 'incidents:write') }
  const ask = async (method: 'GET' | 'POST', path: string, payload?: object) =>
    server.inject({
      method,
      url: `/api/v1/incidents/${incident.id}/${path}`,
      headers,
      ...(payload ? { payload } : {}),
    })
  assert.equal((await ask('POST', 'undo')).statusCode, 409)
  const said = await ask('POST', 'again')
  assert.deepEqual([said.statusCode, said.json().body], [201, 'We are still working on it.'])
  assert.equal((await ask('POST', 'again', { version: 1 })).statusCode, 409)
  const back = await ask('POST', 'undo')
  assert.deepEqual([back.statusCode, back.json().updates.length], [200, 1])
  assert.deepEqual((await ask('GET', 'revisions')).json(), { data: [] })
  assert.deepEqual((await ask('GET', 'presence')).json(), { data: [] })
  assert.equal((await server.inject({ url: '/api/v1/incidents/never/revisions', headers })).statusCode, 404)
})

test('deleting by the verb alone offers no undo: only what a person or a token publishes does', async () => {
  const ship = await world()
  const made = await declareIncident(ship, { title: 'One', body: 'A' })
  const said = await postUpdate(ship, made.id, { body: 'B' })
  await deleteUpdate(ship, made.id, said.id)
  assert.equal(await undoFor(ship, made.id), null)
  assert.equal(ship.actor, ada)
})
