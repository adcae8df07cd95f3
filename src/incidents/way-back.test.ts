import assert from 'node:assert/strict'
import { test } from 'node:test'
import { northwind } from '../testing/northwind.ts'
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
