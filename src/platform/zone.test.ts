import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock, day, duration, fromWallClock, full, isTimeZone, moment, when, zoneWords } from './zone.ts'

const zone = 'Europe/Tallinn'
const now = '2026-11-23T12:37:00.000Z'

test('moments are told in the zone of the page, shorter the nearer they are', () => {
  assert.equal(clock('2026-11-23T12:06:00.000Z', zone), '14:06')
  assert.equal(moment('2026-11-23T12:33:00.000Z', zone, now), 'Today 14:33')
  assert.equal(moment('2026-11-21T14:40:00.000Z', zone, now), 'Sat 16:40')
  assert.equal(moment('2026-11-01T09:24:00.000Z', zone, now), '1 Nov 11:24')
  assert.equal(moment('2025-11-01T09:24:00.000Z', zone, now), '1 Nov 2025, 11:24')
  assert.equal(day('2026-11-22T12:00:00.000Z', zone, now), 'Yesterday')
  assert.equal(day('2026-11-21T12:00:00.000Z', zone, now), 'Sat 21 Nov')
  assert.equal(full(now, zone), 'Mon 23 Nov 2026, 14:37')
})

test('a day begins at midnight in the zone of the page, not in UTC', () => {
  assert.equal(day('2026-11-22T22:30:00.000Z', zone, now), 'Today')
  assert.equal(day('2026-11-22T21:30:00.000Z', zone, now), 'Yesterday')
})

test('the zone is named with its offset of that day', () => {
  assert.equal(zoneWords(zone, now), 'Europe/Tallinn (UTC+2)')
  assert.equal(zoneWords(zone, '2026-07-01T00:00:00.000Z'), 'Europe/Tallinn (UTC+3)')
  assert.equal(zoneWords('UTC', now), 'UTC')
})

test('a wall clock is read in the zone, also in the nights when the clocks change', () => {
  assert.equal(fromWallClock('2026-11-23', '14:06', zone), '2026-11-23T12:06:00.000Z')
  assert.equal(fromWallClock('2026-03-29', '02:59', zone), '2026-03-29T00:59:00.000Z')
  assert.equal(fromWallClock('2026-03-29', '03:30', zone), '2026-03-29T01:30:00.000Z') // skipped: the gap moves it on
  assert.equal(fromWallClock('2026-10-25', '03:30', zone), '2026-10-25T00:30:00.000Z') // twice: the first
  assert.equal(fromWallClock('2026-10-25', '04:30', zone), '2026-10-25T02:30:00.000Z')
})

test('durations are whole units, the largest two at most', () => {
  const from = '2026-11-23T12:00:00.000Z'
  const after = (seconds: number) => duration(from, new Date(Date.parse(from) + seconds * 1000).toISOString())
  assert.deepEqual([45, 1860, 7200, 7500, 86_400, 6 * 86_400].map(after), [
    '45 s',
    '31 min',
    '2 h',
    '2 h 5 min',
    '1 day',
    '6 days',
  ])
})

test('a made-up zone is no zone', () => {
  assert.equal(isTimeZone('Europe/Atlantis'), false)
  assert.equal(isTimeZone(zone), true)
})

test('days and times are told in the language that is given', () => {
  const t = {
    locale: 'et',
    today: 'Täna',
    yesterday: 'Eile',
    seconds: (count: number) => `${count} sek`,
    minutes: (count: number) => `${count} minutit`,
    hours: (hours: number, minutes: number) => `${hours} tundi ${minutes} minutit`,
    days: (count: number) => `${count} päeva`,
    offsets: (zone: string, first: string, later: string) => `${zone} (${first}, hiljem ${later})`,
  }
  assert.equal(moment('2026-11-23T12:33:00.000Z', zone, now, t), 'Täna 14:33')
  assert.equal(when('2026-11-23T12:33:00.000Z', zone, now, t), '14:33')
  assert.equal(day('2026-11-22T12:00:00.000Z', zone, now, t), 'Eile')
  assert.match(day('2026-10-21T12:00:00.000Z', zone, now, t), /okt/)
  assert.match(day('2026-10-21T12:00:00.000Z', zone, now), /Oct/, 'the one language does not reach the other')
  assert.equal(duration('2026-11-23T12:00:00.000Z', '2026-11-23T14:05:00.000Z', t), '2 tundi 5 minutit')
})
