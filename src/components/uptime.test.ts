import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lastDays, startOfDate } from './calendar.ts'
import { type ComponentStatus, componentStatuses, worstStatus } from './model.ts'
import { addUp, type Interval, percentOf, type Span, secondOf, tally, worstOverTime } from './uptime.ts'

const noon = Date.parse('2026-11-23T12:00:00.000Z')
const second = Math.floor(noon / 1000)
const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString()
const down = (from: number, to: number | null, status: string = 'major_outage'): Interval => ({
  status,
  started_at: at(from),
  ended_at: to === null ? null : at(to),
})
const of = (intervals: Interval[], { from, to }: Span, began = 0) =>
  tally(worstOverTime(intervals), began, { from: second + from, to: second + to })

/** One second after the other, as anybody would count who has the time. */
function counted(intervals: Interval[], began: number, { from, to }: Span) {
  const seconds: Record<string, number> = Object.fromEntries(componentStatuses.map((status) => [status, 0]))
  let no_data_seconds = 0
  for (let now = from; now < to; now++) {
    const open = intervals.filter(({ started_at, ended_at }) => {
      return secondOf(started_at) <= now && (ended_at === null || now < secondOf(ended_at))
    })
    if (now < began) no_data_seconds++
    else {
      const worst = worstStatus(open.map(({ status }) => status))
      seconds[worst] = (seconds[worst] ?? 0) + 1
    }
  }
  return { seconds, no_data_seconds }
}

/** Any intervals: open, empty, the wrong way round, long over, not yet begun, one over the other. */
const moment = fc
  .integer({ min: -150_000, max: 250_000 })
  .map((millis) => new Date(noon + millis).toISOString())
const anyInterval: fc.Arbitrary<Interval> = fc.record({
  status: fc.constantFrom<ComponentStatus>(...componentStatuses),
  started_at: moment,
  ended_at: fc.option(moment),
})
const anyWindow = fc
  .tuple(fc.integer({ min: -120, max: 120 }), fc.integer({ min: 0, max: 120 }))
  .map(([from, length]) => ({ from: second + from, to: second + from + length }))
const anyBegin = fc.integer({ min: second - 200, max: second + 300 })

test('whatever the intervals, the sums are those of counting second by second', () => {
  const property = fc.property(
    fc.array(anyInterval, { maxLength: 8 }),
    anyBegin,
    anyWindow,
    (all, began, span) => {
      const { seconds, no_data_seconds, uptime, worst_status } = tally(worstOverTime(all), began, span)
      const expected = counted(all, began, span)
      assert.deepEqual({ seconds, no_data_seconds }, expected)
      const known = span.to - span.from - no_data_seconds
      const lost = seconds.major_outage + 0.3 * seconds.partial_outage
      if (known === 0) assert.deepEqual([uptime, worst_status], [null, null])
      else assert.ok(Math.abs((uptime ?? -1) - (1 - lost / known)) < 1e-12)
      const worst = componentStatuses.find((status) => (expected.seconds[status] ?? 0) > 0)
      assert.equal(worst_status, worst ?? null)
    },
  )
  fc.assert(property, { numRuns: 400 })
})

test('a window is the sum of its parts, wherever it is cut', () => {
  const property = fc.property(
    fc.array(anyInterval, { maxLength: 8 }),
    anyBegin,
    anyWindow,
    fc.integer({ min: 0, max: 120 }),
    (all, began, { from, to }, length) => {
      const cut = Math.min(from + length, to)
      const segments = worstOverTime(all)
      const parts = [tally(segments, began, { from, to: cut }), tally(segments, began, { from: cut, to })]
      assert.deepEqual(addUp(parts), tally(segments, began, { from, to }))
    },
  )
  fc.assert(property, { numRuns: 200 })
})

test('the order in which intervals are read does not matter, and segments never touch or overlap', () => {
  const property = fc.property(fc.array(anyInterval, { maxLength: 8 }), (all) => {
    const segments = worstOverTime(all)
    assert.deepEqual(worstOverTime([...all].reverse()), segments)
    for (const [index, { from, to, status }] of segments.entries()) {
      const next = segments[index + 1]
      assert.ok(from < to)
      if (next) assert.ok(to < next.from || (to === next.from && status !== next.status))
    }
  })
  fc.assert(property, { numRuns: 200 })
})

test('a partial outage weighs three tenths, degraded performance and maintenance weigh nothing', () => {
  const hour = { from: 0, to: 3600 }
  assert.equal(of([down(0, 360)], hour).uptime, 0.9)
  assert.equal(of([down(0, 360, 'partial_outage')], hour).uptime, 0.97)
  assert.equal(of([down(0, 360, 'degraded_performance')], hour).uptime, 1)
  assert.equal(of([down(0, null, 'under_maintenance')], hour).uptime, 1)
  assert.equal(of([down(-9, null)], hour).uptime, 0)
})

test('maintenance does not hide an outage', () => {
  const { seconds } = of([down(0, 60, 'under_maintenance'), down(10, 20)], { from: 0, to: 60 })
  assert.deepEqual([seconds.major_outage, seconds.under_maintenance], [10, 50])
})

test('before a component began nothing is known of it, not even an outage', () => {
  const { uptime, no_data_seconds, seconds } = of([down(0, 50)], { from: 0, to: 100 }, second + 40)
  assert.deepEqual([no_data_seconds, seconds.major_outage, seconds.operational], [40, 10, 50])
  assert.equal(uptime, 1 - 10 / 60)
  assert.equal(of([], { from: 0, to: 100 }, second + 100).uptime, null)
  assert.equal(of([], { from: 0, to: 100 }, Number.POSITIVE_INFINITY).no_data_seconds, 100)
})

test('a clock that jumps back leaves an interval that never was, and a start in the future waits', () => {
  const window = { from: 0, to: 100 }
  assert.equal(of([down(50, 20)], window).seconds.operational, 100)
  assert.equal(of([down(100, null)], window).uptime, 1)
  assert.equal(of([down(99, null)], window).seconds.major_outage, 1)
})

test('a percentage is never rounded up: only what was never down has 100%', () => {
  const year = 365 * 86_400
  assert.equal(percentOf(of([], { from: 0, to: year }).uptime), '100%')
  assert.equal(percentOf(of([down(0, 1, 'partial_outage')], { from: 0, to: year }).uptime), '99.99%')
  assert.deepEqual([0.9971, 0.999, 0.29, 0, 1, null].map(percentOf), [
    '99.71%',
    '99.90%',
    '29.00%',
    '0.00%',
    '100%',
    null,
  ])
})

test('days are those of the zone: 25 hours when clocks go back, 23 when they go on, today until now', () => {
  const hours = (now: string, zone: string, length: number) =>
    lastDays(now, zone, length).map(({ date, from, to }) => `${date.slice(5)} ${(to - from) / 3600}`)
  assert.deepEqual(hours('2026-10-26T10:00:00.000Z', 'Europe/Tallinn', 3), [
    '10-24 24',
    '10-25 25',
    '10-26 12',
  ])
  assert.deepEqual(hours('2026-03-30T00:00:00.000Z', 'Europe/Tallinn', 2), ['03-29 23', '03-30 3'])
  // clocks go on at midnight itself: the day has no 00:00
  assert.deepEqual(hours('2026-09-07T12:00:00.000Z', 'America/Santiago', 3), [
    '09-05 24',
    '09-06 23',
    '09-07 9',
  ])
  assert.deepEqual(hours('2026-11-23T22:30:00.000Z', 'Europe/Tallinn', 2), ['11-23 24', '11-24 0.5'])
})

test('days leave no gap and do not overlap, in any zone', () => {
  const zones = [
    'UTC',
    'Europe/Tallinn',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Havana',
    'Africa/Cairo',
  ]
  const anyNow = fc.date({ min: new Date('2015-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  const property = fc.property(fc.constantFrom(...zones), anyNow, (zone, now) => {
    const days = lastDays(now.toISOString(), zone, 20)
    for (const [index, { from, to }] of days.entries()) {
      assert.ok(from <= to)
      assert.equal(to, days[index + 1]?.from ?? Math.floor(now.getTime() / 1000))
    }
  })
  fc.assert(property, { numRuns: 60 })
})

test('a component may have begun in any year that people can type', () => {
  assert.equal(startOfDate('0001-01-01', 'Europe/Tallinn'), 0)
  assert.equal(startOfDate('9999-12-31', 'Europe/Tallinn'), Number.POSITIVE_INFINITY)
  assert.equal(startOfDate('2026-11-23', 'Europe/Tallinn'), Date.parse('2026-11-22T22:00:00.000Z') / 1000)
})
