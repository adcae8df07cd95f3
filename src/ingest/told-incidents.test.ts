import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { deleteIncident } from '../incidents/actions.ts'
import { mergeIncident } from '../incidents/merging.ts'
import { notesOf } from '../incidents/notes.ts'
import { noteReport } from '../incidents/reported.ts'
import { listIncidents } from '../incidents/store.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { createSource } from '../sources/actions.ts'
import type { Adapter } from '../sources/adapter.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import type { Verified } from './model.ts'
import { readWhatIsLeft, storeDeliveries } from './reading.ts'

type Told = { id?: string; subject?: string; timestamp?: string; content?: object }

async function port() {
  const ship = await world()
  const server = await startTestApp(ship)
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const { source, secret } = await createSource(ship, { name: 'Monitor', kind: 'cloudevents' })
  let sent = 0
  const tell = async (type: string, { id, subject = 'incident-1', timestamp, content = {} }: Told = {}) => {
    const context = {
      specversion: '0.5.1',
      id: id ?? `e${sent++}`,
      source: '/monitor',
      type: `dev.cdevents.incident.${type}.0.3.0`,
    }
    const said = {
      description: 'Payments fail\nsince noon',
      environment: { id: 'production' },
      service: { id: 'checkout' },
    }
    const at = timestamp ?? ship.now().toISOString()
    const payload = {
      context: { ...context, timestamp: at },
      subject: { id: subject, content: { ...said, ...content } },
    }
    const headers = { authorization: `Bearer ${secret}` }
    const answer = await server.inject({ method: 'POST', url: `/hooks/${source.id}`, payload, headers })
    return { status: answer.statusCode, ...answer.json() }
  }
  const all = () => listIncidents(ship, { show: 'all', limit: 50 })
  const notes = async (id: string) => (await notesOf(ship, id)).map(({ body }) => body).reverse()
  const get = async (url: string) => (await server.inject({ url })).body
  return { ship, server, source, checkout, tell, all, notes, get }
}

test('what a monitor reports is logged for operators with what is live, and no customer reads a word of it', async () => {
  const { ship, checkout, tell, all, notes, get, server } = await port()
  const release = await recordByHand(ship, { component: 'checkout', version: '1.4.3' })
  ship.wait(10)
  const told = await tell('detected')
  assert.deepEqual([told.status, told.outcome, told.pending], [202, 'accepted', undefined])
  assert.equal(told.reason, 'Logged for operators alone: “Payments fail”.')
  const [incident, ...others] = await all()
  assert.ok(incident)
  assert.deepEqual(others, [])
  assert.deepEqual(
    [incident.visibility, incident.published_at, incident.state, incident.cause_release_id],
    ['private', null, 'investigating', release.id],
  )
  assert.deepEqual(await notes(incident.id), [
    'The tool calls this incident /monitor incident-1.',
    'Checkout runs 1.4.3 in production.\n\nPayments fail\nsince noon',
  ])
  for (const url of [
    '/',
    '/history',
    '/api/v2/summary.json',
    '/history.atom',
    `/components/${checkout.slug}`,
  ]) {
    assert.doesNotMatch(await get(url), /Payments fail|looking into it|degraded_performance/, url)
  }
  assert.equal((await server.inject({ url: `/incidents/${incident.id}` })).statusCode, 404)
  const editor = await server.signedIn('editor')
  assert.match((await editor.get(`/admin/incidents/${incident.id}`)).body, /Checkout runs 1\.4\.3/)
})

test('what is told again or is over is a note; people alone change the incident', async () => {
  const { tell, all, notes } = await port()
  await tell('detected', { id: 'a' })
  const copy = await tell('detected', { id: 'a' })
  assert.deepEqual([copy.status, copy.duplicate, copy.pending], [200, true, undefined])
  await tell('reported', { content: { ticketURI: 'https://tickets.example/345' } })
  const over = await tell('resolved', { content: { description: 'It works again' } })
  assert.equal(over.reason, 'Noted on “Payments fail”.')
  const [incident, ...others] = await all()
  assert.deepEqual([incident?.state, incident?.version, others.length], ['investigating', 1, 0])
  const [, , again, last] = await notes(incident?.id ?? '')
  assert.match(again ?? '', /reports it again.*https:\/\/tickets\.example\/345/s)
  assert.match(last ?? '', /The tool says that it is over.*It works again/s)
})

test('what has no component, no customers or no beginning is said so', async () => {
  const { tell, all, notes } = await port()
  await tell('detected', { subject: 'a', content: { service: { id: 'nobody' } } })
  await tell('detected', { subject: 'b', content: { environment: { id: 'staging' } } })
  await tell('detected', { subject: 'c', content: { service: undefined, description: undefined } })
  assert.equal((await tell('resolved', { subject: 'd' })).reason, 'It ends an incident that nobody told of.')
  const old = await tell('detected', { subject: 'e', timestamp: '2026-11-10T12:00:00Z' })
  assert.deepEqual([old.outcome, /more than a week/.test(old.reason)], ['ignored', true])
  const made = await all()
  const said = await Promise.all(
    made.map(async ({ id, cause }) => [cause, (await notes(id))[1]?.split('\n')[0]]),
  )
  assert.deepEqual(said.sort(), [
    ['unknown', 'It is about checkout in staging.'],
    ['unknown', 'It is about nobody, which is no component here.'],
    ['unknown', 'It is about something, which is no component here.'],
  ])
})

test('the release is the cause only where the tool names its version, or it is as near as for a person', async () => {
  const { ship, tell, all } = await port()
  const release = await recordByHand(ship, { component: 'checkout', version: '1.4.3' })
  ship.wait(300)
  await tell('detected', { subject: 'a' })
  await tell('detected', { subject: 'b', content: { artifactId: 'pkg:oci/checkout@1.4.3' } })
  const causes = (await all()).map(({ cause, cause_release_id }) => [cause, cause_release_id])
  assert.deepEqual(causes.sort(), [
    ['release', release.id],
    ['unknown', null],
  ])
})

test('what is said of a merged incident is noted where it went, and a deleted one stays deleted', async () => {
  const { ship, tell, all, notes } = await port()
  await tell('detected', { subject: 'a' })
  const [first] = await all()
  await tell('detected', { subject: 'b', content: { description: 'The same' } })
  const second = (await all()).find(({ title }) => title === 'The same')
  await mergeIncident(ship, second?.id ?? '', { into: first?.id ?? '' })
  assert.equal((await tell('resolved', { subject: 'b' })).reason, 'Noted on “Payments fail”.')
  assert.equal((await notes(first?.id ?? '')).length, 3)
  await deleteIncident(ship, first?.id ?? '')
  await tell('reported', { subject: 'a' })
  assert.equal(
    (await all()).filter(({ deleted_at }) => deleted_at === null).length,
    1,
    'a deleted one stays deleted',
  )
})

test('what came in a rush is logged after it, and one source does not speak for another', async () => {
  const { ship, source, tell, all } = await port()
  const other = await createSource(ship, { name: 'Another monitor', kind: 'cloudevents' })
  const context = { id: 'a', source: '/monitor', type: 'dev.cdevents.incident.detected.0.3.0' }
  const subject = { id: 'incident-1', content: { description: 'Elsewhere', service: { id: 'checkout' } } }
  const adapter = adapterFor('cloudevents') as Adapter
  const actor = { kind: 'source' as const, id: other.source.id, name: other.source.name }
  const body = Buffer.from(JSON.stringify({ context, subject }))
  const read = adapter.read?.({ headers: {}, body, received_at: ship.now().toISOString() })
  const json = read?.ok ? read.value : undefined
  const incoming = { headers: {}, body, received_at: ship.now().toISOString(), json }
  const item: Verified = { source: other.source, adapter, scope: '', actor, incoming }
  const pending = async () => {
    const [outcome] = await storeDeliveries(ship, [item])
    return outcome && 'acknowledged' in outcome ? outcome.acknowledged.pending : undefined
  }
  assert.equal(await pending(), true)
  await readWhatIsLeft(ship)
  assert.equal(await pending(), undefined, 'a copy hears what became of it')
  await tell('detected')
  const said = await ship.db.selectFrom('incident_notes').select(['actor_id', 'body']).execute()
  const first = said.filter(({ body }) => body === 'The tool calls this incident /monitor incident-1.')
  assert.deepEqual(first.map(({ actor_id }) => actor_id).sort(), [source.id, other.source.id].sort())
  assert.deepEqual((await all()).map(({ title }) => title).sort(), ['Elsewhere', 'Payments fail'])
})

test('a monitor gone wild opens 50 incidents and no more, until some of them are over', async () => {
  const { ship, source, tell } = await port()
  const open = () =>
    ship.db
      .selectFrom('incidents')
      .select((of) => of.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  const note = (key: number) => {
    const told = { type: 'detected', key: `/monitor ${key}`, service: null } as const
    const about = { environment: 'production', occurred_at: ship.now().toISOString() }
    return noteReport(ship, { source, told: { ...told, ...about }, component_id: null })
  }
  for (let each = 0; each < 49; each += 1) await note(each)
  assert.equal((await tell('detected', { subject: 'fifty' })).outcome, 'accepted')
  const more = await tell('detected', { subject: 'one more' })
  assert.equal(more.outcome, 'ignored')
  assert.match(more.reason, /50 incidents that this source told of are still open/)
  assert.equal((await tell('detected', { subject: 'fifty' })).outcome, 'accepted', 'what is known is noted')
  assert.equal(Number((await open()).n), 50)
  await ship.db.updateTable('incidents').set({ resolved_at: ship.now().toISOString() }).execute()
  assert.equal((await tell('detected', { subject: 'one more' })).outcome, 'accepted')
})
