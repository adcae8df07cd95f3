import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownStart, typedCause, typedPromise, typedStart } from './typed.ts'

const place = { time_zone: 'Europe/Tallinn', now: '2026-11-23T12:31:40.000Z' }

test('a start is read in the zone of the page, and the minute that is now means now', () => {
  const start = (started_on: string, started_clock: string) =>
    typedStart({ started_on, started_clock }, place)
  assert.equal(start('2026-11-23', '14:06'), '2026-11-23T12:06:00.000Z')
  assert.equal(start('2026-11-23', '14:31'), place.now)
  assert.equal(start('', '09:00'), '2026-11-23T07:00:00.000Z')
  assert.equal(start('', ''), undefined)
  assert.deepEqual(shownStart(place.now, place), { started_on: '2026-11-23', started_clock: '14:31' })
  for (const wrong of [
    ['2026-11-23', ''],
    ['2026-11-23', '24:00'],
    ['2026-02-30x', '10:00'],
    ['soon', '10:00'],
  ]) {
    assert.throws(() => start(wrong[0] ?? '', wrong[1] ?? ''), { code: 'invalid' }, wrong.join(' '))
  }
})

test('a promise is the next moment at which the clock shows it, if need be tomorrow', () => {
  const promise = (next_update_clock: string) => typedPromise({ next_update_clock }, place)
  assert.equal(promise('15:00'), '2026-11-23T13:00:00.000Z')
  assert.equal(promise('14:00'), '2026-11-24T12:00:00.000Z')
  assert.equal(promise(''), null)
  assert.throws(() => promise('later'), { code: 'invalid' })
})

test('one list of buttons says the cause and which release', () => {
  assert.deepEqual(typedCause({ cause: 'release:abc' }), { cause: 'release', cause_release_id: 'abc' })
  assert.deepEqual(typedCause({ cause: 'not_release' }), { cause: 'not_release' })
  assert.deepEqual(typedCause({}), { cause: 'unknown' })
})
