import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentWords } from './moment-words.ts'
import { typedStart } from './typed.ts'

const place = { time_zone: 'Europe/Tallinn', now: '2026-11-23T12:00:00.000Z' }
const started = (started_on: string, started_clock: string, more: Record<string, string> = {}) => ({
  started_on,
  started_clock,
  ...more,
})

test('a moment is said in the page’s zone, in one’s own and in UTC', () => {
  const own = momentWords(started('2026-11-23', '14:06', { own_zone: 'America/New_York' }), 'started', place)
  assert.deepEqual(
    own?.zones.map(({ words, note }) => `${words} ${note}`.trim()),
    [
      'Mon 23 Nov 2026, 14:06 Europe/Tallinn (UTC+2)',
      'Mon 23 Nov 2026, 07:06 America/New_York (UTC-5) where you are',
      'Mon 23 Nov 2026, 12:06 UTC',
    ],
  )
  assert.equal(own?.flag, null)
  for (const own_zone of ['Europe/Tallinn', '', 'Mars/Olympus', '<script>', 'x'.repeat(500)]) {
    assert.equal(momentWords(started('2026-11-23', '14:06', { own_zone }), 'started', place)?.zones.length, 2)
  }
  for (const [on = '', at = ''] of [
    ['', ''],
    ['2026-02-30', '10:00'],
    ['2026-11-23', '25:00'],
    ['[', '['],
  ]) {
    assert.equal(momentWords(started(on, at), 'started', place), null)
  }
})

test('a time that daylight saving leaves out is flagged, and the one after the gap is meant', () => {
  const gap = momentWords(started('2026-03-29', '03:30'), 'started', place)
  assert.equal(gap?.flag?.words, '03:30 does not exist on that night: the clocks go forward. 04:30 is meant?')
  assert.equal(gap?.at, '2026-03-29T01:30:00.000Z')
})

test('a time that comes twice is the first, unless the second is chosen', () => {
  const first = momentWords(started('2026-10-25', '03:30'), 'started', place)
  assert.match(first?.flag?.words ?? '', /03:30 comes twice on that night.*The first is meant/)
  assert.deepEqual(
    first?.flag?.choices.map(({ words, checked }) => [words, checked]),
    [
      ['the first, Europe/Tallinn (UTC+3)', true],
      ['the second, Europe/Tallinn (UTC+2)', false],
    ],
  )
  assert.equal(first?.at, '2026-10-25T00:30:00.000Z')
  const second = started('2026-10-25', '03:30', { started_fold: 'second' })
  assert.equal(typedStart(second, place), '2026-10-25T01:30:00.000Z')
  assert.equal(typedStart({ ...second, started_clock: '05:30' }, place), '2026-10-25T03:30:00.000Z')
})
