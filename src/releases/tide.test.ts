import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from '../site/words/en.ts'
import type { EventFacts } from '../sources/events.ts'
import { tideOf } from './tide.ts'

const clock = (minute: number) => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString()
const told = (minute: number, type: string, facts: EventFacts = {}) => {
  const at = clock(minute)
  const times = { occurred_at: at, received_at: at, effective_at: at, skewed_at: null }
  return { id: `e${minute}`, type, facts: JSON.stringify(facts), ...times }
}
const ends = { undone_at: null, replaced_at: null, now: clock(60) }
const canary = [
  told(0, 'release.started'),
  told(10, 'release.progress', { percent: 10 }),
  told(20, 'release.succeeded', { percent: 100 }),
]

test('a release that reached nobody has no drawing', () => {
  assert.equal(tideOf([told(0, 'release.started'), told(5, 'release.failed')], [], ends), null)
  assert.equal(tideOf([], [], ends), null)
})

test('the drawing rises with the customers, in whatever order it was told, and falls when it is taken back', () => {
  const tide = tideOf(canary, [], { ...ends, undone_at: clock(40) })
  assert.deepEqual(
    tide?.levels.map(({ percent }) => percent),
    [10, 100],
  )
  assert.deepEqual(
    tide?.ticks.map(({ what }) => en.past.tide.ticks[what]),
    ['started', 'first customers', 'everybody', 'back'],
  )
  assert.ok(tide?.back && tide.back.from > tide.back.to)
  assert.deepEqual(tideOf(canary.toReversed(), [], { ...ends, undone_at: clock(40) }), tide)
})

test('labels that would cover each other are left out, the last one never', () => {
  const tide = tideOf([told(0, 'release.started'), told(1, 'release.succeeded')], [], ends)
  assert.deepEqual(
    tide?.ticks.map(({ what }) => en.past.tide.ticks[what]),
    ['everybody'],
  )
})

test('shares that would be written over each other are told by the last of them, over the line that it is on', () => {
  const nodes = [86, 88, 89, 90, 91, 92].map((percent, minute) =>
    told(6 + minute, 'release.progress', { percent }),
  )
  const tide = tideOf([told(0, 'release.succeeded', { percent: 100 }), ...nodes], [], ends)
  const [first, last] = [tide?.levels.at(0), tide?.levels.at(-1)]
  assert.ok(tide && first && last)
  assert.deepEqual([first.percent, last.percent], [100, 92])
  for (const [index, { x, y }] of tide.levels.entries()) {
    for (const other of tide.levels.slice(index + 1)) {
      assert.ok(Math.abs(other.x - x) >= 40 || Math.abs(other.y - y) >= 13, 'one covers the other')
    }
  }
  assert.ok(last.y < tide.top + 0.1 * (tide.ground - tide.top), 'it is not struck through')
})

test('an incident is a band that stays inside the drawing', () => {
  const tide = tideOf(canary, [{ started_at: clock(-30), resolved_at: null }], ends)
  const [band] = tide?.bands ?? []
  assert.ok(tide && band && band.x >= tide.left && band.x + band.width <= tide.right)
})

test('what a tool tells of every second is drawn as far as eyes reach', () => {
  const chatty = Array.from({ length: 5000 }, (_, second) => ({
    ...told(0, 'release.progress', { percent: 1 + (second % 97) }),
    id: `e${String(second).padStart(5, '0')}`,
    effective_at: new Date(Date.parse(clock(0)) + second * 1000).toISOString(),
  }))
  const tide = tideOf(chatty, [], ends)
  assert.ok(tide && tide.path.length < 5000 && tide.levels.length <= 102)
})

test('where customers do not read how many have it, every part of them is drawn alike', () => {
  const drawn = (percent: number, more = percent) =>
    tideOf(
      [
        told(0, 'release.started'),
        told(10, 'release.progress', { percent }),
        told(15, 'release.progress', { percent: more }),
        told(20, 'release.succeeded', { percent: 100 }),
      ],
      [],
      { ...ends, vague: true },
    )
  assert.deepEqual(drawn(3), drawn(80))
  assert.deepEqual(drawn(3), drawn(3, 80))
  assert.deepEqual(
    drawn(3)?.levels.map(({ percent }) => percent),
    [100],
  )
})
