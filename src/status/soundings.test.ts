import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { componentStatuses } from '../components/model.ts'
import { addUp, percentOf, tally, worstOverTime } from '../components/uptime.ts'
import type { PublicMark } from '../releases/public-marks.ts'
import { wordsFor } from '../site/words/index.ts'
import { drawnDays, shownDays } from './scale.ts'
import { soundingOf } from './soundings.ts'

const t = wordsFor('en').soundings
const hours = 24 * 3600
const today = drawnDays - 1

/** Days of 24 hours from 1970 on, so that a test can count them. */
const days = Array.from({ length: drawnDays }, (_, day) => ({ from: day * hours, to: (day + 1) * hours }))
type Hurt = { status: string; day: number; minutes?: number }
function talliesOf(hurt: Hurt[], began = 0) {
  const moment = (second: number) => new Date(second * 1000).toISOString()
  const segments = worstOverTime(
    hurt.map(({ status, day, minutes = 60 }) => ({
      status,
      started_at: moment(day * hours),
      ended_at: moment(day * hours + minutes * 60),
    })),
  )
  return days.map((day) => tally(segments, began * hours, day))
}

let born = 0
function mark(day: number, given: Partial<PublicMark> = {}): PublicMark {
  const at = new Date(day * hours * 1000).toISOString()
  const plain = { kind: 'deploy', state: 'succeeded', reach: 'everybody', version: '1.0' } as const
  const ways = { drill_at: null, reverts_release_id: null, restores_release_id: null }
  born++
  return { ...plain, ...ways, id: `r${born}`, component_id: 'c', at, live_at: at, day, ...given }
}
const draw = (marks: PublicMark[], tallies = talliesOf([]), complete = true) =>
  soundingOf({ tallies, marks, complete }, t)

/** Where the shapes of a path begin, as days; each shape begins with a move. */
function daysIn(path: string, shape: RegExp) {
  let x = 0
  const found: number[] = []
  for (const [, kind, dx, drawn = ''] of path.matchAll(/([Mm])(-?[\d.]+) -?[\d.]+([^Mm]*)/g)) {
    x = kind === 'M' ? Number(dx) : x + Number(dx)
    if (shape.test(drawn)) found.push(Math.floor(x / 7))
  }
  return found
}
const flag = /^v-17/

test('where not every release is told, no arc claims that what was restored is old', () => {
  const bad = mark(40, { reach: 'taken_back' })
  const back = mark(41, { kind: 'rollback', reverts_release_id: bad.id, restores_release_id: 'hidden' })
  assert.notEqual(draw([bad, back]).arcs.done, '')
  assert.equal(draw([bad, back], talliesOf([]), false).arcs.done, '')
})

test('each day with releases has one pennant: full, hollow once rolled back, half for a part of the customers', () => {
  const back = { reach: 'taken_back', state: 'rolled_back' } as const
  const part = { reach: 'part', state: 'canary' } as const
  const { flags, counts } = draw([
    mark(3),
    mark(9, back),
    mark(9),
    mark(12, part),
    mark(20, part),
    mark(20),
    mark(today),
    mark(-1),
  ])
  assert.deepEqual(daysIn(flags.full, flag), [3, 20, today])
  assert.deepEqual(daysIn(flags.hollow, flag), [9])
  assert.deepEqual(daysIn(flags.half, flag), [12])
  assert.deepEqual(daysIn(flags.tone, /^h/), [12])
  assert.deepEqual(counts, { x: `${9 * 7 + 6} ${20 * 7 + 6}`, digits: '22' })
})

test('more than nine releases in a day are a plus, so that the digits of neighbours never meet', () => {
  const { counts } = draw([...Array.from({ length: 12 }, () => mark(5)), mark(6), mark(6)])
  assert.equal(counts?.digits, '+2')
  assert.equal(counts?.x.split(' ').length, counts?.digits.length)
})

test('days hang from the rail, deeper the worse they were, by the worst of each', () => {
  const drawing = draw(
    [],
    talliesOf([
      { status: 'degraded_performance', day: 2 },
      { status: 'partial_outage', day: 4, minutes: 1 },
      { status: 'degraded_performance', day: 4 },
      { status: 'major_outage', day: 5 },
      { status: 'major_outage', day: 9 },
      { status: 'under_maintenance', day: 7 },
    ]),
  )
  const depth = { degraded_performance: 16, partial_outage: 23, major_outage: 30 }
  const found = drawing.hanging.map(({ status, path }) => [
    status,
    daysIn(path, new RegExp(`^h5v${depth[status]}h-5z`)),
  ])
  assert.deepEqual(found, [
    ['degraded_performance', [2]],
    ['partial_outage', [4]],
    ['major_outage', [5, 9]],
  ])
  assert.deepEqual(daysIn(drawing.maintenance, /^h4v9h-4z$/), [7])
  assert.deepEqual([drawing.calm, drawing.unknown], ['M0 37H628', null])
})

test('days before a component began are dots, and nothing is claimed of them', () => {
  const young = draw([], talliesOf([], 80))
  assert.deepEqual([young.unknown, young.calm], ['M1.5 33H558', 'M560 37H628'])
  const unborn = draw([], talliesOf([], 99))
  assert.equal(unborn.calm, null)
  assert.deepEqual([...new Set(unborn.captions.map(({ uptime }) => uptime))], ['no data yet'])
})

const wayBack = (
  day: number,
  from: PublicMark | null,
  to: PublicMark | null,
  given: Partial<PublicMark> = {},
) =>
  mark(day, {
    kind: 'rollback',
    reverts_release_id: from?.id ?? null,
    restores_release_id: to?.id ?? null,
    ...given,
  })

test('an arc leads from the bad release back to the one restored, and a rollback has no pennant of its own', () => {
  const [good, bad] = [mark(30), mark(60, { reach: 'taken_back' })]
  const { arcs, flags, captions } = draw([good, bad, wayBack(61, bad, good)])
  assert.match(arcs.done, /^M422\.5 11C/)
  assert.match(arcs.done, / 215\.5 9$/)
  assert.equal(arcs.under_way, '')
  assert.deepEqual(daysIn(flags.full, flag), [30])
  assert.equal(captions.find(({ length }) => length === 90)?.releases, '2 releases, 1 rolled back')
  // windows that begin between the two have an arrow of their own
  assert.deepEqual(
    arcs.cut.map(({ length }) => length),
    [45, 40, 35].filter((length) => 90 - length < 60 - 1),
  )
})

test('a way back to what was before the first day ends in an arrow at the edge', () => {
  const bad = mark(40, { reach: 'taken_back' })
  const old = mark(-1)
  for (const target of [old, null]) {
    const { arcs } = draw([old, bad, wayBack(40, bad, target)])
    assert.match(arcs.done, /^M282\.5 11C.* 1 3\.5$/)
    assert.match(arcs.heads, /^M6 0\.8l-5 2\.7 5 2\.7$/)
  }
  // and what went wrong may be older than that: then it begins where the way back was taken
  assert.match(draw([wayBack(50, old, null)]).arcs.done, /^M352\.5 11C/)
})

test('a way back that was itself undone later did happen', () => {
  const [good, bad] = [mark(30), mark(60, { reach: 'taken_back' })]
  assert.match(draw([good, bad, wayBack(61, bad, good, { reach: 'taken_back' })]).arcs.done, /^M422/)
})

test('a way back under way is dashed; one that failed, and one within a day, is no arc', () => {
  const [good, bad] = [mark(30), mark(60)]
  const running = wayBack(61, bad, good, { reach: 'part', live_at: null, state: 'running' })
  assert.deepEqual(
    [draw([good, bad, running]).arcs.done, draw([good, bad, running]).arcs.under_way.length > 0],
    ['', true],
  )
  const failed = wayBack(61, bad, good, { reach: 'part', live_at: null, state: 'failed' })
  const lost = wayBack(61, bad, good, { reach: 'part', live_at: null, state: 'lost' })
  const before = mark(60)
  const same = wayBack(60, bad, before)
  for (const none of [failed, lost, same]) {
    const { arcs } = draw([good, before, bad, none])
    assert.equal(arcs.done + arcs.under_way + arcs.heads, '')
  }
})

const anyMark = fc
  .record({
    day: fc.integer({ min: -1, max: today }),
    kind: fc.constantFrom('deploy', 'rollback', 'flag') as fc.Arbitrary<PublicMark['kind']>,
    reach: fc.constantFrom('everybody', 'part', 'taken_back') as fc.Arbitrary<PublicMark['reach']>,
    state: fc.constantFrom('succeeded', 'running', 'failed') as fc.Arbitrary<PublicMark['state']>,
    reverts: fc.option(fc.nat(30)),
    restores: fc.option(fc.nat(30)),
  })
  .map(({ day, kind, reach, state, ...ways }) => ({
    ...mark(day, { kind, reach, state, ...(reach === 'part' ? { live_at: null } : {}) }),
    ...ways,
  }))
const anyMarks = fc.array(anyMark, { maxLength: 30 }).map((marks) =>
  marks.map((one) => ({
    ...one,
    reverts_release_id: marks[one.reverts ?? 99]?.id ?? null,
    restores_release_id: marks[one.restores ?? 99]?.id ?? null,
  })),
)
const anyHurt = fc.array(
  fc.record({
    status: fc.constantFrom(...componentStatuses),
    day: fc.integer({ min: 0, max: today }),
    minutes: fc.integer({ min: 0, max: 1440 }),
  }),
  { maxLength: 20 },
)

test('an arc goes back in time or is not drawn, whatever the clocks of two tools say', () => {
  const restored = { ...mark(today), id: 'later' }
  const rollback = {
    ...mark(0, { kind: 'rollback' }),
    restores_release_id: 'later',
    reverts_release_id: null,
  }
  assert.equal(draw([rollback, restored], talliesOf([], 0)).arcs.done, '')
})

test('whatever happened, the captions say what is drawn, and nothing is drawn outside', () => {
  const property = fc.property(anyMarks, anyHurt, fc.nat(95), (marks, hurt, began) => {
    const tallies = talliesOf(hurt, began)
    const drawing = draw(marks, tallies)
    const { full, hollow, half } = drawing.flags
    for (const { length, days, releases, uptime } of drawing.captions) {
      const first = drawnDays - length
      const pennants = marks.filter(({ kind, day }) => kind !== 'rollback' && day >= first)
      const back = pennants.filter(({ reach }) => reach === 'taken_back').length
      assert.equal(days, `${length} days`)
      assert.equal(releases, t.releases(pennants.length, back))
      assert.equal(uptime, t.uptime(percentOf(addUp(tallies.slice(first)).uptime)))
      const drawn = daysIn(full + hollow + half, flag).filter((day) => day >= first)
      assert.deepEqual(new Set(drawn), new Set(pennants.map(({ day }) => day)))
      assert.equal(drawn.length, new Set(drawn).size)
    }
    assert.doesNotMatch(JSON.stringify(drawing), /NaN|undefined|Infinity/)
    const hung = drawing.hanging.flatMap(({ status, path }) =>
      daysIn(path, /^h5/).map((day) => [day, status]),
    )
    const bad = tallies.flatMap(({ worst_status }, day) =>
      worst_status && !['operational', 'under_maintenance'].includes(worst_status)
        ? [[day, worst_status]]
        : [],
    )
    assert.deepEqual(new Map(hung as [number, string][]), new Map(bad as [number, string][]))
    for (const [, x] of (drawing.arcs.done + drawing.arcs.under_way).matchAll(/[MC ]([\d.-]+) /g)) {
      assert.ok(Number(x) >= -7 && Number(x) <= 633)
    }
  })
  fc.assert(property, { numRuns: 150 })
})

test('windows are listed once each, and the whole drawing is one of them', () => {
  assert.equal(shownDays[0], drawnDays)
  assert.deepEqual(new Set(draw([]).captions.map(({ length }) => length)), new Set(shownDays))
})
