import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markDrill } from '../releases/drills.ts'
import { editSite } from '../site/actions.ts'
import { readSite } from '../site/store.ts'
import { en } from '../site/words/en.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { declareIncident } from './actions.ts'
import { cardOf } from './card.ts'
import { listPublicIncidents, publicIncident } from './public.ts'
import { waysBack } from './remedy.ts'
import { suspectsFor } from './suspects.ts'

async function withCause() {
  const shop = await northwind()
  await shop.release('checkout', '1.0')
  const cause = await shop.release('checkout', '2.0')
  const state = async () => (await waysBack(shop.ship, [cause])).get(cause)?.state ?? null
  return { ...shop, cause, state }
}

test('a rollback that waits for its turn or for approval has not begun', async () => {
  const { ship, say, state } = await withCause()
  ship.wait(10)
  await say('checkout', 'release.queued', { version: '1.0', run: 'back' })
  assert.equal(await state(), null)
  await say('checkout', 'release.waiting', { version: '1.0', run: 'back' })
  assert.equal(await state(), null)
  await say('checkout', 'release.started', { version: '1.0', run: 'back' })
  assert.equal(await state(), 'rolling_back')
})

test('a rollback that fell silent is not said to be under way, until it speaks again', async () => {
  const { ship, say, state } = await withCause()
  ship.wait(1)
  await say('checkout', 'release.started', { version: '1.0', run: 'back' })
  ship.wait(59)
  assert.equal(await state(), 'rolling_back')
  ship.wait(2)
  assert.equal(await state(), null)
  await say('checkout', 'release.succeeded', { version: '1.0', run: 'back' })
  assert.equal(await state(), 'rolled_back')
})

test('what a rollback usually takes is learnt where it happens, not in a rehearsal', async () => {
  const { ship, cause, say } = await withCause()
  for (const version of ['1.0', '2.0', '1.0']) {
    ship.wait(10)
    await say('checkout', 'release.started', { version, run: `${version} at ${ship.now()}` }, 'staging')
    const run = `${version} at ${ship.now()}`
    ship.wait(1)
    await say('checkout', 'release.succeeded', { version, run }, 'staging')
  }
  await say('checkout', 'release.started', { version: '1.0', run: 'back' })
  assert.equal((await waysBack(ship, [cause])).get(cause)?.usual_seconds, null)
})

test('a drill is nobody’s way back, not even from what caused an incident', async () => {
  const { ship, say, state } = await withCause()
  ship.wait(10)
  await say('checkout', 'release.started', { version: '1.0', run: 'back', kind: 'rollback' })
  const drill = await say('checkout', 'release.succeeded', { version: '1.0', run: 'back', kind: 'rollback' })
  assert.equal(await state(), 'rolled_back')
  await markDrill(ship, drill, true)
  assert.equal(await state(), null)
})

test('how far a way back is, is measured as it will be told: from when it was asked for', async () => {
  const { ship } = await northwindInTrouble()
  const [{ id } = { id: '' }] = (await listPublicIncidents(ship, { limit: 1 })).data
  const progress = async () => cardOf(await publicIncident(ship, id), ship.now().toISOString(), en).progress
  assert.deepEqual(await progress(), { value: 120, max: 180 })
  const asked = { asked_at: '2026-11-23T12:32:30.000Z' }
  await ship.db.updateTable('releases').set(asked).where('live_at', 'is', null).execute()
  assert.deepEqual(await progress(), { value: 150, max: 180 })
})

test('the way back from a canary says how many ever had it, to customers only where operators want it', async () => {
  const { ship, say, release } = await northwind()
  await release('checkout', '1.0')
  ship.wait(60)
  const cause_release_id = await say('checkout', 'release.succeeded', { version: '2.0', percent: 25 })
  ship.wait(5)
  const { id } = await declareIncident(ship, {
    title: 'Carts are empty',
    body: 'x',
    cause: 'release',
    cause_release_id,
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  await say('checkout', 'exposure.changed', { version: '2.0', percent: 0 })
  const way = (await waysBack(ship, [cause_release_id])).get(cause_release_id)
  assert.deepEqual(
    [way?.state, way?.most_percent, way?.rolled_back_at],
    ['rolled_back', 25, ship.now().toISOString()],
  )
  assert.equal((await publicIncident(ship, id)).rollback?.most_percent, null)
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, public_percent: 'shown' })
  assert.equal((await publicIncident(ship, id)).rollback?.most_percent, 25)
})

test('a drill ends no incident and is not likely to have caused one, and how long it took is what is usual', async () => {
  const { ship, say, cause, state, components } = await withCause()
  ship.wait(60)
  await say('checkout', 'release.started', { version: '1.0', run: 'drill', drill: true })
  ship.wait(4)
  const drill = await say('checkout', 'release.succeeded', { version: '1.0', run: 'drill' })
  assert.equal(await state(), null)
  ship.wait(1)
  const started_at = ship.now().toISOString()
  const suspects = await suspectsFor(ship, { started_at, component_ids: [components.checkout.id] })
  assert.deepEqual(
    suspects.filter(({ likely }) => likely).map(({ release_id }) => release_id),
    [],
  )
  assert.ok(suspects.some(({ release_id }) => release_id === drill))
  assert.ok(suspects.some(({ release_id }) => release_id === cause))
  const next = await say('checkout', 'release.succeeded', { version: '3.0' })
  ship.wait(60)
  await say('checkout', 'release.started', { version: '1.0', run: 'back' })
  assert.equal((await waysBack(ship, [next])).get(next)?.usual_seconds, 240)
})
