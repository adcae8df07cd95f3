import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decidedAt, secondsTaken } from './model.ts'

const at = (clock: string) => `2026-11-23T${clock}:00.000Z`
const times = (
  kind: string,
  asked_at: string | null,
  started_at: string | null,
  live_at: string | null = at('14:36'),
) => ({ kind, asked_at, started_at, live_at })

test('a rollback took from when it was asked for, else from its start, else nobody knows how long', () => {
  const asked = times('rollback', at('14:31'), at('14:33'))
  assert.deepEqual([decidedAt(asked), secondsTaken(asked)], [at('14:31'), 300])
  assert.equal(secondsTaken(times('rollback', at('14:31'), null)), 300)
  assert.equal(secondsTaken(times('rollback', null, at('14:33'))), 180)
  assert.equal(secondsTaken(times('rollback', null, null)), null)
  assert.equal(secondsTaken(times('rollback', at('14:31'), at('14:33'), null)), null)
})

test('anything else took from its start, also when it answered a request for a rollback', () => {
  for (const kind of ['deploy', 'redeploy', 'config', 'flag']) {
    assert.equal(secondsTaken(times(kind, at('14:31'), at('14:33'))), 180, kind)
    assert.equal(secondsTaken(times(kind, at('14:31'), null)), null, kind)
  }
})

test('two clocks that disagree make the time unknown, and never less than nothing', () => {
  assert.equal(secondsTaken(times('rollback', at('14:37'), at('14:33'))), null)
  assert.equal(secondsTaken(times('rollback', at('14:36'), at('14:33'))), 0)
  assert.equal(secondsTaken(times('deploy', null, at('14:37'))), null)
})
