import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent } from '../components/actions.ts'
import { declareIncident, deleteIncident, editIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { clearBad, markBad } from '../releases/bad.ts'
import { changeTier } from '../releases/environments.ts'
import { northwind } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { endFreeze, planFreeze } from './freezes.ts'
import { mayGoOut } from './gate.ts'
import type { ReleaseCheck } from './model.ts'
import { setRules } from './rules.ts'

/** A quiet shop whose checkout had 1.0, then 1.1, long ago, and a plan for the way back in every question. */
async function shop() {
  const yard = await northwind()
  yard.ship.at('2026-11-20T09:00:00.000Z')
  await yard.release('checkout', '1.0')
  await yard.release('checkout', '1.1')
  yard.ship.at('2026-11-23T12:00:00.000Z')
  const ask = async (more: Partial<ReleaseCheck> = {}) => {
    const asked = { component: 'checkout', version: '1.2', rollback: { db_change: 'none' }, ...more }
    const { allowed, reasons } = await mayGoOut(yard.ship, asked)
    return [allowed, ...reasons.map(({ code, level }) => `${code} ${level}`)]
  }
  return { ...yard, ask }
}

function trouble(ship: World, status: 'major_outage' | 'degraded_performance', component = 'checkout') {
  const components = [{ component, status }]
  return declareIncident(ship, { title: 'Nobody can pay', body: 'We look.', components })
}

test('on a quiet day a release may go out', async () => {
  const { ask, ship } = await shop()
  assert.deepEqual(await ask(), [true])
  const { words } = await mayGoOut(ship, { component: 'checkout', commit: 'a'.repeat(40) })
  assert.match(words, /^aaaaaaa of Checkout may go out to production, with a warning\. Nobody has said/)
})

test('an open incident that is critical stops the components it hurts, until it is resolved', async () => {
  const { ask, ship } = await shop()
  const incident = await trouble(ship, 'major_outage')
  assert.deepEqual(await ask(), [false, 'open_incident stop'])
  assert.deepEqual(await ask({ component: 'payments-api' }), [true])
  ship.wait(5)
  await postUpdate(ship, incident.id, {
    body: 'It works again; we watch.',
    state: 'monitoring',
    components: [{ component: 'checkout', status: 'operational' }],
  })
  assert.deepEqual(await ask(), [false, 'open_incident stop'], 'not before it is resolved')
  await postUpdate(ship, incident.id, { body: 'Over.', state: 'resolved' })
  assert.deepEqual(await ask(), [true])
})

test('an incident counts as critical by what an operator says, else by the worst it does', async () => {
  const { ask, ship } = await shop()
  const incident = await trouble(ship, 'degraded_performance')
  assert.deepEqual(await ask(), [true])
  await editIncident(ship, incident.id, { impact: 'critical' })
  assert.deepEqual(await ask(), [false, 'open_incident stop'])
  await deleteIncident(ship, incident.id)
  assert.deepEqual(await ask(), [true])
  const down = await trouble(ship, 'major_outage')
  await editIncident(ship, down.id, { impact: 'minor' })
  assert.deepEqual(await ask(), [true])
})

const hours = (from: number, to: number) => {
  const at = (hour: number) => new Date(Date.parse('2026-11-23T12:00:00Z') + hour * 3_600_000).toISOString()
  return { starts_at: at(from), ends_at: at(to) }
}

test('a freeze stops what it names, or everything, from its start to its end or until somebody ends it', async () => {
  const { ask, ship } = await shop()
  await planFreeze(ship, { reason: 'Sale', ...hours(1, 2), components: ['checkout'] })
  assert.deepEqual(await ask(), [true])
  ship.wait(60)
  assert.deepEqual(await ask(), [false, 'freeze stop'])
  assert.deepEqual(await ask({ component: 'storefront' }), [true])
  ship.wait(60)
  assert.deepEqual(await ask(), [true])
  const all = await planFreeze(ship, { reason: 'Audit', ...hours(1, 9) })
  assert.deepEqual(await ask({ component: 'storefront' }), [false, 'freeze stop'])
  await endFreeze(ship, all.id)
  assert.deepEqual(await ask({ component: 'storefront' }), [true])
})

test('who may pass a freeze passes it: by the token’s name or by the name that the pipeline says', async () => {
  const { ask, ship } = await shop()
  await planFreeze(ship, { reason: 'Sale', ...hours(-1, 9), may_pass: ['Ed', 'night-shift'] })
  assert.deepEqual(await ask({ actor: 'Bob' }), [false, 'freeze stop'])
  assert.deepEqual(await ask({ actor: { name: 'ed' } }), [true, 'freeze passed'])
  const night = ship.as({ kind: 'token', id: 't', name: 'night-shift' })
  const { reasons } = await mayGoOut(night, { component: 'checkout', version: '1.2' })
  assert.match(reasons.find(({ code }) => code === 'freeze')?.words ?? '', /night-shift may pass\.$/)
})

test('a freeze is told with its end in the page’s own zone', async () => {
  const { ship } = await shop()
  await planFreeze(ship, { reason: 'Sale', ...hours(-1, 9) })
  const { words } = await mayGoOut(ship, { component: 'checkout', version: '1.2' })
  assert.match(words, /until Mon 23 Nov 2026, 23:00 Europe\/Tallinn \(UTC\+2\): “Sale”\./)
})

test('incidents and freezes hold back what goes to customers, and what goes nobody knows where', async () => {
  const { ask, ship, say } = await shop()
  await planFreeze(ship, { reason: 'Sale', ...hours(-1, 9) })
  await say('checkout', 'release.succeeded', { version: '1.2' }, 'preview')
  assert.deepEqual(await ask({ environment: 'staging' }), [true])
  assert.deepEqual(await ask({ environment: 'Prod' }), [false, 'freeze stop'])
  assert.deepEqual(await ask({ environment: 'prodution' }), [false, 'freeze stop'])
  assert.deepEqual(await ask({ environment: 'preview' }), [false, 'freeze stop'])
  await changeTier(ship, 'preview', 'testing')
  assert.deepEqual(await ask({ environment: 'preview', version: '1.3' }), [true, 'previous_unsettled warn'])
})

test('the release before is unsettled while it goes out, is a canary or dark, and for 15 minutes after', async () => {
  const { ask, ship, say } = await shop()
  const step = (type: 'release.started' | 'release.progress' | 'release.succeeded', facts: object = {}) =>
    say('checkout', type, { version: '1.2', run: 'new', ...facts })
  const unsettled = [true, 'previous_unsettled warn']
  await step('release.started')
  assert.deepEqual(await ask({ version: '1.3' }), unsettled)
  assert.deepEqual(await ask({ version: '1.2' }), [true], 'itself is not before it')
  await step('release.progress', { dark: true })
  assert.deepEqual(await ask({ version: '1.3' }), unsettled)
  await step('release.progress', { dark: false, percent: 10 })
  assert.deepEqual(await ask({ version: '1.3' }), unsettled)
  await step('release.succeeded', { percent: 100 })
  ship.wait(14)
  assert.deepEqual(await ask({ version: '1.3' }), unsettled)
  ship.wait(1)
  assert.deepEqual(await ask({ version: '1.3' }), [true])
})

test('a run that stopped talking, failed or was given up holds nobody back', async () => {
  const { ask, ship, say } = await shop()
  await say('checkout', 'release.started', { version: '1.2', run: 'silent' })
  ship.wait(61)
  assert.deepEqual(await ask({ version: '1.3' }), [true])
  for (const type of ['release.failed', 'release.cancelled'] as const) {
    await say('checkout', 'release.started', { version: '1.2', run: type })
    await say('checkout', type, { run: type })
    assert.deepEqual(await ask({ version: '1.3' }), [true], type)
  }
})

test('what was replaced or taken back is settled: only what took its place is still baking', async () => {
  const { ask, ship, release, say } = await shop()
  await release('checkout', '1.2', { minutes: 2 })
  await release('checkout', '1.3', { minutes: 2 })
  const { reasons } = await mayGoOut(ship, { component: 'checkout', version: '1.4', rollback: { plan: 'x' } })
  assert.deepEqual(
    reasons.map(({ words }) => words),
    ['1.3 went live less than 15 minutes ago.'],
  )
  ship.wait(20)
  await say('checkout', 'release.succeeded', { version: '1.4', run: 'own' })
  await say('checkout', 'release.rolled_back', { version: '1.4', run: 'own' })
  assert.deepEqual(await ask({ version: '1.5' }), [true], 'it undid itself')
})

test('another lane, another component and a changed flag do not unsettle a release', async () => {
  const { ask, say } = await shop()
  await say('checkout', 'release.started', { version: '1.2', run: 'a' }, 'staging')
  await say('storefront', 'release.started', { version: '1.2', run: 'b' })
  await say('checkout', 'release.started', { run: 'c', kind: 'flag' })
  assert.deepEqual(await ask({ version: '1.3' }), [true])
})

async function mark(ship: World, version: string) {
  const { id } = await ship.db
    .selectFrom('releases')
    .select('id')
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  await markBad(ship, id, { reason: 'It loses carts.' })
  return () => clearBad(ship, id)
}

test('a version that is marked bad is stopped, also as a rollback and in any environment', async () => {
  const { ask, ship, say } = await shop()
  await say('checkout', 'release.succeeded', { version: '1.2', commit: 'abcdef1234' }, 'staging')
  const clear = await mark(ship, '1.2')
  await mark(ship, '1.0')
  assert.deepEqual(await ask({ version: '1.2' }), [false, 'marked_bad stop'])
  assert.deepEqual(await ask({ version: null, commit: 'abcdef1' }), [false, 'marked_bad stop'])
  assert.deepEqual(await ask({ version: '1.2', commit: 'fedcba4321' }), [true], 'built from something else')
  assert.deepEqual(await ask({ version: '1.0', kind: 'rollback' }), [false, 'marked_bad stop'])
  assert.deepEqual(await ask({ version: '1.2', component: 'storefront' }), [true])
  const { words } = await mayGoOut(ship, { component: 'checkout', version: '1.0' })
  assert.match(words, /1\.0 is marked bad: It loses carts\./)
  await clear()
  assert.deepEqual(await ask({ version: '1.2' }), [true])
})

test('whether it can be rolled back is answered by the question, the events before it, or the component’s plan', async () => {
  const { ask, ship, say, components } = await shop()
  const unanswered = [true, 'rollback_unanswered warn']
  assert.deepEqual(await ask({ rollback: null }), unanswered)
  assert.deepEqual(await ask({ rollback: { db_change: 'unknown' } }), unanswered)
  assert.deepEqual(await ask({ rollback: null, kind: 'flag' }), [true])
  await say('checkout', 'release.queued', { version: '1.2', rollback: { plan: 'https://wiki/rb' } })
  assert.deepEqual(await ask({ rollback: null }), [true])
  assert.deepEqual(await ask({ rollback: null, version: '1.3' }), unanswered)
  const plan = { rollback_method: 'redeploy_previous', artifact_retained: null, data_compat: null }
  const rest = { runbook: null, artifact_url: null, artifacts_kept: null, version: 1 }
  const born = { created_at: '2026-11-23T12:00:00.000Z', updated_at: '2026-11-23T12:00:00.000Z' }
  await ship.db
    .insertInto('rollback_plans')
    .values({ component_id: components.checkout.id, ...plan, ...rest, ...born })
    .execute()
  assert.deepEqual(await ask({ rollback: null, version: '1.3' }), [true])
})

test('a rollback passes everything but a bad mark, whether it says so or history does', async () => {
  const { ask, ship, say, components } = await shop()
  const strict = { previous_unsettled: 'on', rollback_unanswered: 'on' } as const
  await setRules(ship, components.checkout.id, strict)
  await trouble(ship, 'major_outage')
  await planFreeze(ship, { reason: 'Sale', ...hours(-1, 9) })
  await say('checkout', 'release.started', { version: '1.2', run: 'new' })
  await say('checkout', 'release.progress', { version: '1.2', run: 'new', percent: 10 })
  const passed = [true, 'open_incident passed', 'freeze passed', 'previous_unsettled passed']
  assert.deepEqual(await ask({ version: '1.0' }), passed, 'older than the live one')
  assert.deepEqual(await ask({ version: '1.0', kind: 'deploy' }), passed, 'whatever the tool calls it')
  assert.deepEqual(await ask({ version: '1.1' }), passed, 'the live one, which ends the canary')
  assert.deepEqual(await ask({ version: null, kind: 'rollback' }), passed)
  assert.deepEqual(await ask({ version: '0.9', kind: 'rollback' }), [...passed, 'never_live warn'])
  const stopped = [false, 'open_incident stop', 'freeze stop', 'previous_unsettled stop']
  assert.deepEqual(await ask({ version: '1.3' }), stopped)
})

test('the live version again is no rollback while nothing newer is being tried', async () => {
  const { ask, ship } = await shop()
  await planFreeze(ship, { reason: 'Sale', ...hours(-1, 9) })
  assert.deepEqual(await ask({ version: '1.1' }), [false, 'freeze stop'])
})

test('what nobody knows and what is archived is told apart', async () => {
  const { ask, ship, components } = await shop()
  await assert.rejects(ask({ component: 'nosuch' }), {
    code: 'not-found',
    message: 'There is no component “nosuch”: ask by its slug or its id.',
  })
  await archiveComponent(ship, components.checkout.id)
  await assert.rejects(ask(), { code: 'conflict', message: 'Checkout is archived: nothing of it goes out.' })
})
