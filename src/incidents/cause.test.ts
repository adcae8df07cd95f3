import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import type { Tables } from '../platform/tables.ts'
import { recordEvents } from '../releases/actions.ts'
import { usualSeconds } from '../releases/usual.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { type World, world } from '../testing/world.ts'
import { declareIncident, editIncident } from './actions.ts'
import { offeredUpdate, waysBack } from './remedy.ts'
import { incidentById } from './store.ts'
import { reasonFor } from './suspect-words.ts'
import { suspectsFor } from './suspects.ts'

const noon = '2026-11-23T12:00:00.000Z'
const today = (clock: string) => `2026-11-23T${clock}${clock.length === 5 ? ':00' : ''}.000Z`

test('suspects are those on an affected component first, then nearest to the start', async () => {
  const { ship, checkout, storefront } = await shop()
  await release(ship, checkout.id, 'far', { live_at: today('09:00') })
  await release(ship, storefront.id, 'other', { live_at: today('11:58') })
  await release(ship, checkout.id, 'near', { live_at: today('11:56') })
  const suspects = await suspectsFor(ship, { started_at: noon, component_ids: [checkout.id] })
  assert.deepEqual(
    suspects.map((one) => [one.version, one.affected, one.likely]),
    [
      ['near', true, true],
      ['far', true, false],
      ['other', false, false],
    ],
  )
  assert.deepEqual(
    suspects.map((one) => reasonFor(one, { started_at: noon, time_zone: 'Europe/Tallinn' })),
    [
      'reached customers 13:56, 4 min before the start, on an affected component',
      'reached customers 11:00, 3 h before the start, on an affected component',
      'reached customers 13:58, 2 min before the start, on another component',
    ],
  )
})

test('nobody is likely on another component, nor after an hour', async () => {
  const { ship, checkout, storefront } = await shop()
  await release(ship, storefront.id, 'other', { live_at: today('11:58') })
  await release(ship, checkout.id, 'old', { live_at: today('10:58') })
  const of = async (component_ids: string[]) => {
    const suspects = await suspectsFor(ship, { started_at: noon, component_ids })
    return suspects.filter((one) => one.likely).map((one) => one.version)
  }
  assert.deepEqual(await of([checkout.id]), [])
  assert.deepEqual(await of([]), [])
  assert.deepEqual(await of([storefront.id]), ['other'])
})

test('who came after the start, long before, as backfill, undone in time or never in production is nobody’s suspect', async () => {
  const { ship, checkout } = await shop()
  await release(ship, checkout.id, 'after', { live_at: today('12:01') })
  await release(ship, checkout.id, 'days ago', { live_at: '2026-11-22T11:59:00.000Z' })
  await release(ship, checkout.id, 'backfill', { live_at: today('11:50'), backfilled_at: noon })
  await release(ship, checkout.id, 'undone', { live_at: today('11:40'), undone_at: today('11:50') })
  await release(ship, checkout.id, 'unseen', { started_at: today('11:50'), live_at: null, state: 'running' })
  await release(ship, checkout.id, 'rehearsal', { live_at: today('11:50'), environment_id: 'staging' })
  assert.deepEqual(await suspectsFor(ship, { started_at: noon, component_ids: [checkout.id] }), [])
})

test('what only part of the customers had counts, and what was undone later too', async () => {
  const { ship, checkout } = await shop()
  await release(ship, checkout.id, 'canary', {
    first_exposed_at: today('11:50'),
    live_at: null,
    state: 'rolled_back',
    undone_at: today('12:10'),
  })
  const [canary] = await suspectsFor(ship, { started_at: noon, component_ids: [checkout.id] })
  assert.deepEqual([canary?.reached, canary?.likely], ['some', true])
})

test('a release that went out in steps says when the first customers got it, and when all of them', async () => {
  const { ship, checkout } = await shop()
  await release(ship, checkout.id, '2.0', { first_exposed_at: today('09:53'), live_at: today('11:56') })
  const [suspect] = await suspectsFor(ship, { started_at: noon, component_ids: [checkout.id] })
  assert.equal(
    suspect && reasonFor(suspect, { started_at: noon, time_zone: 'UTC' }),
    'reached customers 09:53 and all of them 11:56, 4 min before the start, on an affected component',
  )
  assert.equal(suspect?.likely, true)
})

test('a start typed in minutes is any moment of that minute', async () => {
  const { ship, checkout } = await shop()
  await release(ship, checkout.id, 'just now', { live_at: today('12:00:20') })
  const [suspect] = await suspectsFor(ship, { started_at: noon, component_ids: [checkout.id] })
  assert.equal(suspect?.version, 'just now')
  const reason = suspect && reasonFor(suspect, { started_at: noon, time_zone: 'UTC' })
  assert.equal(reason, 'reached customers 12:00, within a minute of the start, on an affected component')
})

test('a rollback of the cause shows while it runs and when it is done, and then an update is offered', async () => {
  const { ship, checkout } = await shop()
  const old = await release(ship, checkout.id, '2.13.4', { live_at: '2026-11-20T12:00:00.000Z' })
  const cause = await release(ship, checkout.id, '2.14.0', { live_at: today('11:56') })
  const title = { title: 'Cards fail', body: 'Looking.', cause_release_id: cause }
  const { id } = await declareIncident(ship, {
    ...title,
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  const way = async () => (await waysBack(ship, [cause])).get(cause)
  assert.equal(await way(), undefined)

  const back = await release(ship, checkout.id, '2.13.4', {
    kind: 'rollback',
    state: 'running',
    started_at: today('12:02'),
    live_at: null,
  })
  assert.deepEqual(
    [(await way())?.state, (await way())?.to_version, (await way())?.usual_seconds],
    ['rolling_back', '2.13.4', null],
  )
  assert.equal(offeredUpdate(await incidentById(ship, id), await way(), 'UTC'), null)

  const finished = {
    state: 'succeeded',
    live_at: today('12:06'),
    reverts_release_id: cause,
    restores_release_id: old,
  }
  await change(ship, back, finished)
  await change(ship, cause, { undone_by_release_id: back, undone_at: today('12:06') })
  assert.deepEqual([(await way())?.state, (await way())?.took_seconds], ['rolled_back', 240])
  const offer = offeredUpdate(await incidentById(ship, id), await way(), 'Europe/Tallinn')
  assert.deepEqual(
    [offer?.state, offer?.remedy, offer?.remedy_release_id],
    ['monitoring', 'rolled_back', old],
  )
  assert.match(offer?.body ?? '', /^We rolled Checkout back to 2\.13\.4 at 14:06\. It took 4 min\./)
  assert.equal((await incidentById(ship, id)).remedy, null)

  await editIncident(ship, id, { remedy: 'other' })
  assert.equal(offeredUpdate(await incidentById(ship, id), await way(), 'UTC'), null)
})

test('a rollback that failed is no way back, and one of another release is not ours', async () => {
  const { ship, checkout } = await shop()
  const cause = await release(ship, checkout.id, '2.14.0', { live_at: today('11:00') })
  await release(ship, checkout.id, '2.13.4', {
    kind: 'rollback',
    state: 'failed',
    started_at: today('11:10'),
    live_at: null,
  })
  const later = await release(ship, checkout.id, '2.15.0', { live_at: today('11:20') })
  await release(ship, checkout.id, '2.14.0', {
    kind: 'rollback',
    reverts_release_id: later,
    live_at: today('11:30'),
  })
  assert.equal((await waysBack(ship, [cause, null])).size, 0)
})

test('what tools report is enough: the suspect, the running way back and its end', async () => {
  const { ship, checkout } = await shop({ bare: true })
  const report = (type: CanonicalEvent['type'], run_key: string, version: string) =>
    recordEvents(ship, {
      source_id: 'hand',
      scope: '',
      delivery_id: null,
      received_at: ship.now().toISOString(),
      events: [
        {
          type,
          run_key,
          service: 'checkout',
          environment: 'production',
          occurred_at: ship.now().toISOString(),
          facts: { version },
        },
      ],
      placeFor: async () => ({ component_id: checkout.id }),
    })
  await report('release.succeeded', 'one', '2.13.4')
  ship.wait(600)
  await report('release.started', 'two', '2.14.0')
  ship.wait(5)
  await report('release.succeeded', 'two', '2.14.0')
  ship.wait(4)
  const started_at = ship.now().toISOString()
  const [suspect] = await suspectsFor(ship, { started_at, component_ids: [checkout.id] })
  assert.deepEqual([suspect?.version, suspect?.likely], ['2.14.0', true])

  const cause = suspect?.release_id ?? ''
  const way = async () => (await waysBack(ship, [cause])).get(cause)
  ship.wait(3)
  await report('release.started', 'three', '2.13.4')
  assert.deepEqual([(await way())?.state, (await way())?.to_version], ['rolling_back', '2.13.4'])
  ship.wait(2)
  await report('release.succeeded', 'three', '2.13.4')
  assert.deepEqual([(await way())?.state, (await way())?.took_seconds], ['rolled_back', 120])
  const later = ship.now().toISOString()
  const suspects = await suspectsFor(ship, { started_at: later, component_ids: [checkout.id] })
  assert.ok(!suspects.some((one) => one.release_id === cause))
})

test('going back over several releases takes the cause away too, while it runs already', async () => {
  const { ship, checkout } = await shop()
  const old = await release(ship, checkout.id, '1', { live_at: today('08:00') })
  const cause = await release(ship, checkout.id, '2', { live_at: today('09:00') })
  const newest = await release(ship, checkout.id, '3', { live_at: today('10:00') })
  const running = { kind: 'rollback', state: 'running', live_at: null, lane_at: today('11:00') }
  const back = await release(ship, checkout.id, '1', {
    ...running,
    reverts_release_id: newest,
    restores_release_id: old,
  })
  assert.equal((await waysBack(ship, [cause])).get(cause)?.state, 'rolling_back')
  await change(ship, back, { restores_release_id: cause })
  assert.equal((await waysBack(ship, [cause])).get(cause), undefined)
})

test('a canary that undid itself is its own way back', async () => {
  const { ship, checkout } = await shop()
  const cause = await release(ship, checkout.id, '2.14.0', {
    state: 'rolled_back',
    live_at: null,
    first_exposed_at: today('11:50'),
    finished_at: today('11:58'),
    previous_version: '2.13.4',
  })
  const way = (await waysBack(ship, [cause])).get(cause)
  assert.deepEqual(
    [way?.state, way?.to_version, way?.rolled_back_at],
    ['rolled_back', '2.13.4', today('11:58')],
  )
})

test('the usual way back is the median of the last five', async () => {
  const { ship, checkout } = await shop()
  assert.equal(await usualSeconds(ship, { component_id: checkout.id, environment_id: 'production' }), null)
  for (const [day, minutes] of [50, 1, 2, 9, 4, 3].entries()) {
    await release(ship, checkout.id, `r${day}`, {
      kind: 'rollback',
      started_at: `2026-11-1${day}T12:00:00.000Z`,
      live_at: `2026-11-1${day}T12:0${minutes % 10}:00.000Z`,
    })
  }
  assert.equal(await usualSeconds(ship, { component_id: checkout.id, environment_id: 'production' }), 180)
})

async function shop({ bare = false } = {}) {
  const ship = await world()
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const storefront = await createComponent(ship, { name: 'Storefront' })
  if (bare) return { ship, checkout, storefront }
  const env = { position: 0, created_at: noon }
  const { db } = ship
  await db
    .insertInto('sources')
    .values(source)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  await db.deleteFrom('environments').execute()
  await db
    .insertInto('environments')
    .values({ ...env, id: 'production', name: 'production', tier: 'production' })
    .execute()
  await db
    .insertInto('environments')
    .values({ ...env, id: 'staging', name: 'staging', tier: 'staging' })
    .execute()
  return { ship, checkout, storefront }
}

const source = {
  id: 'source-test',
  kind: 'github',
  name: 'GitHub',
  settings: '{}',
  seen_at: null,
  last_error: null,
  last_error_at: null,
  disabled_at: null,
  version: 1,
  created_at: noon,
  updated_at: noon,
}

let runs = 0

/** A release as the fold would leave it: succeeded and live, unless told otherwise. */
async function release(
  ship: World,
  component_id: string,
  version: string,
  fields: Partial<Tables['releases']>,
) {
  const id = `release${String(++runs).padStart(5, '0')}`
  const row = {
    id,
    source_id: source.id,
    scope: '',
    run_key: id,
    component_id,
    environment_id: 'production',
    version,
    kind: 'deploy',
    kind_by: 'inferred',
    state: 'succeeded',
    attempt: 1,
    first_exposed_at: fields.live_at ?? null,
    last_event_at: fields.live_at ?? noon,
    lane_at: fields.live_at ?? noon,
    created_at: noon,
    updated_at: noon,
    ...fields,
  }
  await ship.db
    .insertInto('releases')
    .values(row as Tables['releases'])
    .execute()
  return id
}

async function change(ship: World, id: string, fields: Partial<Tables['releases']>) {
  await ship.db.updateTable('releases').set(fields).where('id', '=', id).execute()
}
