import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EventFacts, type EventType, eventTypes } from '../sources/events.ts'
import { foldRun } from './fold.ts'
import { effectiveTime, type RunEvent } from './order.ts'
import { stepsOf } from './steps.ts'

const clock = (minute: number) => new Date(Date.UTC(2026, 10, 23, 14, minute)).toISOString()

/** An event at so many minutes after 14:00. */
function at(minute: number, type: EventType, facts: EventFacts = {}, id = `${minute} ${type}`): RunEvent {
  const occurred_at = clock(minute)
  const received_at = clock(90)
  return { id, type, facts, occurred_at, received_at, ...effectiveTime(occurred_at, received_at) }
}
/** "2 to 20: 10%" */
const words = (events: RunEvent[], end?: string) =>
  stepsOf(events, end).map(({ at, until, percent, dark }) => {
    const minute = (text: string | null) => (text ? (Date.parse(text) - Date.parse(clock(0))) / 60_000 : '')
    return `${minute(at)} to ${minute(until)}: ${dark ? 'dark' : `${percent}%`}`
  })

test('a canary grows step by step until everybody has it, also after its success', () => {
  const events = [
    at(0, 'release.started'),
    at(2, 'release.progress', { percent: 10 }),
    at(10, 'release.succeeded'),
    at(20, 'exposure.changed', { percent: 50 }),
    at(60, 'exposure.changed', { percent: 100 }),
  ]
  assert.deepEqual(words(events), ['2 to 20: 10%', '20 to 60: 50%', '60 to : 100%'])
  assert.deepEqual(words(events, clock(70)), ['2 to 20: 10%', '20 to 60: 50%', '60 to 70: 100%'])
  assert.deepEqual(words(events, clock(30)), ['2 to 20: 10%', '20 to 30: 50%'])
})

test('a dark launch is a step of its own, and ends when the first customers have it', () => {
  const events = [
    at(0, 'release.succeeded', { dark: true }),
    at(30, 'exposure.changed', { percent: 5 }),
    at(40, 'exposure.changed', { dark: true }),
    at(50, 'exposure.changed', { dark: false, percent: 100 }),
  ]
  assert.deepEqual(words(events), ['0 to 30: dark', '30 to 40: 5%', '40 to 50: dark', '50 to : 100%'])
})

test('a canary that goes back to nobody is taken back, and says how many ever had it', () => {
  const events = [
    at(0, 'release.started', { version: '2' }),
    at(2, 'release.progress', { percent: 10 }),
    at(5, 'release.progress', { percent: 25 }),
    at(9, 'exposure.changed', { percent: 0 }),
  ]
  assert.deepEqual(words(events), ['2 to 5: 10%', '5 to 9: 25%', '9 to : 0%'])
  const run = foldRun(events)
  assert.deepEqual([run.state, run.undone_at, run.most_percent], ['rolled_back', clock(9), 25])
  assert.deepEqual([run.live_at, run.deadline_at], [null, null])
})

test('what was taken back may come again: it is live from then on, and the first customers stay the first', () => {
  const events = [
    at(0, 'release.succeeded', { percent: 10 }),
    at(9, 'exposure.changed', { percent: 0 }),
    at(20, 'exposure.changed', { percent: 100 }),
  ]
  const run = foldRun(events)
  assert.deepEqual([run.state, run.undone_at, run.live_at], ['succeeded', null, clock(20)])
  assert.deepEqual([run.first_exposed_at, run.most_percent], [clock(0), 100])
  assert.deepEqual(words(events), ['0 to 9: 10%', '9 to 20: 0%', '20 to : 100%'])
})

test('everybody had it, then nobody: it was live, and is taken back', () => {
  const run = foldRun([at(0, 'release.succeeded'), at(9, 'exposure.changed', { percent: 0 })])
  assert.deepEqual([run.state, run.live_at, run.undone_at], ['rolled_back', clock(0), clock(9)])
})

test('none before the first customers is a beginning, not an end; and so is none of a second attempt', () => {
  const begun = foldRun([at(0, 'release.progress', { percent: 0 })])
  assert.deepEqual([begun.state, begun.undone_at], ['running', null])
  const waiting = foldRun([at(0, 'release.succeeded', { percent: 0 })])
  assert.deepEqual([waiting.state, waiting.undone_at], ['dark', null])
  const again = foldRun([
    at(0, 'release.progress', { percent: 10 }),
    at(3, 'release.failed'),
    at(5, 'release.started', { attempt: 2 }),
    at(6, 'release.progress', { percent: 0, attempt: 2 }),
  ])
  assert.deepEqual([again.state, again.undone_at, again.most_percent], ['running', null, 10])
})

test('what failed stays failed when its customers are taken from it', () => {
  const run = foldRun([
    at(0, 'release.progress', { percent: 10 }),
    at(3, 'release.failed'),
    at(4, 'exposure.changed', { percent: 0 }),
  ])
  assert.deepEqual([run.state, run.undone_at, run.most_percent], ['failed', null, 10])
})

test('promotion is 100, or no longer dark', () => {
  for (const facts of [{ percent: 100 }, { dark: false }, { dark: false, percent: 100 }]) {
    const run = foldRun([
      at(0, 'release.succeeded', { dark: true, percent: 0 }),
      at(9, 'exposure.changed', facts),
    ])
    assert.deepEqual([run.state, run.live_at, run.most_percent], ['succeeded', clock(9), 100])
  }
})

test('a flag that changes by itself is a release of the kind flag, at the percent it has', () => {
  const flag = foldRun([
    at(0, 'exposure.changed', { percent: 10 }),
    at(9, 'exposure.changed', { percent: 50 }),
  ])
  assert.deepEqual([flag.said_kind, flag.state, flag.percent], ['flag', 'canary', 50])
  const off = foldRun([at(0, 'exposure.changed', { percent: 10 }), at(9, 'exposure.changed', { percent: 0 })])
  assert.deepEqual([off.said_kind, off.state, off.most_percent], ['flag', 'rolled_back', 10])
  const version = foldRun([at(0, 'exposure.changed', { version: '2.0', percent: 10 })])
  assert.equal(version.said_kind, null)
  const run = foldRun([at(0, 'exposure.changed', { percent: 10 }), at(1, 'release.succeeded')])
  assert.equal(run.said_kind, null)
})

test('who changed how many have it, and why, is not who released it, nor why', () => {
  const run = foldRun([
    at(0, 'release.succeeded', { actor: { name: 'deploy-bot' }, message: '41 changes', percent: 10 }),
    at(9, 'exposure.changed', {
      actor: { name: 'Ada' },
      message: 'promoted',
      reason: 'Quiet hour',
      percent: 100,
    }),
  ])
  assert.deepEqual([run.actor_name, run.message, run.reason], ['deploy-bot', '41 changes', null])
})

const facts = fc.record(
  {
    percent: fc.constantFrom(0, 1, 10, 50, 100),
    dark: fc.boolean(),
    attempt: fc.integer({ min: 1, max: 2 }),
    drill: fc.boolean(),
    actor: fc.constantFrom({ name: 'Ada' }, { name: 'deploy-bot' }),
  },
  { requiredKeys: [] },
)
const type = fc.constantFrom<EventType[]>(...eventTypes, 'exposure.changed', 'exposure.changed')
const someEvents = fc
  .array(fc.record({ minute: fc.integer({ min: 0, max: 30 }), type, facts }), { minLength: 1, maxLength: 9 })
  .map((said) => said.map(({ minute, type, facts }, index) => at(minute, type, facts, `event ${index}`)))
const inAnyOrder = someEvents.chain((events) =>
  fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
)

test('whatever the order in which events arrive, whom a run reached and its steps are the same', () => {
  fc.assert(
    fc.property(inAnyOrder, ([events, shuffled]) => {
      assert.deepEqual(foldRun(shuffled), foldRun(events))
      assert.deepEqual(stepsOf(shuffled), stepsOf(events))
    }),
    { numRuns: 1000 },
  )
})

test('steps follow each other without a gap, end where the run stands, and never pass the most that had it', () => {
  fc.assert(
    fc.property(someEvents, (events) => {
      const run = foldRun(events)
      const steps = stepsOf(events)
      for (const [index, step] of steps.entries()) {
        assert.equal(step.until, steps[index + 1]?.at ?? null)
        assert.ok(step.percent <= (run.most_percent ?? 0))
        assert.ok(!step.dark || step.percent === 0)
      }
      const last = steps.at(-1)
      assert.equal(last?.dark ?? false, run.state === 'dark' && !run.live_at)
      // a second attempt leaves to everybody what the first one brought them
      if (run.state === 'canary' && !run.live_at) assert.equal(last?.percent, run.percent)
      if (run.state === 'succeeded') assert.equal(last?.percent, 100)
      if (run.undone_at) assert.equal(last?.percent ?? 0, 0)
      assert.equal(run.most_percent === null, run.first_exposed_at === null)
    }),
    { numRuns: 1000 },
  )
})
