import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markDrill } from '../releases/drills.ts'
import { en } from '../site/words/en.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { cardOf } from './card.ts'
import { listPublicIncidents, publicIncident } from './public.ts'
import { waysBack } from './remedy.ts'

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
