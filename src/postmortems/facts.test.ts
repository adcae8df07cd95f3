import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factsFrom } from './facts.ts'
import { wayOf } from './way.ts'

const at = (clock: string) => `2026-11-23T${clock}:00.000Z`
const checkout = { slug: 'checkout', name: 'Checkout' }
const cards = { slug: 'cards', name: 'Cards' }
const given = {
  started_at: at('12:06'),
  resolved_at: at('12:50'),
  noticed_at: null,
  told_at: at('12:11'),
  impacts: [],
  now: at('13:00'),
}

test('it is noticed with the first word of it unless somebody says when, and restored when the last impact ended', () => {
  const impacts = [
    {
      component: checkout,
      status: 'partial_outage' as const,
      started_at: at('12:06'),
      ended_at: at('12:36'),
    },
    { component: cards, status: 'major_outage' as const, started_at: at('12:08'), ended_at: at('12:31') },
  ]
  const facts = factsFrom({ ...given, impacts })
  assert.deepEqual([facts.seconds_to_notice, facts.seconds_to_restore], [300, 1800])
  const said = factsFrom({ ...given, impacts, noticed_at: at('12:09') })
  assert.equal(said.seconds_to_notice, 180)
  assert.equal(factsFrom({ ...given, impacts, noticed_at: at('12:00') }).seconds_to_notice, 0)
})

test('while anything still hurts nothing is restored, and its minutes grow', () => {
  const impacts = [
    {
      component: checkout,
      status: 'partial_outage' as const,
      started_at: at('12:06'),
      ended_at: at('12:36'),
    },
    { component: checkout, status: 'partial_outage' as const, started_at: at('12:50'), ended_at: null },
  ]
  const facts = factsFrom({ ...given, impacts })
  assert.deepEqual([facts.restored_at, facts.seconds_to_restore], [null, null])
  assert.deepEqual(
    facts.impacts.map(({ seconds }) => seconds),
    [40 * 60],
  )
})

test('times of one component and status that overlap count once, each status for itself', () => {
  const over = (status: 'major_outage' | 'partial_outage', from: string, to: string) => ({
    component: checkout,
    status,
    started_at: at(from),
    ended_at: at(to),
  })
  const impacts = [
    over('partial_outage', '12:00', '12:20'),
    over('partial_outage', '12:05', '12:10'),
    over('partial_outage', '12:15', '12:30'),
    over('major_outage', '12:00', '12:10'),
  ]
  assert.deepEqual(
    factsFrom({ ...given, impacts }).impacts.map(({ status, seconds }) => [status, seconds / 60]),
    [
      ['major_outage', 10],
      ['partial_outage', 30],
    ],
  )
})

test('what hurt nothing is restored when it was resolved', () => {
  const facts = factsFrom(given)
  assert.deepEqual([facts.began_at, facts.restored_at], [at('12:06'), at('12:50')])
  assert.equal(factsFrom({ ...given, told_at: null }).seconds_to_notice, null)
})

test('a rollback was possible when it was done, and not when somebody says or its readiness says why', () => {
  const rollback = {
    state: 'rolled_back' as const,
    to_version: '1',
    asked_at: null,
    rolled_back_at: at('12:36'),
    took_seconds: 180,
  }
  const incident = { cause: 'release', remedy: null, remedy_reason: null, rollback: null }
  assert.equal(wayOf({ ...incident, cause: 'unknown' }, null, null), null)
  assert.equal(wayOf({ ...incident, rollback }, 660, 'old')?.possible, true)
  const forward = { ...incident, remedy: 'rolled_forward', remedy_reason: 'A migration.' }
  assert.deepEqual(wayOf(forward, 660, 'old')?.reason, 'A migration.')
  assert.deepEqual(wayOf(incident, 660, 'its schema change')?.possible, false)
  assert.deepEqual(wayOf(incident, 660, null)?.possible, null)
})
