import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublicRelease } from '../releases/public.ts'
import { wordsFor } from '../site/words/index.ts'
import { logLine } from './log.ts'
import { rollbackRows, sentence } from './rollbacks.ts'

const t = wordsFor('en')
const at = (clock: string) => `2026-11-23T${clock}:00.000Z`
const plain: PublicRelease = {
  id: 'r1',
  component: { id: 'c1', slug: 'checkout', name: 'Checkout', archived: false },
  environment: 'production',
  version: '2.14.0',
  kind: 'deploy',
  state: 'succeeded',
  percent: null,
  percent_shown: true,
  most_percent: null,
  dark_at: null,
  asked_at: null,
  drill_at: null,
  started_at: at('11:35'),
  first_exposed_at: at('12:02'),
  live_at: at('12:02'),
  finished_at: at('12:02'),
  undone_at: null,
  replaced_at: null,
  took_seconds: 1620,
  at: at('12:02'),
  reverts_release_id: null,
  reverts_version: null,
  reverts_took_seconds: null,
  reverts_most_percent: null,
  restores_release_id: null,
  undone_by_release_id: null,
  undone_by_version: null,
  incident: null,
  rolled_forward_reason: null,
}
const back: PublicRelease = {
  ...plain,
  kind: 'rollback',
  version: '2.13.4',
  reverts_release_id: 'r0',
  reverts_version: '2.14.0',
  reverts_took_seconds: 1620,
  took_seconds: 180,
}

function told(release: Partial<PublicRelease>, from = plain) {
  const { verb, tone, versions, details } = logLine({ ...from, ...release }, false, t)
  return [verb, tone, versions, ...details]
}

test('each kind and state of a release has its verb', () => {
  assert.deepEqual(told({}), ['Released', '', '2.14.0'])
  assert.deepEqual(told({ kind: 'redeploy' }), ['Released again', '', '2.14.0'])
  assert.deepEqual(told({ kind: 'flag' }), ['Flag changed', '', '2.14.0'])
  assert.deepEqual(told({ state: 'canary', percent: 10, live_at: null }), [
    '10% of customers',
    'partly',
    '2.14.0',
  ])
  assert.deepEqual(told({ state: 'dark', live_at: null }), ['Dark launch', 'partly', '2.14.0'])
  assert.deepEqual(told({ state: 'failed', live_at: null, percent: 5 }), [
    'Failed',
    'failed',
    '2.14.0',
    'seen by 5% of customers',
  ])
  assert.deepEqual(told({ state: 'rolled_back', live_at: null, percent: 25 }), [
    'Taken back',
    'rollback',
    '2.14.0',
    'seen by 25% of customers',
  ])
  assert.deepEqual(told({ version: null }), ['Released', '', 'no version'])
})

test('how many have it is told only where the operators want it', () => {
  const hidden = { percent_shown: false, live_at: null }
  const words = (release: Partial<PublicRelease>, from = plain) => told({ ...hidden, ...release }, from)
  assert.equal(words({ state: 'canary', percent: 10 })[0], 'Part of the customers')
  assert.equal(words({ state: 'failed', percent: 5 }).at(-1), 'seen by part of the customers')
  assert.equal(words({ state: 'failed', first_exposed_at: null }).at(-1), '2.14.0')
  assert.equal(words({ state: 'rolled_back', percent: 0 }).at(-1), 'seen by part of the customers')
  assert.equal(words({ state: 'running', percent: 10 }, back).at(-1), 'part of the customers so far')
})

test('what was taken back says the most that ever had it, and so does the way back from it', () => {
  const taken = { state: 'rolled_back', live_at: null, percent: 0, most_percent: 25 } as const
  assert.equal(told(taken).at(-1), 'seen by 25% of customers')
  assert.equal(told({ reverts_most_percent: 25 }, back).at(-1), 'seen by 25% of customers')
  assert.equal(told({ reverts_most_percent: 100 }, back).at(-1), 'in 3 min')
})

test('a drill is a line without alarm', () => {
  const drill = { ...back, drill_at: at('12:02') }
  assert.deepEqual(told({}, drill), ['Rollback drill', '', '2.14.0 → 2.13.4', 'in 3 min'])
  assert.deepEqual(told({ live_at: null, state: 'running' }, drill).at(-1), 'under way')
  assert.deepEqual(told({ live_at: null, state: 'failed' }, drill).at(-1), 'failed')
})

test('a flag without a version is a flag', () => {
  assert.deepEqual(told({ kind: 'flag', version: null }), ['Flag changed', '', 'a flag'])
})

test('a release that was undone says how long customers had it', () => {
  assert.deepEqual(told({ state: 'rolled_back', undone_at: at('12:33') }), [
    'Released',
    '',
    '2.14.0',
    'was out for 31 min',
  ])
})

test('a way back is told from start to end, and when it fails', () => {
  const under = { live_at: null, took_seconds: null }
  assert.deepEqual(told({}, back), ['Rolled back', 'rollback', '2.14.0 → 2.13.4', 'in 3 min'])
  assert.deepEqual(told({ ...under, state: 'running' }, back).slice(0, 3), [
    'Rolling back',
    'rollback',
    '2.14.0 → 2.13.4',
  ])
  assert.equal(told({ ...under, state: 'failed' }, back)[0], 'Rollback failed')
  assert.deepEqual(told({ ...under, state: 'lost' }, back).at(-1), 'no news for a while')
  assert.equal(told({ reverts_version: null }, back)[2], '2.13.4')
})

test('with more than one production environment each is named', () => {
  assert.deepEqual(logLine(plain, true, t).details, ['production'])
})

test('rollbacks are told in a sentence that never claims a time it does not know', () => {
  const took = (...seconds: (number | null)[]) => seconds.map((took_seconds) => ({ took_seconds }))
  assert.equal(
    sentence(took(180, 180, 1260), 61, t),
    'Three rollbacks in 90 days, out of 61 releases. Half were done within 3 min.',
  )
  assert.equal(sentence(took(240), 1, t), 'One rollback in 90 days, out of 1 release. It took 4 min.')
  assert.equal(sentence(took(null, null), 9, t), 'Two rollbacks in 90 days, out of 9 releases.')
  assert.equal(sentence([], 12, t), 'No rollbacks in 90 days, out of 12 releases.')
  assert.equal(sentence([], 0, t), 'No rollbacks yet')
})

test('the bars share one scale, and a way back slower than its release stands out', () => {
  const slow = { ...back, id: 'r2', took_seconds: 1260, reverts_took_seconds: 480, at: at('10:00') }
  const [first, second] = rollbackRows([slow, back], [], t)
  assert.deepEqual([first?.id, second?.id], ['r1', 'r2'])
  assert.ok(first?.possible && second?.possible)
  assert.deepEqual([first.bars, first.slow], [{ release: 220, back: 24 }, false])
  assert.deepEqual([second.bars, second.slow], [{ release: 65, back: 171 }, true])
})

test('a rollback whose times are unknown has no bars', () => {
  const [row] = rollbackRows([{ ...back, took_seconds: null, live_at: null, state: 'running' }], [], t)
  assert.ok(row?.possible)
  assert.deepEqual([row.bars, row.took], [null, 'under way'])
})
