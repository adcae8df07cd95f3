import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent, editComponent } from '../components/actions.ts'
import { publicComponents } from '../components/public.ts'
import { listPublicReleases, publicRelease } from '../releases/public.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { declareIncident, deleteIncident, restoreIncident } from './actions.ts'
import { currentPublicIncidents, listPublicIncidents, publicIncident } from './public.ts'
import { PublicIncident } from './public-fields.ts'
import { deleteUpdate, postUpdate } from './updates.ts'

const notFound = { code: 'not-found' }
const begin = '2026-01-01T00:00:00.000Z'

test('an open incident shows its cause and the way back, and not the component that is private', async () => {
  const { ship, incident, cause } = await northwindInTrouble()
  const shown = await publicIncident(ship, incident.id)
  assert.deepEqual(
    shown.components.map(({ slug, status }) => [slug, status]),
    [
      ['payments-api', 'degraded_performance'],
      ['checkout', 'partial_outage'],
    ],
  )
  assert.equal(shown.cause_release?.id, cause)
  assert.deepEqual(
    [shown.rollback?.state, shown.rollback?.to_version, shown.rollback?.usual_seconds],
    ['rolling_back', '2.13.4', 180],
  )
  // derived from what may be named: the ledger's major outage would make it critical
  assert.equal(shown.impact, 'major')
  assert.ok(shown.updates.every((update) => update.components.every((one) => one.slug !== 'ledger')))
})

test('the projection holds nothing but its own fields', async () => {
  const { ship } = await northwindInTrouble()
  const { data } = await listPublicIncidents(ship, { limit: 50 })
  for (const incident of data) assert.deepEqual(PublicIncident.strict().parse(incident), incident)
  const text = JSON.stringify(data)
  for (const secret of ['Ada', 'actor', 'Ledger', 'ledger']) assert.ok(!text.includes(secret), secret)
})

test('an incident that names only private components is not public, one that names none is', async () => {
  const { ship } = await northwind()
  const hidden = await declareIncident(ship, {
    title: 'Books do not balance',
    body: 'x',
    components: [{ component: 'ledger', status: 'major_outage' }],
  })
  const general = await declareIncident(ship, { title: 'The office has no power', body: 'x' })
  await assert.rejects(publicIncident(ship, hidden.id), notFound)
  assert.equal((await publicIncident(ship, general.id)).title, 'The office has no power')
  const { data } = await listPublicIncidents(ship, { limit: 50 })
  assert.deepEqual(
    data.map(({ id }) => id),
    [general.id],
  )
})

test('an incident that only an update ties to a private component is not public either', async () => {
  const { ship } = await northwind()
  const incident = await declareIncident(ship, { title: 'Something is slow', body: 'x' })
  ship.wait(5)
  const update = await postUpdate(ship, incident.id, {
    body: 'It is the ledger.',
    components: [{ component: 'ledger', status: 'operational' }],
  })
  await assert.rejects(publicIncident(ship, incident.id), notFound)
  await deleteUpdate(ship, incident.id, update.id)
  await assert.rejects(publicIncident(ship, incident.id), notFound, 'once tied, always tied')
})

test('what is not published or was deleted is not public, and hurts no component on the page', async () => {
  const { ship, incident } = await northwindInTrouble()
  const hurt = async () =>
    (await publicComponents(ship)).filter((one) => one.status !== 'operational').map((one) => one.slug)
  assert.deepEqual(await hurt(), ['checkout', 'payments-api'])
  await ship.db.updateTable('incidents').set({ published_at: null }).where('id', '=', incident.id).execute()
  await assert.rejects(publicIncident(ship, incident.id), notFound)
  assert.deepEqual(await hurt(), [])
  await ship.db.updateTable('incidents').set({ published_at: begin }).where('id', '=', incident.id).execute()

  await deleteIncident(ship, incident.id)
  await assert.rejects(publicIncident(ship, incident.id), notFound)
  assert.deepEqual(await currentPublicIncidents(ship, '2026-11-23T00:00:00.000Z'), [])
  assert.deepEqual(await hurt(), [])
  await restoreIncident(ship, incident.id)
  assert.equal((await publicIncident(ship, incident.id)).id, incident.id)
})

test('a deleted update is not read to the public', async () => {
  const { ship, incident } = await northwindInTrouble()
  const [newest] = (await publicIncident(ship, incident.id)).updates
  await deleteUpdate(ship, incident.id, newest?.id ?? '')
  assert.equal((await publicIncident(ship, incident.id)).updates.length, 1)
})

test('a cause that is private, or in another environment, is not named, nor why it had no way back', async () => {
  const { ship, release, say } = await northwind()
  const causes = [
    await release('ledger', '3.0.0'),
    await say('checkout', 'release.succeeded', { version: '9.9.9' }, 'staging'),
  ]
  for (const cause_release_id of causes) {
    const incident = await declareIncident(ship, {
      title: 'Orders are late',
      body: 'x',
      cause: 'release',
      cause_release_id,
      components: [{ component: 'checkout', status: 'degraded_performance' }],
    })
    ship.wait(30)
    await postUpdate(ship, incident.id, {
      state: 'resolved',
      body: 'Over.',
      remedy: 'rolled_forward',
      remedy_reason: 'The ledger 3.0.0 moved the books.',
    })
    const shown = await publicIncident(ship, incident.id)
    assert.deepEqual(
      [shown.cause, shown.cause_release, shown.rollback, shown.remedy, shown.remedy_reason],
      ['unknown', null, null, null, null],
    )
    await assert.rejects(publicRelease(ship, cause_release_id), notFound)
  }
})

test('why a release could not be rolled back is told with the incident and with the release', async () => {
  const { ship, release } = await northwind()
  const cause_release_id = await release('payments', '8.1.0')
  const incident = await declareIncident(ship, {
    title: 'Payments are partly down',
    body: 'x',
    cause: 'release',
    cause_release_id,
    components: [{ component: 'payments-api', status: 'partial_outage' }],
  })
  ship.wait(52)
  const remedy_reason = 'The migration cannot be undone.'
  await postUpdate(ship, incident.id, {
    state: 'resolved',
    body: 'x',
    remedy: 'rolled_forward',
    remedy_reason,
  })
  assert.equal((await publicIncident(ship, incident.id)).remedy_reason, remedy_reason)
  assert.equal((await publicRelease(ship, cause_release_id)).rolled_forward_reason, remedy_reason)
})

test('a component that turns private takes its incidents and releases with it; an archived one does not', async () => {
  const { ship, components, incident } = await northwindInTrouble()
  const { checkout, payments } = components
  await archiveComponent(ship, checkout.id)
  const archived = (await publicIncident(ship, incident.id)).components.find(
    ({ slug }) => slug === 'checkout',
  )
  assert.equal(archived?.archived, true)
  assert.deepEqual(
    (await publicComponents(ship)).map(({ slug }) => slug),
    ['storefront', 'payments-api'],
  )
  for (const { id } of [checkout, payments]) {
    await ship.db.updateTable('components').set({ visibility: 'private' }).where('id', '=', id).execute()
  }
  await assert.rejects(publicIncident(ship, incident.id), notFound)
  const log = await listPublicReleases(ship, { limit: 100 })
  assert.deepEqual([...new Set(log.data.map((release) => release.component.slug))], ['storefront'])
  await editComponent(ship, payments.id, { visibility: 'public' })
  assert.equal((await publicIncident(ship, incident.id)).cause_release, null)
})

test('the list pages through everything once, newest first', async () => {
  const { ship } = await northwindInTrouble()
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await listPublicIncidents(ship, { limit: 1, cursor })
    seen.push(...page.data.map(({ title }) => title))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  assert.deepEqual(seen, [
    'Card payments fail for some customers',
    'Search results were out of date',
    'Checkout is down',
  ])
  await assert.rejects(listPublicIncidents(ship, { limit: 1, cursor: 'nothing' }), notFound)
})
