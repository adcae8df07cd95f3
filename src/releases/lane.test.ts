import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createComponent } from '../components/actions.ts'
import type { CanonicalEvent, EventFacts } from '../sources/events.ts'
import { world } from '../testing/world.ts'
import { correctKind, recordEvents } from './actions.ts'
import { type LaneRelease, laneColumns, settleLane } from './lane.ts'

const clock = (minute: number) => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString()

/** A release whose run key is its name, live for everybody so many minutes after 10:00. */
function live(
  name: string,
  minute: number,
  version: string | null = name,
  more: Partial<LaneRelease> = {},
): LaneRelease {
  return {
    id: name,
    source_id: 'api',
    scope: '',
    run_key: name,
    version,
    commit: null,
    kind: 'deploy',
    kind_by: more.kind ? 'tool' : 'history',
    corrected_kind: null,
    state: 'succeeded',
    outcome: 'succeeded',
    percent: null,
    dark_at: null,
    previous_version: null,
    drift_version: null,
    previous_release_id: null,
    reverts_release_id: null,
    restores_release_id: null,
    undone_by_release_id: null,
    superseded_by_release_id: null,
    undone_at: null,
    drill_at: null,
    live_at: clock(minute),
    lane_at: clock(minute),
    ...more,
  }
}

function settled(...releases: LaneRelease[]) {
  const lane = new Map(settleLane([], releases).map((release) => [release.id, release]))
  return (name: string) => lane.get(name) ?? assert.fail(name)
}
const canary = { state: 'canary', percent: 10, live_at: null }

test('the first release, a newer one, the same again, the first again: deploy, deploy, redeploy, rollback', () => {
  const lane = settled(live('v1', 0), live('v2', 1), live('again', 2, 'v2'), live('back', 3, 'v1'))
  assert.deepEqual(
    ['v1', 'v2', 'again', 'back'].map((name) => lane(name).kind),
    ['deploy', 'deploy', 'redeploy', 'rollback'],
  )
  assert.deepEqual([lane('back').reverts_release_id, lane('back').restores_release_id], ['again', 'v1'])
  assert.deepEqual([lane('v2').undone_by_release_id, lane('again').undone_by_release_id], ['back', 'back'])
  assert.equal(lane('v1').superseded_by_release_id, 'v2')
})

test('going forward again to what was rolled back is a deploy', () => {
  const lane = settled(live('v1', 0), live('v2', 1), live('back', 2, 'v1'), live('forward', 3, 'v2'))
  assert.deepEqual([lane('forward').kind, lane('forward').previous_release_id], ['deploy', 'back'])
  assert.deepEqual([lane('v2').state, lane('back').state], ['rolled_back', 'succeeded'])
})

test('the commit says what a release is when both have one, else the version', () => {
  const main = (name: string, minute: number, commit: string | null) => live(name, minute, 'main', { commit })
  const lane = settled(
    main('a', 0, 'aaaaaaa111'),
    main('b', 1, 'bbbbbbb222'),
    main('c', 2, 'aaaaaaa'),
    main('d', 3, null),
  )
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => lane(name).kind),
    ['deploy', 'deploy', 'rollback', 'redeploy'],
  )
})

test('releases that say neither version nor commit are never taken for the same', () => {
  const lane = settled(live('a', 0, null), live('b', 1, null))
  assert.deepEqual([lane('b').kind, lane('b').previous_release_id], ['deploy', 'a'])
})

test('what the tool says stands, and a correction stands above it', () => {
  const said = settled(live('v1', 0), live('v2', 1), live('back', 2, 'v1', { kind: 'deploy' }))
  assert.deepEqual([said('back').kind_by, said('v2').undone_by_release_id], ['tool', null])
  const corrected = settled(
    live('v1', 0),
    live('v2', 1),
    live('back', 2, 'v1', { kind: 'deploy', corrected_kind: 'rollback' }),
  )
  assert.deepEqual([corrected('back').kind_by, corrected('v2').undone_by_release_id], ['operator', 'back'])
})

test('a rollback to a version never seen undoes what was live, and nothing else', () => {
  const lane = settled(live('v1', 0), live('v2', 1), live('back', 2, 'v0', { kind: 'rollback' }))
  assert.deepEqual([lane('back').reverts_release_id, lane('back').restores_release_id], ['v2', null])
  assert.deepEqual([lane('v1').state, lane('v2').state], ['succeeded', 'rolled_back'])
})

test('a drill takes nothing back: what it went back from stands as it was, and going forward again is a deploy', () => {
  const drill = live('back', 2, 'v1', { drill_at: clock(2) })
  const lane = settled(live('v1', 0), live('v2', 1), drill, live('again', 3, 'v2'))
  assert.deepEqual([lane('back').kind, lane('again').kind], ['rollback', 'deploy'])
  assert.deepEqual([lane('back').reverts_release_id, lane('back').restores_release_id], ['v2', 'v1'])
  assert.deepEqual(
    [lane('v2').state, lane('v2').undone_at, lane('v2').undone_by_release_id],
    ['succeeded', null, null],
  )
  assert.equal(lane('v2').superseded_by_release_id, 'back')
})

test('what only some had is over after a drill too', () => {
  const drill = live('back', 2, 'v1', { kind: 'rollback', drill_at: clock(2) })
  const lane = settled(live('v1', 0), live('v2', 1, 'v2', canary), drill)
  assert.deepEqual([lane('v2').state, lane('v2').undone_by_release_id], ['rolled_back', 'back'])
})

test('a deploy that a tool calls a drill is a deploy', () => {
  const lane = settled(live('v1', 0), live('v2', 1, 'v2', { drill_at: clock(1) }))
  assert.deepEqual([lane('v2').kind, lane('v1').superseded_by_release_id], ['deploy', 'v2'])
})

test('a rollback to what is live all along reverts what was being tried', () => {
  const back = live('back', 2, 'v1', { kind: 'rollback', previous_version: 'v2' })
  const tried = settled(live('v1', 0), live('v2', 1, 'v2', canary), back)
  assert.deepEqual([tried('back').reverts_release_id, tried('back').restores_release_id], ['v2', 'v1'])
  assert.deepEqual([tried('v1').state, tried('v2').state], ['succeeded', 'rolled_back'])

  const failed = settled(
    live('v1', 0),
    live('v2', 1, 'v2', { state: 'failed', outcome: 'failed', live_at: null }),
    back,
  )
  assert.deepEqual([failed('v2').state, failed('v2').undone_by_release_id], ['failed', 'back'])
})

test('a canary is superseded by what goes live for everybody after it', () => {
  const lane = settled(live('v1', 0), live('v2', 1, 'v2', canary), live('v3', 2))
  assert.deepEqual([lane('v2').superseded_by_release_id, lane('v3').previous_release_id], ['v3', 'v1'])
  assert.equal(lane('v2').state, 'canary')
})

test('a release that undid itself leaves what was live before it live', () => {
  const lane = settled(live('v1', 0), live('v2', 1, 'v2', { state: 'rolled_back', undone_at: clock(5) }))
  assert.equal(lane('v1').superseded_by_release_id, null)
  assert.deepEqual([lane('v2').undone_at, lane('v2').undone_by_release_id], [clock(5), null])
})

test('a setting or a flag leaves the version as it is', () => {
  const lane = settled(live('v1', 0), live('flag', 1, 'v9', { kind: 'flag' }), live('v2', 2))
  assert.deepEqual([lane('flag').superseded_by_release_id, lane('flag').previous_release_id], [null, 'v1'])
  assert.equal(lane('v1').superseded_by_release_id, 'v2')
})

test('a tool that found another version in place than we thought is marked as drift', () => {
  const after = (previous_version: string) =>
    settled(live('v1', 0, 'v1', { commit: 'aaaaaaa111' }), live('v2', 1, 'v2', { previous_version }))('v2')
      .drift_version
  assert.deepEqual([after('v1'), after('aaaaaaa'), after('v0')], [null, null, 'v0'])
})

const seldom = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 5 })
const type = fc.oneof(
  { weight: 6, arbitrary: fc.constant('release.succeeded') },
  { weight: 2, arbitrary: fc.constantFrom('release.failed', 'release.started', 'release.rolled_back') },
)
const thing = fc.constantFrom<EventFacts>(
  { version: 'v1' },
  { version: 'v2' },
  { version: 'v3' },
  { version: 'v1', commit: 'aaaaaaa1' },
  { version: 'v2', commit: 'bbbbbbb1' },
  { commit: 'aaaaaaa' },
)
const more = fc.record({
  previous_version: seldom('v1', 'v2'),
  kind: seldom('rollback', 'deploy', 'flag'),
  percent: seldom(10, 100),
})
const minute = fc.integer({ min: 0, max: 40 })
const run = fc.integer({ min: 1, max: 20 })
const step = fc.record({ minute, run, type, thing, more, corrected: seldom('rollback', 'deploy') })
const plan = fc.uniqueArray(step, { minLength: 3, maxLength: 10, selector: ({ minute }) => minute })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The lane after these steps came in this order, told by run instead of by id. */
async function laneAfter(steps: Step[]) {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop' })
  for (const { run, type, thing, more, minute, corrected } of steps) {
    const facts = { ...thing, ...more }
    const event = {
      run_key: `r${run}`,
      type,
      facts,
      occurred_at: clock(minute),
      service: 'shop',
      environment: 'prod',
    }
    const report = { source_id: 'api', scope: '', delivery_id: null, received_at: '2026-11-23T12:00:00.000Z' }
    const events = [event as CanonicalEvent]
    const [told] = await recordEvents(ship, {
      ...report,
      events,
      placeFor: async () => ({ component_id: id }),
    })
    if (corrected && steps.filter((step) => step.run === run).length === 1) {
      await correctKind(ship, told?.release_id ?? '', corrected as 'deploy')
    }
  }
  const rows = await ship.db.selectFrom('releases').select(laneColumns).orderBy('run_key').execute()
  await ship.db.destroy()
  return rows
}

function byRun(rows: LaneRelease[]) {
  const names = new Map(rows.map((row) => [row.id, row.run_key]))
  return rows.map((row) => {
    const named = Object.entries(row).map(([column, value]) => [column, names.get(String(value)) ?? value])
    return Object.fromEntries(named)
  })
}

test('whatever the order in which runs are heard of, the lane is the same, and as if settled at once', async () => {
  const anyOrder = plan.chain((steps) =>
    fc.tuple(fc.constant(steps), fc.shuffledSubarray(steps, { minLength: steps.length })),
  )
  await fc.assert(
    fc.asyncProperty(anyOrder, async ([steps, shuffled]) => {
      const rows = await laneAfter(steps)
      assert.deepEqual(byRun(await laneAfter(shuffled)), byRun(rows))
      const atOnce = settleLane([], rows).sort((a, b) => (a.run_key < b.run_key ? -1 : 1))
      assert.deepEqual(byRun(atOnce), byRun(rows))
    }),
    { numRuns: 25 },
  )
})
