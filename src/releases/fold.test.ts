import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EventFacts, type EventType, eventTypes } from '../sources/events.ts'
import { foldRun } from './fold.ts'
import { isLost } from './model.ts'
import { effectiveTime, type RunEvent } from './order.ts'

let count = 0
/** An event at so many minutes after 10:00, heard of at once unless said otherwise. */
function at(minute: number, type: EventType, facts: EventFacts = {}, heard = minute): RunEvent {
  const occurred_at = clock(minute)
  const received_at = clock(heard)
  const id = String(++count).padStart(6, '0')
  return { id, type, facts, occurred_at, received_at, ...effectiveTime(occurred_at, received_at) }
}
const clock = (minute: number) => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString()

test('a run that starts and succeeds is live for everybody from then on', () => {
  const run = foldRun([at(0, 'release.started', { version: '1.4.3' }), at(4, 'release.succeeded')])
  assert.equal(run.state, 'succeeded')
  assert.equal(run.outcome, 'succeeded')
  assert.equal(run.version, '1.4.3')
  assert.equal(run.started_at, clock(0))
  assert.equal(run.first_exposed_at, clock(4))
  assert.equal(run.live_at, clock(4))
  assert.equal(run.finished_at, clock(4))
  assert.equal(run.deadline_at, null)
})

test('any first event makes the run, and a start that nobody told stays unknown', () => {
  const run = foldRun([at(4, 'release.failed', { version: '1.4.3' })])
  assert.equal(run.state, 'failed')
  assert.equal(run.started_at, null)
  assert.equal(run.finished_at, clock(4))
  assert.equal(run.live_at, null)
})

test('part of the customers is a canary, before success and after it, until 100', () => {
  const events = [at(0, 'release.started'), at(1, 'release.progress', { percent: 10 })]
  const running = foldRun(events)
  assert.deepEqual([running.state, running.outcome, running.percent], ['canary', null, 10])
  assert.equal(running.first_exposed_at, clock(1))

  events.push(at(5, 'release.succeeded'))
  const done = foldRun(events)
  assert.deepEqual([done.state, done.outcome, done.live_at], ['canary', 'succeeded', null])

  events.push(at(9, 'exposure.changed', { percent: 100 }))
  const full = foldRun(events)
  assert.deepEqual([full.state, full.live_at, full.first_exposed_at], ['succeeded', clock(9), clock(1)])
  assert.equal(full.finished_at, clock(5))
})

test('a dark release reaches nobody until it is promoted', () => {
  const events = [at(0, 'release.started', { dark: true }), at(3, 'release.succeeded')]
  const dark = foldRun(events)
  assert.deepEqual([dark.state, dark.live_at, dark.first_exposed_at], ['dark', null, null])
  events.push(at(8, 'exposure.changed', { dark: false }))
  const promoted = foldRun(events)
  assert.deepEqual([promoted.state, promoted.live_at], ['succeeded', clock(8)])
})

test('a percent between 0 and 1, or 99 and 100, never becomes none or all', () => {
  const reached = (percent: number) => foldRun([at(0, 'release.progress', { percent })]).percent
  assert.deepEqual([reached(0), reached(0.2), reached(99.8), reached(100)], [0, 1, 99, 100])
})

test('what a later event leaves out never wipes what is known, and what it says stands', () => {
  const run = foldRun([
    at(0, 'release.started', { urls: { run: 'https://ci/7' }, actor: { name: 'alice' } }),
    at(1, 'release.progress', { version: '1.4.3', urls: { commit: 'https://git/28e3' } }),
    at(2, 'release.succeeded', { actor: { name: 'bob' }, version: undefined }),
  ])
  assert.deepEqual([run.version, run.actor_name], ['1.4.3', 'bob'])
  assert.deepEqual([run.run_url, run.commit_url], ['https://ci/7', 'https://git/28e3'])
})

test('a lesser event after the end does not reopen the run', () => {
  for (const type of ['release.queued', 'release.waiting', 'release.started', 'release.progress'] as const) {
    const run = foldRun([at(0, 'release.failed'), at(5, type)])
    assert.deepEqual([run.state, run.started_at], ['failed', null], type)
  }
})

test('a higher attempt reopens the run, and a straggler of the first attempt does not count', () => {
  const events = [
    at(0, 'release.started', { attempt: 1, version: '1.4.3' }),
    at(2, 'release.failed', { attempt: 1 }),
    at(10, 'release.started', { attempt: 2 }),
    at(11, 'release.cancelled', { attempt: 1 }),
  ]
  const again = foldRun(events)
  assert.deepEqual([again.state, again.outcome, again.started_at], ['running', null, clock(10)])
  assert.equal(again.version, '1.4.3')
  events.push(at(14, 'release.succeeded'))
  assert.equal(foldRun(events).live_at, clock(14))
})

test('what a straggler of the first attempt says of its times and customers is not said of the second', () => {
  const run = foldRun([
    at(10, 'release.started', { attempt: 2 }),
    at(11, 'release.failed', { attempt: 1, version: '1.4.3', started_at: clock(0), finished_at: clock(2) }),
    at(14, 'release.succeeded', { attempt: 2 }),
  ])
  assert.deepEqual(
    [run.version, run.started_at, run.finished_at, run.live_at],
    ['1.4.3', clock(10), clock(14), clock(14)],
  )
})

test('a second attempt that fails leaves live what the first one brought', () => {
  const run = foldRun([at(0, 'release.succeeded', { attempt: 1 }), at(10, 'release.failed', { attempt: 2 })])
  assert.deepEqual([run.state, run.live_at], ['failed', clock(0)])
})

test('of two endings the later stands; at the same moment failed beats cancelled beats succeeded', () => {
  const ends = ['release.succeeded', 'release.cancelled', 'release.failed'] as const
  assert.equal(foldRun([at(5, 'release.succeeded'), at(3, 'release.failed')]).outcome, 'succeeded')
  const corrected = foldRun([at(3, 'release.succeeded'), at(5, 'release.failed')])
  assert.deepEqual([corrected.outcome, corrected.live_at], ['failed', null])
  assert.equal(foldRun(ends.map((type) => at(5, type))).outcome, 'failed')
  assert.equal(foldRun([at(5, ends[1]), at(5, ends[0])]).outcome, 'cancelled')
})

test('a run that undoes itself is rolled back, keeps its outcome and reached who it reached', () => {
  const aborted = foldRun([at(0, 'release.progress', { percent: 10 }), at(3, 'release.rolled_back')])
  assert.deepEqual(
    [aborted.state, aborted.undone_at, aborted.first_exposed_at],
    ['rolled_back', clock(3), clock(0)],
  )
  assert.equal(aborted.deadline_at, null)
  const late = foldRun([at(0, 'release.succeeded'), at(3, 'release.rolled_back'), at(4, 'release.failed')])
  assert.deepEqual([late.state, late.outcome, late.live_at], ['rolled_back', 'succeeded', clock(0)])
})

test('an exposure that changes without any run is the release itself', () => {
  const flip = foldRun([at(0, 'exposure.changed', { kind: 'flag', percent: 25 })])
  assert.deepEqual([flip.state, flip.outcome, flip.said_kind], ['canary', 'succeeded', 'flag'])
  assert.equal(foldRun([at(0, 'exposure.changed', { percent: 100 })]).live_at, clock(0))
})

test('an event from the future counts when it was received, and says so', () => {
  const run = foldRun([at(90, 'release.succeeded', { finished_at: clock(90) }, 0)])
  assert.deepEqual([run.live_at, run.skewed_at], [clock(0), clock(0)])
  assert.equal(foldRun([at(5, 'release.succeeded', {}, 0)]).skewed_at, null)
})

test('older than seven days when received is backfill, unless any of its events was in time', () => {
  const week = 7 * 24 * 60
  const old = at(0, 'release.succeeded', {}, week + 1)
  assert.equal(foldRun([old]).backfilled_at, clock(week + 1))
  assert.equal(foldRun([old, at(week, 'exposure.changed', { percent: 100 })]).backfilled_at, null)
})

test('a run is lost an hour after its last word, a canary after a day, and never after its end', () => {
  const lostAfter = (minute: number, ...events: RunEvent[]) =>
    isLost(foldRun(events), new Date(clock(minute)))
  assert.equal(lostAfter(60, at(0, 'release.started')), false)
  assert.equal(lostAfter(61, at(0, 'release.started')), true)
  assert.equal(lostAfter(61, at(0, 'release.started'), at(30, 'release.progress')), false)
  assert.equal(lostAfter(61, at(0, 'release.progress', { percent: 10 })), false)
  assert.equal(lostAfter(1441, at(0, 'release.progress', { percent: 10 })), true)
  assert.equal(lostAfter(9999, at(0, 'release.succeeded', { percent: 10 })), false)
})

const someFacts = fc.record(
  {
    version: fc.constantFrom('1.4.2', '1.4.3'),
    percent: fc.constantFrom(0, 10, 50, 100),
    dark: fc.boolean(),
    attempt: fc.integer({ min: 1, max: 3 }),
    message: fc.string({ maxLength: 3 }),
  },
  { requiredKeys: [] },
)
const someEvents = fc.uniqueArray(
  fc.record({
    minute: fc.integer({ min: 0, max: 30 }),
    type: fc.constantFrom(...eventTypes),
    facts: someFacts,
  }),
  {
    minLength: 1,
    maxLength: 8,
    selector: ({ minute, type }) => `${minute} ${type.replace('exposure.changed', 'release.progress')}`,
  },
)
type Said = { minute: number; type: EventType; facts: EventFacts }
const arrived = (said: Said[]) =>
  said.map(({ minute, type, facts }, index) => at(minute, type, facts, 100 + index))

test('whatever the order in which events arrive, they say the same', () => {
  const anyOrder = someEvents.chain((said) =>
    fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })),
  )
  fc.assert(
    fc.property(anyOrder, ([said, shuffled]) => {
      assert.deepEqual(foldRun(arrived(shuffled)), foldRun(arrived(said)))
    }),
    { numRuns: 500 },
  )
})

test('whatever is said, nobody has what is dark, and only what succeeded is for everybody', () => {
  fc.assert(
    fc.property(someEvents, (said) => {
      const run = foldRun(arrived(said))
      if (run.state === 'succeeded') assert.ok(run.live_at && run.first_exposed_at)
      if (run.state === 'canary') assert.ok(run.percent && run.percent < 100)
      if (run.live_at) assert.ok(run.first_exposed_at && run.first_exposed_at <= run.live_at)
      if (run.outcome) assert.ok(run.finished_at && !run.deadline_at)
    }),
    { numRuns: 500 },
  )
})
