import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastQuarters, quarterNamed } from './quarters.ts'

test('quarters begin and end where the page’s clock says so, newest first', () => {
  const names = lastQuarters('2026-02-01T12:00:00.000Z', 'Europe/Tallinn', 3)
  assert.deepEqual(
    names.map(({ quarter, from, until }) => [quarter, from, until]),
    [
      ['2026Q1', '2025-12-31T22:00:00.000Z', '2026-03-31T21:00:00.000Z'],
      ['2025Q4', '2025-09-30T21:00:00.000Z', '2025-12-31T22:00:00.000Z'],
      ['2025Q3', '2025-06-30T21:00:00.000Z', '2025-09-30T21:00:00.000Z'],
    ],
  )
  const [eve] = lastQuarters('2026-12-31T22:30:00.000Z', 'Europe/Tallinn', 1)
  assert.deepEqual(eve, quarterNamed('2027Q1', 'Europe/Tallinn'))
})

test('what is no quarter is none, and neither is one of no time of ours', () => {
  for (const wrong of [
    '',
    '2026',
    '2026Q0',
    '2026Q5',
    'Q4',
    '26Q4',
    '2026q4',
    '2026Q4 ',
    '2026Q44',
    '−026Q1',
  ]) {
    assert.equal(quarterNamed(wrong, 'UTC'), null, wrong)
  }
  for (const far of ['0000Q1', '1989Q4', '2200Q1', '9999Q4'])
    assert.equal(quarterNamed(far, 'UTC'), null, far)
  for (const edge of ['1990Q1', '2199Q4']) {
    const quarter = quarterNamed(edge, 'Asia/Tokyo')
    assert.ok(quarter && quarter.from < quarter.until, edge)
  }
})
