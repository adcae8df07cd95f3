import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDatabase } from '../src/testing/nodes.ts'
import { trial } from '../src/testing/two-nodes.ts'

const kills = Number(process.env.KILLS ?? 100)

test(`two nodes, killed ${kills} times, lose nothing that was acknowledged`, {
  timeout: 600_000,
}, async (t) => {
  const { seen, lost, takeovers, ...found } = await trial(await freshDatabase(), { kills })
  const slowest = Math.max(...takeovers.map((took) => took ?? Number.POSITIVE_INFINITY))
  t.diagnostic(JSON.stringify({ ...found, slowest_takeover_ms: Math.round(slowest), looks: seen.length }))
  assert.deepEqual(lost, [])
  assert.ok(found.lies_lost > 0, 'what a node acknowledged before it was stored was not missed')
  assert.equal(takeovers.length, Math.ceil(kills / 2))
  assert.ok(slowest < 10_000)
  assert.deepEqual([found.all_sent, found.too_many, found.backwards], [true, [], 0])
})
