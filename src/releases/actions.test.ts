import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import type { Context } from '../platform/context.ts'
import type { CanonicalEvent, EventFacts, EventType } from '../sources/events.ts'
import { type World, world } from '../testing/world.ts'
import { correctKind, dismissEvent, matchWaiting, recordEvents } from './actions.ts'
import { recordByHand } from './by-hand.ts'
import { changeTier, listEnvironments } from './environments.ts'
import { isLost } from './model.ts'
import { readReleases } from './reading.ts'
import { releaseById } from './store.ts'

/** A world with the component Shop, and a tool that tells of it. */
async function port() {
  const ship = await world()
  const shop = await createComponent(ship, { name: 'Shop' })
  const say = async (
    run_key: string,
    type: EventType,
    facts: EventFacts = {},
    more: Partial<CanonicalEvent> = {},
  ) => {
    const occurred_at = ship.now().toISOString()
    const event = { type, run_key, service: 'shop', environment: 'production', occurred_at, facts, ...more }
    const [recorded] = await tell(ship, [event], shop.id)
    return recorded
  }
  const deploy = async (run_key: string, facts: EventFacts = { version: run_key }) => {
    ship.wait(10)
    return await say(run_key, 'release.succeeded', facts)
  }
  return { ship, shop, say, deploy, run: (run_key: string) => runOf(ship, run_key) }
}

function tell(ship: Context, events: CanonicalEvent[], component_id: string | null, scope = 'ci') {
  const received_at = ship.now().toISOString()
  const placeFor = async () => (component_id === null ? null : { component_id })
  return recordEvents(ship, { source_id: 'api', scope, delivery_id: null, received_at, events, placeFor })
}

async function runOf(ship: Context, run_key: string) {
  return ship.db.selectFrom('releases').selectAll().where('run_key', '=', run_key).executeTakeFirstOrThrow()
}

const wordsOf = async (ship: World) =>
  (await ship.db.selectFrom('journal').select('action').orderBy('id').execute())
    .map(({ action }) => action)
    .filter((action) => action.startsWith('release.'))

test('an event makes the release, says where it stands, and the journal tells of each step', async () => {
  const { ship, shop, say } = await port()
  const started = await say('r1', 'release.started', { version: '1.4.3' })
  assert.deepEqual([started?.matched, started?.component_id, started?.state], [true, shop.id, 'running'])
  ship.wait(4)
  const done = await say('r1', 'release.succeeded')
  assert.equal(done?.release_id, started?.release_id)
  const release = await releaseById(ship, done?.release_id ?? '')
  assert.deepEqual(
    [release.state, release.version, release.environment_id],
    ['succeeded', '1.4.3', 'production'],
  )
  assert.deepEqual(await wordsOf(ship), ['release.started', 'release.succeeded'])
})

test('the same event told twice changes nothing and is journaled once', async () => {
  const { ship, say } = await port()
  await say('r1', 'release.succeeded', { version: '1.4.3' })
  await say('r1', 'release.succeeded', { version: '1.4.3' })
  assert.deepEqual(await wordsOf(ship), ['release.succeeded'])
})

test('one report of several events is kept in one go, and a failing one keeps nothing', async () => {
  const { ship, shop } = await port()
  const base = { run_key: 'r1', service: 'shop', environment: 'production', facts: {} }
  const occurred_at = ship.now().toISOString()
  const events = [
    { ...base, type: 'release.started' as const, occurred_at },
    { ...base, type: 'release.failed' as const, occurred_at },
  ]
  const both = await tell(ship, events, shop.id)
  assert.deepEqual(
    both.map(({ state }) => state),
    ['failed', 'failed'],
  )
  await assert.rejects(tell(ship, events, 'nobody'))
  const kept = await ship.db.selectFrom('release_events').select('id').execute()
  assert.equal(kept.length, 2)
})

test('an artifact is kept and makes no release', async () => {
  const { ship, shop, say } = await port()
  const recorded = await say('r1', 'artifact.available', { version: '1.4.3' })
  assert.deepEqual([recorded?.component_id, recorded?.release_id, recorded?.state], [shop.id, null, null])
  assert.deepEqual(await ship.db.selectFrom('releases').select('id').execute(), [])
})

test('what no component answers to waits, and is replayed when it is mapped', async () => {
  const { ship, shop, run } = await port()
  const event = (type: EventType, service = 'web-shop') => ({
    type,
    run_key: 'r1',
    service,
    environment: 'production',
    occurred_at: ship.now().toISOString(),
    facts: { version: '1.4.3' },
  })
  await tell(ship, [event('release.started'), event('release.started', 'other')], null)
  const [waiting] = await tell(ship, [event('release.succeeded')], null)
  assert.deepEqual([waiting?.matched, waiting?.release_id, waiting?.state], [false, null, null])

  const replayed = await matchWaiting(ship, {
    source_id: 'api',
    services: ['web-shop'],
    placeFor: async () => ({ component_id: shop.id }),
  })
  assert.equal(replayed.length, 2)
  assert.equal((await run('r1')).state, 'succeeded')
  assert.deepEqual(
    await matchWaiting(ship, {
      source_id: 'api',
      services: ['web-shop'],
      placeFor: async () => ({ component_id: shop.id }),
    }),
    [],
  )
})

test('a dismissed event waits no more; one that found its component cannot be dismissed', async () => {
  const { ship, shop, say } = await port()
  const event = {
    type: 'release.started' as const,
    run_key: 'r1',
    service: 'x',
    environment: 'qa',
    facts: {},
  }
  const [waiting] = await tell(ship, [{ ...event, occurred_at: ship.now().toISOString() }], null)
  await dismissEvent(ship, waiting?.event_id ?? '')
  await dismissEvent(ship, waiting?.event_id ?? '')
  assert.deepEqual(
    await matchWaiting(ship, {
      source_id: 'api',
      services: ['x'],
      placeFor: async () => ({ component_id: shop.id }),
    }),
    [],
  )
  const matched = await say('r2', 'release.started')
  await assert.rejects(dismissEvent(ship, matched?.event_id ?? ''), { code: 'conflict' })
  await assert.rejects(dismissEvent(ship, 'nothing'), { code: 'not-found' })
})

test('events out of order end in the same release', async () => {
  const { ship, say, run } = await port()
  await say('r1', 'release.succeeded', { version: '1.4.3' })
  const earlier = new Date(ship.now().getTime() - 4 * 60_000).toISOString()
  const late = await say('r1', 'release.started', { commit: '28e3a861' }, { occurred_at: earlier })
  assert.equal(late?.state, 'succeeded')
  const { started_at, commit, version } = await run('r1')
  assert.deepEqual([started_at, commit, version], [earlier, '28e3a861', '1.4.3'])
})

test('an event from the future counts now, and the release says that a clock is wrong', async () => {
  const { ship, say, run } = await port()
  await say('r1', 'release.succeeded', { version: '1.4.3' }, { occurred_at: '2026-11-24T12:00:00.000Z' })
  const { live_at, skewed_at } = await run('r1')
  assert.deepEqual([live_at, skewed_at], [ship.now().toISOString(), ship.now().toISOString()])
})

test('a run that falls silent is lost until it speaks again', async () => {
  const { ship, say, run } = await port()
  await say('r1', 'release.started', { version: '1.4.3' })
  ship.wait(61)
  assert.equal(isLost(await run('r1'), ship.now()), true)
  const found = async (state: string) => (await readReleases(ship, { state, limit: 9 })).length
  assert.deepEqual([await found('lost'), await found('running')], [1, 0])
  await say('r1', 'release.progress')
  assert.deepEqual([await found('lost'), await found('running')], [0, 1])
  assert.equal(isLost(await run('r1'), ship.now()), false)
})

test('a newer release supersedes; an older success that comes late never replaces it', async () => {
  const { ship, say, deploy, run } = await port()
  await deploy('v1')
  await deploy('v3')
  const between = new Date(ship.now().getTime() - 5 * 60_000).toISOString()
  await say('v2', 'release.succeeded', { version: 'v2' }, { occurred_at: between })
  const [v1, v2, v3] = [await run('v1'), await run('v2'), await run('v3')]
  assert.deepEqual([v1.superseded_by_release_id, v2.superseded_by_release_id], [v2.id, v3.id])
  assert.deepEqual([v3.superseded_by_release_id, v3.previous_release_id], [null, v2.id])
})

test('going back is a rollback that undoes what lay between, and is told of in the journal', async () => {
  const { ship, deploy, run } = await port()
  await deploy('v1', { version: 'v1', commit: 'aaaaaaaa' })
  await deploy('v2', { version: 'v2', commit: 'bbbbbbbb' })
  await deploy('v3', { version: 'v3', commit: 'cccccccc' })
  await deploy('back', { version: 'main', commit: 'aaaaaaaa00' })
  const [v1, v2, v3, back] = [await run('v1'), await run('v2'), await run('v3'), await run('back')]
  assert.deepEqual([back.kind, back.kind_by], ['rollback', 'history'])
  assert.deepEqual([back.reverts_release_id, back.restores_release_id], [v3.id, v1.id])
  for (const undone of [v2, v3]) {
    assert.deepEqual([undone.state, undone.outcome], ['rolled_back', 'succeeded'])
    assert.deepEqual([undone.undone_by_release_id, undone.undone_at], [back.id, back.live_at])
  }
  assert.equal(v1.state, 'succeeded')
  assert.deepEqual((await wordsOf(ship)).slice(-3).sort(), [
    'release.rolled_back',
    'release.rolled_back',
    'release.succeeded',
  ])
})

test('going forward again to what was rolled back is a deploy', async () => {
  const { deploy, run } = await port()
  await deploy('v1')
  await deploy('v2')
  await deploy('back', { version: 'v1' })
  await deploy('forward', { version: 'v2' })
  const [back, forward] = [await run('back'), await run('forward')]
  assert.deepEqual([back.kind, forward.kind, back.undone_at], ['rollback', 'deploy', null])
})

test('a rollback under way already says what it reverts, and undoes nothing before it is live', async () => {
  const { ship, say, deploy, run } = await port()
  await deploy('v1')
  await deploy('v2')
  ship.wait(1)
  await say('back', 'release.started', { version: 'v1' })
  const [v2, back] = [await run('v2'), await run('back')]
  assert.deepEqual([back.kind, back.reverts_release_id, v2.state], ['rollback', v2.id, 'succeeded'])
  ship.wait(1)
  await say('back', 'release.failed')
  assert.deepEqual([(await run('v2')).state, (await run('back')).state], ['succeeded', 'failed'])
})

test('an operator corrects the kind, and takes the correction back', async () => {
  const { ship, deploy, run } = await port()
  await deploy('v1')
  await deploy('v2')
  const recorded = await deploy('back', { version: 'v1' })
  const id = recorded?.release_id ?? ''
  const corrected = await correctKind(ship, id, 'deploy')
  assert.deepEqual(
    [corrected.kind, corrected.kind_by, corrected.reverts_release_id],
    ['deploy', 'operator', null],
  )
  const v2 = await run('v2')
  assert.deepEqual([v2.state, v2.undone_at, v2.superseded_by_release_id], ['succeeded', null, id])

  const again = await correctKind(ship, id, null)
  assert.deepEqual([again.kind, again.kind_by], ['rollback', 'history'])
  assert.equal((await run('v2')).state, 'rolled_back')
  await assert.rejects(correctKind(ship, 'nothing', 'deploy'), { code: 'not-found' })
})

test('two sources that report the same release: the second is a redeploy', async () => {
  const { ship, shop, deploy, run } = await port()
  await deploy('v1')
  const event = { type: 'release.succeeded' as const, run_key: 'v1', service: 'shop', environment: 'prod' }
  ship.wait(1)
  const [other] = await tell(
    ship,
    [{ ...event, occurred_at: ship.now().toISOString(), facts: { version: 'v1' } }],
    shop.id,
    'other',
  )
  const second = await releaseById(ship, other?.release_id ?? '')
  assert.notEqual(
    second.id,
    (await ship.db.selectFrom('releases').select('id').where('scope', '=', 'ci').executeTakeFirstOrThrow())
      .id,
  )
  assert.equal(second.kind, 'redeploy')
  await assert.rejects(run('nothing'))
})

test('a run without a name joins the open run of its version, else it is a new one', async () => {
  const { ship, say } = await port()
  const first = await say('', 'release.started', { version: 'v1' })
  const same = await say('', 'release.progress', { percent: 10 })
  const other = await say('', 'release.started', { version: 'v2' })
  assert.equal(same?.release_id, first?.release_id)
  assert.notEqual(other?.release_id, first?.release_id)
  await say('', 'release.succeeded', { version: 'v1', percent: 100 })
  ship.wait(25 * 60)
  const later = await say('', 'release.succeeded', { version: 'v2' })
  assert.notEqual(later?.release_id, other?.release_id)
})

test('a run without a name from long ago does not join one that is open now', async () => {
  const { say } = await port()
  const open = await say('', 'release.started', { version: '1.0' })
  const past = { occurred_at: '2019-05-15T15:20:00.000Z' }
  const old = await say('', 'release.succeeded', { version: '1.0' }, past)
  assert.notEqual(old?.release_id, open?.release_id)
})

test('Prod is production, and an environment never heard of is of tier other until an admin says more', async () => {
  const { ship, say, run } = await port()
  await say('r1', 'release.started', {}, { environment: ' Prod ' })
  assert.equal((await run('r1')).environment_id, 'production')
  await say('r2', 'release.started', {}, { environment: 'Canada' })
  await say('r3', 'release.started', {}, { environment: 'canada' })
  const names = (await listEnvironments(ship)).map(({ name, tier }) => `${name}: ${tier}`)
  assert.deepEqual(names.slice(3), ['development: development', 'canada: other'])
  assert.equal((await changeTier(ship, 'CANADA', 'production')).tier, 'production')
  await assert.rejects(changeTier(ship, 'nowhere', 'production'), { code: 'not-found' })
})

test('by hand: a release with the time it took, and a rollback with its reason', async () => {
  const { ship, deploy, run } = await port()
  await deploy('v1')
  ship.wait(60)
  const release = await recordByHand(ship, { component: 'shop', version: 'v2', minutes_taken: 12 })
  assert.deepEqual([release.kind, release.state, release.source_id], ['deploy', 'succeeded', 'hand'])
  assert.equal(Date.parse(release.live_at ?? '') - Date.parse(release.started_at ?? ''), 12 * 60_000)
  ship.wait(5)
  const back = await recordByHand(ship, {
    component: 'shop',
    version: 'v1',
    kind: 'rollback',
    reason: 'Slow.',
  })
  assert.deepEqual([back.reverts_release_id, back.reason, back.actor_name], [release.id, 'Slow.', 'Ada'])
  assert.equal(back.restores_release_id, (await run('v1')).id)
  assert.equal((await releaseById(ship, release.id)).state, 'rolled_back')
  assert.ok((await wordsOf(ship)).includes('release.recorded'))
})

test('by hand: nothing from the future, of no component, or without a version', async () => {
  const { ship } = await port()
  const at = '2026-11-24T12:00:00.000Z'
  await assert.rejects(recordByHand(ship, { component: 'shop', version: 'v2', at }), { code: 'invalid' })
  await assert.rejects(recordByHand(ship, { component: 'nothing', version: 'v2' }), { code: 'not-found' })
  await assert.rejects(recordByHand(ship, { component: 'shop', version: ' ' }))
  assert.deepEqual(await ship.db.selectFrom('release_events').select('id').execute(), [])
})

test('by hand: two weeks late is history, and still what is live', async () => {
  const { ship } = await port()
  const at = '2026-11-09T12:00:00.000Z'
  const release = await recordByHand(ship, { component: 'shop', version: 'v2', at })
  assert.deepEqual([release.backfilled_at, release.live_at], [ship.now().toISOString(), at])
})

test('how many customers have it may be told without a run, long after: it is said of what only some have', async () => {
  const { ship, say, run } = await port()
  const told = await say('rollout', 'release.succeeded', { version: '2.0', dark: true })
  ship.wait(4 * 24 * 60)
  const some = await say('', 'exposure.changed', { version: '2.0', percent: 10 })
  assert.equal(some?.release_id, told?.release_id)
  ship.wait(24 * 60)
  await say('', 'exposure.changed', { percent: 100 })
  assert.deepEqual([(await run('rollout')).state, (await run('rollout')).most_percent], ['succeeded', 100])
  const flag = await say('', 'exposure.changed', { kind: 'flag', percent: 10 })
  const other = await say('', 'exposure.changed', { version: '3.0', percent: 10 })
  assert.equal(new Set([told?.release_id, flag?.release_id, other?.release_id]).size, 3)
})
