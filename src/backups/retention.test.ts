import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { superfluous } from './retention.ts'

const keep = { daily: 7, weekly: 4, monthly: 6 }
const day = 86_400_000
const daily = (days: number) =>
  Array.from({ length: days }, (_, ago) => ({
    made_at: new Date(Date.parse('2026-11-25T03:00:00.000Z') - ago * day).toISOString(),
  }))
const kept = (backups: { made_at: string }[]) => {
  const gone = new Set(superfluous(backups, keep))
  return backups.filter((backup) => !gone.has(backup)).map(({ made_at }) => made_at.slice(0, 10))
}

test('of a year of daily backups 7 days, 4 weeks and 6 months stay', () => {
  assert.deepEqual(kept(daily(365)), [
    ...['2026-11-25', '2026-11-24', '2026-11-23', '2026-11-22', '2026-11-21', '2026-11-20', '2026-11-19'],
    ...['2026-11-15', '2026-11-08'], // with this week's and the last one's among the days
    ...['2026-10-31', '2026-09-30', '2026-08-31', '2026-07-31', '2026-06-30'],
  ])
})

test('of several on one day the newest stays, and a store that was off for long loses nothing by it', () => {
  const four = ['01', '07', '13', '19'].map((hour) => ({ made_at: `2026-11-25T${hour}:00:00.000Z` }))
  assert.deepEqual(superfluous(four, keep), four.slice(0, 3).reverse())
  const old = [{ made_at: '2020-01-01T00:00:00.000Z' }, { made_at: '2021-01-01T00:00:00.000Z' }]
  assert.deepEqual(superfluous(old, keep), [])
})

test('the newest always stays, a second look removes nothing more, and forgetting day by day ends the same', () => {
  const moments = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(moments, (days) => {
      const all = days.map((ago) => daily(ago + 1).at(-1) ?? { made_at: '' })
      const gone = superfluous(all, keep)
      const rest = all.filter((backup) => !gone.includes(backup))
      const newest = all
        .map(({ made_at }) => made_at)
        .sort()
        .at(-1)
      assert.ok(rest.some(({ made_at }) => made_at === newest))
      assert.deepEqual(superfluous(rest, keep), [])
      assert.ok(rest.length <= 17)
    }),
    { numRuns: 50 },
  )
  let held: { made_at: string }[] = []
  for (const backup of daily(400).reverse()) {
    held.push(backup)
    const gone = superfluous(held, keep)
    held = held.filter((one) => !gone.includes(one))
  }
  assert.deepEqual(
    held.map(({ made_at }) => made_at.slice(0, 7)).filter((month, at, all) => all.indexOf(month) === at),
    [...['2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11']],
  )
})

test('with nothing to keep the newest stays all the same', () => {
  const [newest, ...others] = daily(3)
  assert.deepEqual(
    superfluous([...others, newest ?? { made_at: '' }], { daily: 0, weekly: 0, monthly: 0 }),
    others,
  )
})
