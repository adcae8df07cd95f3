import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTime } from './times.ts'

test('every spelling that deploy tools use is the same moment', () => {
  const spellings = [
    '2026-11-23T05:27:05.704Z',
    '2026-11-23T05:27:05.704955288Z',
    '2026-11-23T06:27:05.704+01:00',
    '2026-11-23T06:27:05.704+0100',
    '2026-11-23 05:27:05.704 UTC',
    '2026-11-22 21:57:05.704 -0730',
    1795411625.704,
    '1795411625.704',
    1795411625704,
    '1795411625704',
  ]
  for (const spelling of spellings)
    assert.equal(readTime(spelling), '2026-11-23T05:27:05.704Z', String(spelling))
  assert.equal(readTime('2028-02-29T00:00:00Z'), '2028-02-29T00:00:00.000Z')
})

test('what is no moment is told so', () => {
  const wrong = [
    'yesterday',
    '',
    ' ',
    null,
    undefined,
    {},
    [],
    true,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0,
    '1e400',
    '2026-11-23T05:27:05',
    '2026-11-23',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    9e15,
    '99999999999999999999',
    '2026-11-23T05:27:05.7049552881Z',
  ]
  for (const value of wrong) assert.equal(readTime(value), null, String(value))
})
