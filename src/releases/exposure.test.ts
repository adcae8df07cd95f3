import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Northwind, northwind } from '../testing/northwind.ts'
import { world } from '../testing/world.ts'
import { changeExposure, type Exposure, mayExpose } from './exposure.ts'
import { releaseById } from './store.ts'

/** Checkout 2.0 is live; 2.1 is out to 10% of customers, and its run has succeeded. */
async function canary(given?: Parameters<typeof northwind>[0]) {
  const harbour = await northwind(given)
  const { ship, say, release } = harbour
  const first = await release('checkout', '2.0')
  ship.wait(60)
  await say('checkout', 'release.started', { version: '2.1', actor: { name: 'deploy-bot' } })
  ship.wait(5)
  const id = await say('checkout', 'release.succeeded', { version: '2.1', percent: 10 })
  ship.wait(20)
  return { ...harbour, first, id }
}
const refused = (words: string | RegExp) => ({ code: 'conflict', message: words })
const count = async ({ ship }: Northwind) =>
  (await ship.db.selectFrom('releases').select('id').execute()).length

test('an operator gives a canary to more, to everybody, and it is still the same release', async () => {
  const ship = await world()
  const harbour = await canary(ship)
  const before = await count(harbour)
  const half = await changeExposure(ship, harbour.id, { percent: 50, reason: 'Quiet so far' })
  assert.deepEqual([half.id, half.state, half.percent], [harbour.id, 'canary', 50])
  ship.wait(10)
  const all = await changeExposure(ship, harbour.id, { percent: 100 })
  assert.deepEqual([all.state, all.live_at, all.most_percent], ['succeeded', ship.now().toISOString(), 100])
  assert.deepEqual([all.actor_name, all.reason], ['deploy-bot', null])
  assert.equal(await count(harbour), before)
  const first = await releaseById(ship, harbour.first)
  assert.equal(first.superseded_by_release_id, harbour.id)
  const words = await ship.db.selectFrom('journal').select('action').orderBy('id').execute()
  assert.deepEqual(
    words.slice(-2).map(({ action }) => action),
    ['release.progressed', 'release.succeeded'],
  )
})

test('an operator takes a canary back from everybody: the release stands as rolled back, and who had it is known', async () => {
  const { ship, id, first } = await canary()
  const back = await changeExposure(ship, id, { percent: 0, reason: 'Carts are empty' })
  assert.deepEqual([back.state, back.percent, back.most_percent], ['rolled_back', 0, 10])
  assert.equal(back.undone_at, ship.now().toISOString())
  assert.equal((await releaseById(ship, first)).superseded_by_release_id, null)
  assert.equal(mayExpose(back), true)
  const again = await changeExposure(ship, id, { percent: 5 })
  assert.deepEqual([again.state, again.percent, again.undone_at], ['canary', 5, null])
})

test('what the tool says after the operator belongs to the same release', async () => {
  const { ship, id, say } = await canary()
  await changeExposure(ship, id, { percent: 50 })
  ship.wait(5)
  assert.equal(await say('checkout', 'exposure.changed', { version: '2.1', percent: 70 }), id)
  assert.equal((await releaseById(ship, id)).percent, 70)
})

test('a run that has not ended has succeeded once somebody says that everybody has it', async () => {
  const { ship, say } = await northwind()
  const id = await say('checkout', 'release.progress', { version: '2.1', percent: 10 })
  ship.wait(1)
  const all = await changeExposure(ship, id, { percent: 100 })
  assert.deepEqual(
    [all.state, all.outcome, all.live_at],
    ['succeeded', 'succeeded', ship.now().toISOString()],
  )
})

test('a dark launch is promoted, to some or to everybody', async () => {
  for (const [given, state] of [
    [{ dark: false }, 'succeeded'],
    [{ percent: 100 }, 'succeeded'],
    [{ percent: 10 }, 'canary'],
  ] as const) {
    const { ship, say } = await northwind()
    const id = await say('checkout', 'release.succeeded', { version: '2.1', dark: true })
    ship.wait(1)
    assert.equal((await changeExposure(ship, id, given)).state, state)
  }
})

test('the last word is the operator’s, also when the clock of the tool is ahead', async () => {
  const { ship, say } = await northwind()
  const at = ship.now()
  ship.wait(4)
  const id = await say('checkout', 'release.succeeded', { version: '2.1', percent: 10 })
  ship.at(at.toISOString())
  assert.equal((await changeExposure(ship, id, { percent: 60 })).percent, 60)
})

test('a flag goes up and down, and off, as often as somebody likes', async () => {
  const { ship, say } = await northwind()
  const id = await say('checkout', 'exposure.changed', { run: 'one-page', percent: 100 })
  ship.wait(1)
  assert.equal((await releaseById(ship, id)).kind, 'flag')
  const off = await changeExposure(ship, id, { percent: 0 })
  assert.deepEqual([off.state, off.most_percent], ['rolled_back', 100])
  ship.wait(1)
  assert.equal((await changeExposure(ship, id, { percent: 100 })).state, 'succeeded')
})

test('what cannot change is refused in plain words, and nothing is kept of it', async () => {
  const { ship, say, first, id, ...harbour } = await canary()
  const none = ship.db.selectFrom('release_events').select('id').where('source_id', '=', 'hand')
  const refuse = (id: string, said: Exposure, words: string | RegExp) =>
    assert.rejects(changeExposure(ship, id, said), refused(words))
  await refuse(first, { percent: 100 }, /^Everybody has it already\./)
  await refuse(first, { percent: 0 }, 'Everybody has it already. To take it back, roll it back.')
  await refuse(id, { percent: 10 }, '10% of customers have it already.')
  await refuse(id, { dark: false }, 'It is not dark.')
  const failed = await say('checkout', 'release.failed', { version: '2.2' })
  await refuse(failed, { percent: 100 }, /^It failed/)
  const cancelled = await say('checkout', 'release.cancelled', { version: '2.3' })
  await refuse(cancelled, { percent: 100 }, /^It was cancelled/)
  const waiting = await say('checkout', 'release.waiting', { version: '2.4' })
  await refuse(waiting, { percent: 10 }, 'It has not begun yet.')
  const dark = await say('checkout', 'release.succeeded', { version: '2.5', dark: true })
  await refuse(dark, { dark: true }, 'It is dark already.')
  await refuse(dark, { percent: 0 }, 'Nobody has it already.')
  const undone = await say('checkout', 'release.progress', { version: '2.6', percent: 10 })
  await say('checkout', 'release.rolled_back', { version: '2.6' })
  await refuse(undone, { percent: 50 }, 'It was rolled back.')
  ship.wait(1)
  await harbour.release('checkout', '2.7')
  await refuse(id, { percent: 50 }, 'A newer release has taken its place.')
  assert.deepEqual(await none.execute(), [])
})

test('a run that undid itself with its last percent at none stays undone', async () => {
  const { ship, say } = await northwind()
  const id = await say('checkout', 'release.progress', { version: '2.6', percent: 0 })
  await say('checkout', 'release.rolled_back', { version: '2.6' })
  await assert.rejects(changeExposure(ship, id, { percent: 50 }), refused('It was rolled back.'))
  assert.equal((await releaseById(ship, id)).percent, 0)
})

test('a percent is a whole number from 0 to 100, and nothing else', async () => {
  const { ship, id } = await canary()
  for (const percent of [
    -1,
    101,
    Number.NaN,
    12.5,
    '10 %',
    '',
    ' ',
    'ten',
    '1e1',
    '-1',
    null,
    true,
    [50],
    {},
  ]) {
    await assert.rejects(
      changeExposure(ship, id, { percent } as Exposure),
      { name: 'ZodError' },
      String(percent),
    )
  }
  for (const said of [
    {},
    { reason: 'x' },
    { dark: 'maybe' },
    { dark: true, percent: 10 },
    { percent: 10, reason: '' },
  ]) {
    await assert.rejects(
      changeExposure(ship, id, said as Exposure),
      { name: 'ZodError' },
      JSON.stringify(said),
    )
  }
  assert.equal((await releaseById(ship, id)).percent, 10)
})
