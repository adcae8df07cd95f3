import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublicImpact } from '../components/public-impacts.ts'
import type { PublicMark } from '../releases/public-marks.ts'
import { wordsFor } from '../site/words/index.ts'
import { linesOf } from './sounding-lines.ts'

const t = wordsFor('en')
const hours = 24 * 3600
const days = Array.from({ length: 90 }, (_, day) => ({
  date: new Date(day * hours * 1000).toISOString().slice(0, 10),
  from: day * hours,
  to: (day + 1) * hours,
}))
const at = (day: number, hour = 0) => new Date((day * 24 + hour) * 3_600_000).toISOString()

function impact(status: string, from: string, to: string | null, title: string | null): PublicImpact {
  const incident = title === null ? null : { id: `id of ${title}`, title }
  return { component_id: 'c', status, started_at: from, ended_at: to, incident, maintenance: null }
}

let born = 0
function mark(day: number, version: string, given: Partial<PublicMark> = {}): PublicMark {
  const plain = { kind: 'deploy', state: 'succeeded', reach: 'everybody' } as const
  const ways = { drill_at: null, reverts_release_id: null, restores_release_id: null }
  born++
  const moment = at(day, born / 1000)
  return {
    ...plain,
    ...ways,
    id: `r${born}`,
    component_id: 'c',
    at: moment,
    live_at: moment,
    day,
    version,
    ...given,
  }
}

function told(impacts: PublicImpact[], marks: PublicMark[], { limit = 12, known = 0 } = {}) {
  const { lines, more } = linesOf({ impacts, marks, days, known }, limit, t)
  const words = lines.map(({ date, troubles, events }) => [
    days.findIndex((day) => day.date === date),
    ...troubles.map((one) => `${one.words}: ${one.incident?.title ?? 'by hand'}`),
    ...events.map(({ words, links, more }) =>
      [words, ...links.map((link) => link.words), more].join(' ').trim(),
    ),
  ])
  return { words, more }
}

test('a day tells what each incident did, for how long, and what was released', () => {
  const bad = mark(80, '2.14.0', { reach: 'taken_back' })
  const { words } = told(
    [
      impact('degraded_performance', at(80, 1), at(80, 2), 'Cards fail'),
      impact('major_outage', at(80, 2), at(80, 4), 'Cards fail'),
      impact('under_maintenance', at(80, 3), at(80, 4), null),
    ],
    [
      mark(79, '2.13.4'),
      bad,
      mark(80, '2.15.0', { reach: 'part', state: 'canary' }),
      mark(80, '2.13.4', { kind: 'rollback', reverts_release_id: bad.id }),
    ],
  )
  assert.deepEqual(words, [
    [
      80,
      'Major outage for 3 h: Cards fail',
      'Maintenance for 1 h: by hand',
      'Rolled back 2.14.0 → 2.13.4',
      'Released and rolled back: 2.14.0',
      'To part of the customers: 2.15.0',
    ],
    [79, 'Released 2.13.4'],
  ])
})

test('an incident of many days is on each of them, for as long as it lasted there', () => {
  const { words } = told([impact('partial_outage', at(86, 20), null, 'Slow')], [], { limit: 3 })
  assert.deepEqual(words, [
    [89, 'Partial outage for 1 day: Slow'],
    [88, 'Partial outage for 1 day: Slow'],
    [87, 'Partial outage for 1 day: Slow'],
  ])
  assert.deepEqual(told([impact('partial_outage', at(86, 20), at(87), 'Slow')], []).words, [
    [86, 'Partial outage for 4 h: Slow'],
  ])
})

test('trouble and ways back are listed before plain releases, and what is left out is counted', () => {
  const releases = Array.from({ length: 20 }, (_, index) => mark(60 + index, `1.${index}`))
  const back = mark(3, '0.9', { kind: 'rollback' })
  const { words, more } = told([impact('major_outage', at(1), at(1, 1), 'Down')], [...releases, back], {
    limit: 4,
  })
  assert.deepEqual(words, [
    [79, 'Released 1.19'],
    [78, 'Released 1.18'],
    [3, 'Rolled back to 0.9'],
    [1, 'Major outage for 1 h: Down'],
  ])
  assert.equal(more, 18)
})

test('of many releases in a day the newest are named', () => {
  const { words } = told(
    [],
    ['1', '2', '3', '4', '5'].map((version) => mark(9, version)),
  )
  assert.deepEqual(words, [[9, 'Released 3 4 5 and 2 more']])
})

test('what was before the component began, before the first day or not yet, is not listed', () => {
  const impacts = [
    impact('major_outage', at(5), at(8, 1), 'Early'),
    impact('major_outage', '1969-12-01T00:00:00.000Z', '1969-12-02T00:00:00.000Z', 'Before'),
    impact('major_outage', at(90), null, 'Later'),
    impact('major_outage', at(40), at(39), 'Never'),
  ]
  const { words, more } = told(impacts, [mark(-1, '0.1')], { known: 8 })
  assert.deepEqual([words, more], [[[8, 'Major outage for 1 h: Early']], 0])
})

test('a way back that is under way or failed says so', () => {
  const way = (given: Partial<PublicMark>) =>
    mark(9, '1.0', { kind: 'rollback', reach: 'part', live_at: null, ...given })
  assert.deepEqual(
    told([], [way({ state: 'running' }), way({ state: 'lost' }), way({ state: 'failed' })]).words,
    [[9, 'Rolling back to 1.0', 'Rolling back to 1.0', 'Rollback failed: to 1.0']],
  )
})
