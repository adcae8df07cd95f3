import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDatabase } from '../testing/nodes.ts'
import { trial } from '../testing/two-nodes.ts'
import { backwards, type Seen } from '../testing/two-nodes-load.ts'

test('two nodes, killed in turn under load, lose nothing that was acknowledged and take over within ten seconds', async (t) => {
  const { seen, lost, takeovers, ...found } = await trial(await freshDatabase(), { kills: 3 })
  t.diagnostic(JSON.stringify({ ...found, takeovers, looks: seen.length }))
  assert.deepEqual(lost, [])
  assert.ok(found.lies_lost > 0, 'what a node acknowledged before it was stored was not missed')
  assert.ok(found.acknowledged > 5, `only ${found.acknowledged} were acknowledged`)
  assert.ok(takeovers.length > 0 && takeovers.every((took) => took !== null && took < 10_000))
  assert.deepEqual([found.all_sent, found.too_many, found.backwards], [true, [], 0])
})

test('a reader who is shown an older story than before is counted', () => {
  const look = (at: number, node: number, step: number): Seen => ({ at, node, step })
  assert.equal(
    backwards([look(0, 0, 1), look(10, 1, 1), look(20, 0, 2), look(900, 1, 1), look(1500, 1, 2)]),
    0,
  )
  assert.equal(backwards([look(0, 0, 2), look(10, 0, 1)]), 1)
  assert.equal(backwards([look(0, 0, 2), look(1500, 1, 1)]), 1)
})
