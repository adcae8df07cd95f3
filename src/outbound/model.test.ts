import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTooLate, nextAttempt, type Schedule, secondsOf, verdictOn } from './model.ts'

const created_at = '2026-11-23T12:00:00.000Z'
const now = new Date(created_at)
const call = (schedule: Schedule, attempts: number) => ({ schedule, created_at, attempts })
const secondsUntil = (at: string | null) => (at === null ? null : (Date.parse(at) - now.getTime()) / 1000)
const next = (schedule: Schedule, attempts: number, wait: number | null = null, random = 0.5) =>
  secondsUntil(nextAttempt(call(schedule, attempts), { now, wait, random }))

test('an urgent call is tried six times within ten minutes, a patient one ten times over days', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((attempts) => next('urgent', attempts)),
    [5, 15, 45, 120, 300, null],
  )
  const patient = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, null]
  assert.deepEqual(
    patient.map((_, index) => next('patient', index + 1)),
    patient,
  )
})

test('patient calls come back spread by a fifth, so that they do not all come at once', () => {
  assert.deepEqual([next('patient', 2, null, 0), next('patient', 2, null, 1)], [240, 360])
  assert.deepEqual([next('urgent', 2, null, 0), next('urgent', 2, null, 1)], [15, 15])
})

test('a receiver may ask for a longer wait, within bounds, and never for a shorter one', () => {
  assert.deepEqual([next('urgent', 1, 60), next('urgent', 1, 0), next('urgent', 1, 1e9)], [60, 5, 120])
  assert.deepEqual([next('patient', 1, 7200), next('patient', 1, 1e9)], [7200, 86_400])
})

test('an urgent call is not tried when it would come later than ten minutes', () => {
  const late = new Date(now.getTime() + 9 * 60_000)
  assert.equal(nextAttempt(call('urgent', 4), { now: late, wait: null, random: 0 }), null)
  assert.equal(isTooLate(call('urgent', 0), late), false)
  assert.equal(isTooLate(call('urgent', 0), new Date(now.getTime() + 600_001)), true)
  assert.equal(isTooLate(call('patient', 0), new Date('2027-11-23T12:00:00.000Z')), false)
})

test('Retry-After is read as seconds and as a date, and nonsense is no wait', () => {
  assert.equal(secondsOf('120', now), 120)
  assert.equal(secondsOf('Mon, 23 Nov 2026 12:01:30 GMT', now), 90)
  assert.equal(secondsOf('Mon, 23 Nov 2026 11:00:00 GMT', now), 0)
  for (const odd of [undefined, '', '-5', '1e9', '1.5', 'soon', '2026-11-23', '99999999999999', ['1', '2']]) {
    assert.equal(secondsOf(odd, now), null, String(odd))
  }
})

test('only 2xx is taken for delivered, and what can pass is tried again', () => {
  const on = (status: number) => verdictOn({ status, headers: {}, body_excerpt: '' })
  for (const status of [200, 201, 202, 204, 299]) assert.equal(on(status).words, null, String(status))
  for (const status of [408, 425, 429, 500, 502, 503, 504, 599])
    assert.equal(on(status).permanent, false, String(status))
  for (const status of [400, 401, 403, 404, 405, 409, 410, 418, 422, 451])
    assert.equal(on(status).permanent, true, String(status))
  assert.equal(on(410).words, 'The receiver says that its address is gone for good (410).')
  assert.equal(on(418).words, 'The receiver refuses the call (418).')
  assert.equal(on(500).words, 'The receiver is broken (500).')
})
