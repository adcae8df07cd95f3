import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outages } from './outages.ts'

const skip = process.platform === 'linux' ? false : 'it needs strace'
const points = 300

test('whenever the power goes, what was acknowledged is on the disk, and the disk is whole', {
  skip,
}, async (t) => {
  const { points_lost, corrupt, ...outcome } = await outages(t, { points })
  t.diagnostic(JSON.stringify(outcome))
  assert.deepEqual({ points_lost, corrupt }, { points_lost: 0, corrupt: 0 })
  assert.ok(outcome.points >= points)
})

test('a store that commits without a sync is found out by the same outages', { skip }, async (t) => {
  const outcome = await outages(t, { points: 100, wrong: 'normal' })
  t.diagnostic(JSON.stringify(outcome))
  assert.ok(outcome.points_lost > outcome.points / 2)
})
