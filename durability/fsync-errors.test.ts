import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventFor, pause, prepareStore, startIntake } from '../e2e/intake.ts'
import { type Answered, keepPosting } from '../e2e/posting.ts'
import { scratch } from '../scripts/scratch.ts'
import { outages } from './outages.ts'
import { tracing } from './write-log.ts'

const skip = process.platform === 'linux' ? false : 'it needs strace'

test('what a disk could not sync is not acknowledged, and is tried anew once it can', { skip }, async (t) => {
  const inject = 'fsync,fdatasync:error=EIO:when=20..90+7'
  const { points_lost, corrupt, ...outcome } = await outages(t, { points: 150, inject })
  t.diagnostic(JSON.stringify(outcome))
  assert.deepEqual({ points_lost, corrupt }, { points_lost: 0, corrupt: 0 })
  assert.ok(outcome.refused > 0)
})

test('senders are told to come again, as problem JSON, while the disk fails', { skip }, async (t) => {
  const store = await prepareStore(scratch(t))
  const under = tracing('/dev/null', 'fsync,fdatasync:error=EIO:when=10+')
  const server = await startIntake(store, { under })
  const refused: Answered[] = []
  const load = keepPosting({
    origin: server.origin,
    authorization: store.authorization,
    bodyFor: eventFor,
    connections: 2,
    at_once: 1,
    pause: 20,
    answered: (answer) => answer.status !== 202 && refused.push(answer),
  })
  while (refused.length < 10) await pause(20)
  await load.stop()
  await server.end()
  for (const { status, headers } of refused) {
    assert.equal(status, 503)
    assert.match(headers, /^retry-after: \d+/im)
    assert.match(headers, /^content-type: application\/problem\+json/im)
  }
})
