import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeats, repetitionOf, startsAfter } from './recurrence.ts'
import { wallMinute } from './zone.ts'

const zone = 'Europe/Tallinn'
const nightly = (rule: string, first_wall = '2026-03-27T02:00') => ({ rule, time_zone: zone, first_wall })
const walls = (moments: string[]) => moments.map((at) => wallMinute(at, zone))
const long_ago = '2026-01-01T00:00:00.000Z'

test('what repeats keeps its time of the day when the clocks change, forward and back', () => {
  const spring = startsAfter(nightly('FREQ=DAILY'), long_ago, 4)
  assert.deepEqual(spring, [
    '2026-03-27T00:00:00.000Z',
    '2026-03-28T00:00:00.000Z',
    '2026-03-29T00:00:00.000Z',
    '2026-03-29T23:00:00.000Z',
  ])
  const autumn = startsAfter(nightly('FREQ=WEEKLY;BYDAY=SU', '2026-10-18T02:00'), long_ago, 3)
  assert.deepEqual(walls(autumn), ['2026-10-18T02:00', '2026-10-25T02:00', '2026-11-01T02:00'])
  assert.equal(Date.parse(autumn[2] ?? '') - Date.parse(autumn[1] ?? ''), (7 * 24 + 1) * 3_600_000)
})

test('a night that skips the time has it after the gap, and the next night as ever', () => {
  const found = startsAfter(nightly('FREQ=DAILY', '2026-03-28T03:30'), long_ago, 3)
  assert.deepEqual(walls(found), ['2026-03-28T03:30', '2026-03-29T04:30', '2026-03-30T03:30'])
})

test('a time that comes twice is the first of the two, once', () => {
  const found = startsAfter(nightly('FREQ=DAILY;COUNT=2', '2026-10-25T03:30'), long_ago, 9)
  assert.deepEqual(found, ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'])
})

test('a rule that never ends, and one that ends after a thousand million times, are looked into only so far', () => {
  for (const rule of ['FREQ=DAILY', 'FREQ=DAILY;COUNT=1000000000']) {
    assert.equal(startsAfter(nightly(rule), '2031-01-01T00:00:00.000Z', 10).length, 10)
  }
  assert.equal(startsAfter(nightly('FREQ=YEARLY;INTERVAL=999'), long_ago, 10).length, 1)
  assert.deepEqual(startsAfter(nightly('FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), long_ago, 10), [])
})

test('a rule ends where it says: by the wall clock, by UTC, by a day or by a number', () => {
  const last = (rule: string) => walls(startsAfter(nightly(rule), long_ago, 99)).at(-1)
  assert.equal(last('FREQ=DAILY;UNTIL=20260330'), '2026-03-30T02:00')
  assert.equal(last('FREQ=DAILY;UNTIL=20260330T015900'), '2026-03-29T02:00')
  assert.equal(last('FREQ=DAILY;UNTIL=20260329T230000Z'), '2026-03-30T02:00')
  assert.equal(last('FREQ=DAILY;UNTIL=20260329T225900Z'), '2026-03-29T02:00')
  assert.equal(last('FREQ=DAILY;COUNT=3'), '2026-03-29T02:00')
  assert.equal(last('FREQ=DAILY;UNTIL=20200101'), undefined)
})

test('what cannot be a rule here is refused in words', () => {
  const fault = (text: string) => {
    const read = repeats.safeParse(text)
    return read.success ? null : read.error.issues[0]?.message
  }
  const wrong: [string, RegExp][] = [
    ['', /Write a rule like/],
    ['every tuesday', /Write a rule like/],
    ['FREQ=SECONDLY', /once a day at most/],
    ['FREQ=HOURLY;COUNT=2', /once a day at most/],
    ['FREQ=DAILY;INTERVAL=0', /INTERVAL is not understood/],
    ['FREQ=DAILY;COUNT=-1', /COUNT is not understood/],
    ['FREQ=WEEKLY;BYDAY=XX', /BYDAY is not understood/],
    ['FREQ=DAILY;BYMONTH=13', /BYMONTH is not understood/],
    ['FREQ=DAILY;BYSECOND=1', /not understood here: BYSECOND/],
    ['FREQ=DAILY;FREQ=WEEKLY', /says FREQ twice/],
    ['FREQ=DAILY;COUNT=2;UNTIL=20270101', /both COUNT and UNTIL/],
    ['FREQ=DAILY;__proto__=1', /not understood here/],
    ['FREQ=DAILY\nDTSTART:20200101T000000Z', /FREQ is not understood/],
    ['['.repeat(900), /too long/],
    ['['.repeat(65_536), /too long/],
  ]
  for (const [text, words] of wrong) assert.match(fault(text) ?? 'taken', words, text.slice(0, 50))
  assert.equal(repeats.parse(' rrule:freq=weekly;byday=tu; '), 'FREQ=WEEKLY;BYDAY=TU')
})

test('a simple rule can be said in words, any other only as it is written', () => {
  assert.deepEqual(repetitionOf('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE'), {
    every: 'WEEKLY',
    interval: 2,
    days: [0, 2],
  })
  assert.equal(repetitionOf('FREQ=MONTHLY;BYDAY=2TU'), null)
  assert.equal(repetitionOf('FREQ=DAILY;COUNT=3'), null)
})
