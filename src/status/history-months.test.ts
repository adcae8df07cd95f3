import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordsFor } from '../site/words/index.ts'
import { dateFinder, monthOf, monthsBetween, spanOf, zoneOver } from './history-months.ts'

const t = wordsFor('en').time

test('a month begins and ends at midnight of the page’s zone, however far from UTC that is', () => {
  assert.deepEqual(spanOf('2026-10', 'UTC'), {
    from: '2026-10-01T00:00:00.000Z',
    until: '2026-11-01T00:00:00.000Z',
  })
  assert.deepEqual(spanOf('2026-12', 'Pacific/Kiritimati'), {
    from: '2026-11-30T10:00:00.000Z',
    until: '2026-12-31T10:00:00.000Z',
  })
  assert.deepEqual(spanOf('2026-02', 'America/St_Johns'), {
    from: '2026-02-01T03:30:00.000Z',
    until: '2026-03-01T03:30:00.000Z',
  })
})

test('a month in which the clocks are changed is an hour longer or shorter', () => {
  const hours = (month: string, time_zone: string) => {
    const { from, until } = spanOf(month, time_zone)
    return (Date.parse(until) - Date.parse(from)) / 3_600_000
  }
  assert.equal(hours('2026-10', 'Europe/Tallinn'), 31 * 24 + 1)
  assert.equal(hours('2026-03', 'Europe/Tallinn'), 31 * 24 - 1)
  assert.equal(hours('2026-11', 'America/St_Johns'), 30 * 24 + 1)
  assert.equal(hours('2026-04', 'Australia/Lord_Howe'), 30 * 24 + 0.5)
})

test('a moment lies in the month and on the day that a clock on the wall there shows', () => {
  const at = '2026-10-31T11:00:00.000Z'
  assert.equal(monthOf(at, 'Pacific/Kiritimati'), '2026-11')
  assert.equal(monthOf(at, 'America/St_Johns'), '2026-10')
  const tallinn = dateFinder('2026-10', 'Europe/Tallinn')
  assert.equal(tallinn('2026-10-24T20:59:59.999Z'), '2026-10-24')
  assert.equal(tallinn('2026-10-24T21:00:00.000Z'), '2026-10-25')
  assert.equal(tallinn('2026-10-25T21:59:59.999Z'), '2026-10-25', 'the day of 25 hours')
  assert.equal(tallinn('2026-10-25T22:00:00.000Z'), '2026-10-26')
  assert.equal(dateFinder('2026-02', 'UTC')('2026-02-28T23:59:59.999Z'), '2026-02-28')
  assert.equal(dateFinder('2028-02', 'UTC')('2028-02-29T12:00:00.000Z'), '2028-02-29')
})

test('months are counted over the turn of years, newest first', () => {
  assert.deepEqual(monthsBetween('2025-11', '2026-02'), ['2026-02', '2026-01', '2025-12', '2025-11'])
  assert.deepEqual(monthsBetween('2026-02', '2026-02'), ['2026-02'])
})

test('the zone is named with the offset that it had then, and with both when the clocks were changed', () => {
  const said = (from: string, to: string, zone = 'Europe/Tallinn') =>
    zoneOver(zone, `${from}T12:00:00.000Z`, `${to}T12:00:00.000Z`, t)
  assert.equal(said('2026-07-01', '2026-07-31'), 'Europe/Tallinn (UTC+3)')
  assert.equal(said('2026-10-01', '2026-10-31'), 'Europe/Tallinn (UTC+3, later UTC+2)')
  assert.equal(said('2026-10-01', '2026-10-31', 'UTC'), 'UTC')
  assert.equal(said('2026-10-01', '2026-10-31', 'Asia/Kolkata'), 'Asia/Kolkata (UTC+5:30)')
})
