import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldLater, laterStarts, seriesFrom } from './series.ts'

const weekly = { rule: 'FREQ=WEEKLY', time_zone: 'Europe/Tallinn', first_wall: '2026-11-24T02:00' }
const first = '2026-11-24T00:00:00.000Z'
const later = [
  { id: 'second', occurs_at: '2026-12-01T00:00:00.000Z', off: false },
  { id: 'third', occurs_at: '2026-12-08T00:00:00.000Z', off: true },
  { id: 'fourth', occurs_at: '2026-12-15T00:00:00.000Z', off: false },
]

test('what goes on from one time keeps its place on the clock, or takes the one it is moved to', () => {
  const from = '2026-12-08T00:00:00.000Z'
  assert.deepEqual(seriesFrom(weekly, from, {}), { ...weekly, first_wall: '2026-12-08T02:00' })
  const moved = { starts_at: '2026-12-09T09:00:00.000Z', time_zone: 'UTC' }
  assert.deepEqual(seriesFrom(weekly, from, { moved }), {
    ...{ rule: 'FREQ=WEEKLY', time_zone: 'UTC', first_wall: '2026-12-09T09:00' },
  })
})

test('a rule that counts goes on counting, unless it is a new one', () => {
  const four = { ...weekly, rule: 'FREQ=WEEKLY;COUNT=4' }
  const rules = ['2026-11-24', '2026-12-01', '2026-12-15'].map(
    (day) => seriesFrom(four, `${day}T00:00:00.000Z`, {}).rule,
  )
  assert.deepEqual(rules, ['FREQ=WEEKLY;COUNT=4', 'FREQ=WEEKLY;COUNT=3', 'FREQ=WEEKLY;COUNT=1'])
  const rule = 'FREQ=DAILY;COUNT=4'
  assert.equal(seriesFrom(four, '2026-12-15T00:00:00.000Z', { rule }).rule, rule)
})

test('by the same rule an empty place stays empty; by another rule a day that was called off stays so', () => {
  const same = laterStarts(weekly, first, later, { same_rule: true })
  assert.deepEqual(Object.fromEntries(same), Object.fromEntries(later.map((one) => [one.id, one.occurs_at])))
  const daily = laterStarts({ ...weekly, rule: 'FREQ=DAILY;INTERVAL=7' }, first, later, { same_rule: false })
  assert.deepEqual([daily.get('second'), daily.get('fourth')], [later[0]?.occurs_at, later[2]?.occurs_at])
  const over = laterStarts({ ...weekly, rule: 'FREQ=WEEKLY;COUNT=2' }, first, later, { same_rule: false })
  assert.deepEqual([over.get('second'), over.get('fourth')], [later[0]?.occurs_at, null])
})

test('later times fold under the first of their series; what is its own stands by itself', () => {
  const one = (id: string, series_id: string | null, own = false) => ({ id, series_id, own })
  const all = [
    one('a1', 'a'),
    one('x', null),
    one('a2', 'a', true),
    one('b1', 'b'),
    one('a3', 'a'),
    one('y', null),
  ]
  assert.deepEqual(
    foldLater(all, ({ own }) => own).map(({ id, later }) => [id, later.map(({ id }) => id)]),
    [
      ['a1', ['a3']],
      ['x', []],
      ['a2', []],
      ['b1', []],
      ['y', []],
    ],
  )
})
