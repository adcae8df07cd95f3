import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { test } from 'node:test'
import { startWithFront } from '../testing/front.ts'
import { northwindInTrouble } from '../testing/northwind.ts'

test('an answer is compressed once, however many wait for it', async (t) => {
  const { ship } = await northwindInTrouble()
  const { ask, front, close } = await startWithFront(ship)
  t.after(close)
  const begun: string[] = []
  const hook = createHook({ init: (_id, type) => void begun.push(type) }).enable()
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/', { 'accept-encoding': 'br' })))
  hook.disable()
  assert.equal(begun.filter((type) => type === 'ZLIB').length, 1)
  assert.equal(new Set(answers.map(({ body }) => body.toString('base64'))).size, 1)
  const [page] = front.renderings.ready.values()
  assert.equal(front.renderings.bytes, page?.size)
})
