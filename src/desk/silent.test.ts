import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSilent } from './silent.ts'

const days = (...numbers: number[]) => numbers.map((one) => `2026-11-${String(one).padStart(2, '0')}`)
const heard = (on: string[]) => ({ days: on, last_at: `${on.at(-1)}T12:00:00.000Z` })
const at = (text: string) => new Date(text)

test('a source of every day is silent after three days without a word', () => {
  const daily = heard(days(16, 17, 18, 19, 20))
  assert.equal(isSilent(daily, at('2026-11-23T12:00:00.000Z')), false)
  assert.equal(isSilent(daily, at('2026-11-23T12:00:01.000Z')), true)
})

test('a source of working days is not silent over a weekend', () => {
  const working = heard(days(9, 10, 11, 12, 13, 16, 17, 18, 19, 20))
  assert.equal(isSilent(working, at('2026-11-23T09:00:00.000Z')), false)
})

test('a source of every week has three weeks', () => {
  const weekly = heard(days(2, 9, 16))
  assert.equal(isSilent(weekly, at('2026-12-06T12:00:00.000Z')), false)
  assert.equal(isSilent(weekly, at('2026-12-07T12:00:01.000Z')), true)
})

test('a source that was hardly heard yet has no usual, and is never silent', () => {
  assert.equal(isSilent(heard(days(1, 2)), at('2026-11-29T12:00:00.000Z')), false)
  assert.equal(isSilent({ days: [], last_at: '' }, at('2026-11-29T12:00:00.000Z')), false)
})
