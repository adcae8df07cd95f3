import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWithFront } from '../testing/front.ts'
import { northwindInTrouble } from '../testing/northwind.ts'

test('a page that fails by itself is answered as it was, and no other page with it', async (t) => {
  const { ship } = await northwindInTrouble()
  const { ask, meanwhile, close } = await startWithFront(ship)
  t.after(close)
  await ask('/')
  await ask('/releases')
  ship.wait(12)
  meanwhile.work = () => {
    throw new Error('on purpose')
  }
  assert.equal((await ask('/releases')).headers.age, '720')
  meanwhile.work = () => {}
  assert.equal((await ask('/')).headers.age, undefined)
})
