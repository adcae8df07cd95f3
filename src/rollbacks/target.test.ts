import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent } from '../components/actions.ts'
import { declareIncident, deleteIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { clearBad, markBad } from '../releases/bad.ts'
import { ensureEnvironment } from '../releases/environments.ts'
import { northwind } from '../testing/northwind.ts'
import { readinessOf } from './readiness-of.ts'
import { targetFor } from './targets.ts'

async function shop() {
  const port = await northwind()
  const { ship, components } = port
  const { id: environment_id } = await ensureEnvironment(ship, 'production')
  const component_id = components.checkout.id
  const wayBack = (from_release_id?: string) =>
    targetFor(ship, { component_id, environment_id, ...(from_release_id && { from_release_id }) })
  const target = async () => (await wayBack()).target?.version ?? null
  const codes = async () => {
    const { reasons, warnings } = await wayBack()
    return { reasons: reasons.map(({ code }) => code), warnings: warnings.map(({ code }) => code) }
  }
  const goBack = async (version: string, more: object = {}) => {
    ship.wait(5)
    return port.say('checkout', 'release.succeeded', { version, run: `back ${ship.now()}`, ...more })
  }
  return { ...port, component_id, wayBack, target, codes, goBack }
}

test('the way back is the newest version before the live one', async () => {
  const { release, wayBack } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await release('checkout', '1.2')
  const { live, target, undone, safe } = await wayBack()
  assert.deepEqual([live?.version, target?.version, safe], ['1.2', '1.1', true])
  assert.deepEqual(
    undone.map(({ version }) => version),
    ['1.2'],
  )
})

test('without anything live, or with one thing alone, there is a reason instead', async () => {
  const { release, codes, goBack } = await shop()
  assert.deepEqual((await codes()).reasons, ['nothing_live'])
  await release('checkout', '1.0')
  assert.deepEqual((await codes()).reasons, ['no_earlier_version'])
  await goBack('1.0')
  assert.deepEqual((await codes()).reasons, ['no_earlier_version'])
})

test('nobody is sent back to what has no name to ask for it by', async () => {
  const { release, target, say, ship } = await shop()
  await release('checkout', '1.0')
  await say('checkout', 'release.succeeded', { run: 'nameless' })
  ship.wait(5)
  await release('checkout', '1.1')
  assert.equal(await target(), '1.0')
})

test('nobody is sent back to what was rolled back itself', async () => {
  const { release, target, goBack } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await release('checkout', '1.2')
  await goBack('1.1')
  assert.equal(await target(), '1.0')
  await release('checkout', '1.3')
  assert.equal(await target(), '1.1')
})

test('what a drill undid is as good as before', async () => {
  const { release, target, goBack, say } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await goBack('1.0', { drill: true, kind: 'rollback' })
  assert.equal(await target(), '1.1')
  await say('checkout', 'release.succeeded', { version: '1.1', run: 'forward' })
  await release('checkout', '1.2')
  assert.equal(await target(), '1.1')
})

test('a mark counts for the same version wherever it was live, until it is taken back', async () => {
  const { ship, release, target, codes, say, wayBack } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await release('checkout', '1.2')
  const staged = await say('checkout', 'release.succeeded', { version: '1.1', run: 'staged' }, 'staging')
  await markBad(ship, staged, { reason: 'It loses orders.' })
  assert.equal(await target(), '1.0')
  assert.ok((await wayBack()).warnings.some(({ words }) => words.includes('It loses orders.')))
  const [first = ''] = [(await wayBack()).target?.id]
  await markBad(ship, first, { reason: 'Old.' })
  assert.deepEqual((await codes()).reasons, ['all_marked_bad'])
  const live = await ship.db
    .selectFrom('releases')
    .select('id')
    .where('run_key', '=', 'checkout 1.1')
    .execute()
  await clearBad(ship, live[0]?.id ?? '')
  assert.equal(await target(), '1.1')
})

test('each version is judged by the last time it was live', async () => {
  const { target, say, ship } = await shop()
  for (const [run, version] of ['1.0', '1.1', '1.0', '1.2', '1.1'].entries()) {
    ship.wait(10)
    const kind = run === 4 ? 'rollback' : 'deploy'
    await say('checkout', 'release.succeeded', { version, kind, run: `run ${run}` })
  }
  assert.equal(await target(), null) // the second 1.0 was rolled back with 1.2
})

test('what a release is said to go back to is what was chosen, not merely what came before', async () => {
  const { ship, release, say } = await shop()
  await release('checkout', '1.0')
  const bad = await release('checkout', '1.1')
  ship.wait(5)
  const id = await say('checkout', 'release.succeeded', { version: '1.2' })
  await markBad(ship, bad, { reason: 'x' })
  assert.equal((await readinessOf(ship, id)).fields.rollback_target.value, '1.0')
  assert.equal((await readinessOf(ship, bad)).fields.rollback_target.value, '1.0')
})

test('a cause of trouble is no way back while the incident is open or began within a day', async () => {
  const { ship, release, target } = await shop()
  await release('checkout', '1.0')
  const cause_release_id = await release('checkout', '1.1')
  const cause = { cause: 'release' as const, cause_release_id }
  const components = [{ component: 'checkout', status: 'major_outage' as const }]
  const early = await declareIncident(ship, { title: 'x', body: 'x', ...cause, components })
  await release('checkout', '1.2')
  await postUpdate(ship, early.id, { body: 'x', state: 'resolved' })
  assert.equal(await target(), '1.0')
  await deleteIncident(ship, early.id)
  assert.equal(await target(), '1.1')
  ship.wait(26 * 60)
  const late = await declareIncident(ship, { title: 'x', body: 'x', ...cause, components })
  assert.equal(await target(), '1.0')
  await postUpdate(ship, late.id, { body: 'x', state: 'resolved' })
  assert.equal(await target(), '1.1')
})

test('over several releases the worst of them counts, and the reason to go forward is told', async () => {
  const { say, ship, wayBack, codes } = await shop()
  const live = async (version: string, rollback?: Record<string, unknown>) => {
    ship.wait(10)
    return say('checkout', 'release.succeeded', { version, ...(rollback && { rollback }) })
  }
  const fine = { schema_change: 'none', data_compat: 'yes' }
  await live('1.0', fine)
  const bad = await live('1.1', { db_change: 'irreversible', roll_forward_reason: 'The fix is 20 min away.' })
  await live('1.2', fine)
  assert.equal((await wayBack()).safe, true)
  await markBad(ship, bad, { reason: 'x' })
  const { safe, reasons, target } = await wayBack()
  assert.deepEqual([safe, target?.version], [false, '1.0'])
  assert.deepEqual(
    reasons.map(({ code }) => code),
    ['point_of_no_return'],
  )
  assert.match(
    reasons[0]?.words ?? '',
    /^1\.1 cannot be undone: .*irreversible\. Roll forward: The fix is 20 min away\.$/,
  )
  await live('1.3', { data_compat: false })
  assert.deepEqual((await codes()).reasons, ['data_not_readable'])
  await live('1.4', { rollback_method: 'none', ...fine })
  assert.deepEqual((await codes()).reasons, ['no_rollback_method'])
})

test('what nobody says of the data is a warning, as is a way back that nobody ever walked', async () => {
  const { release, codes } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  assert.deepEqual(await codes(), {
    reasons: [],
    warnings: ['schema_change_unknown', 'data_compat_unknown', 'never_tested'],
  })
})

test('a rollback that is slower than a release is a warning', async () => {
  const { release, codes, say, ship } = await shop()
  await release('checkout', '1.0', { minutes: 2 })
  await release('checkout', '1.1', { minutes: 2 })
  await say('checkout', 'release.started', { version: '1.0', run: 'back' })
  ship.wait(9)
  await say('checkout', 'release.succeeded', { version: '1.0', run: 'back' })
  await release('checkout', '1.2', { minutes: 2 })
  assert.ok((await codes()).warnings.includes('rollback_slower'))
})

test('a tool’s target is taken when it is good, else a warning says why not', async () => {
  const { say, wayBack, ship } = await shop()
  const live = (version: string, rollback_target?: string) =>
    say('checkout', 'release.succeeded', {
      version,
      ...(rollback_target && { rollback: { rollback_target } }),
    })
  for (const version of ['1.0', '1.1', '1.2']) {
    await live(version)
    ship.wait(10)
  }
  const told = async (version: string, rollback_target: string) => {
    ship.wait(10)
    await live(version, rollback_target)
    const { target, warnings } = await wayBack()
    return [target?.version, warnings.find(({ code }) => code === 'named_target_passed_over')?.words ?? null]
  }
  assert.deepEqual(await told('1.3', '1.0'), ['1.0', null])
  assert.deepEqual(await told('1.4', '0.9'), [
    '1.3',
    'The tool names 0.9 to go back to, which was never live here.',
  ])
  assert.deepEqual(await told('1.5', '1.5'), [
    '1.4',
    'The tool names 1.5 to go back to, which is what is to be gone back from.',
  ])
})

test('from a canary the way back is what everybody else has, when that is asked for', async () => {
  const { release, say, wayBack } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  const canary = await say('checkout', 'release.progress', { version: '1.2', percent: 10 })
  const all = await wayBack()
  assert.deepEqual([all.target?.version, all.undone.map(({ version }) => version)], ['1.0', ['1.1', '1.2']])
  assert.ok(all.warnings.some(({ code }) => code === 'part_way'))
  const part = await wayBack(canary)
  assert.deepEqual([part.target?.version, part.undone.map(({ version }) => version)], ['1.1', ['1.2']])
})

test('an archived component has no safe way back', async () => {
  const { ship, release, codes, component_id } = await shop()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await archiveComponent(ship, component_id)
  assert.deepEqual((await codes()).reasons, ['component_archived'])
})
