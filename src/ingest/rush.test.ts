import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createComponent } from '../components/actions.ts'
import type { Context } from '../platform/context.ts'
import { createSource } from '../sources/actions.ts'
import type { Adapter } from '../sources/adapter.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { type World, world } from '../testing/world.ts'
import { acceptDeliveries } from './actions.ts'
import { makeIntake } from './intake.ts'
import type { Verified } from './model.ts'
import { readUnread, readWhatIsLeft, storeDeliveries } from './reading.ts'

/** A world with the component `shop` and a script that reports its releases. */
async function port(ship: World) {
  await createComponent(ship, { name: 'Shop' })
  const { source } = await createSource(ship, { name: 'Script', kind: 'native' })
  const says = (json: object, key?: string): Verified => {
    const headers = key ? { 'idempotency-key': key } : {}
    const incoming = {
      headers,
      body: Buffer.from(JSON.stringify(json)),
      received_at: ship.now().toISOString(),
      json,
    }
    const actor = { kind: 'source' as const, id: source.id, name: source.name }
    return { source, adapter: adapterFor('native') as Adapter, scope: '', actor, incoming }
  }
  const run = (number: number, type = 'release.succeeded', key = `${type} ${number}`) =>
    says({ type, run: `run ${number}`, service: 'shop', version: `1.0.${number}` }, key)
  return { says, run }
}

const many = (length: number) => Array.from({ length }, (_, number) => number)
const releases = ({ db }: Context) =>
  db.selectFrom('releases').select(['run_key', 'version', 'state']).orderBy('run_key').execute()
const left = ({ db }: Context) => db.selectFrom('unread_deliveries').select('delivery_id').execute()

async function until(isSo: () => Promise<boolean>) {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isSo()) return
    await pause(25)
  }
  throw new Error('It did not come to that within ten seconds.')
}

test('in a rush all is stored and acknowledged at once, and read when it is over', async () => {
  const ship = await world()
  const { run } = await port(ship)
  const intake = makeIntake()
  const answers = await Promise.all(many(60).map((number) => intake.take(ship, run(number))))
  assert.deepEqual([...new Set(answers.map(({ outcome }) => outcome))], ['accepted'])
  assert.ok(answers.filter(({ pending }) => pending).length > 40, 'nothing was put off')
  for (const { pending, release } of answers) assert.equal(pending === true, release === null)
  await until(async () => (await left(ship)).length === 0)
  assert.deepEqual(
    (await releases(ship)).map(({ state }) => state),
    many(60).map(() => 'succeeded'),
  )
  const lines = await ship.db
    .selectFrom('journal')
    .select('actor_name')
    .where('action', '=', 'delivery.accepted')
    .execute()
  assert.deepEqual(
    lines.map(({ actor_name }) => actor_name),
    many(60).map(() => 'Script'),
  )
  let after = 60
  await until(async () => (await intake.take(ship, run(after++))).state === 'succeeded')
  intake.close()
})

test('a few that come together are answered with their releases', async () => {
  const ship = await world()
  const { run } = await port(ship)
  const { take } = makeIntake()
  const answers = await Promise.all(many(10).map((number) => take(ship, run(number))))
  assert.deepEqual(
    answers.map(({ state, pending }) => [state, pending]),
    answers.map(() => ['succeeded', undefined]),
  )
})

test('what a process stored and did not live to read is read by the next', async () => {
  const ship = await world()
  const { run } = await port(ship)
  await storeDeliveries(
    ship,
    many(20).map((number) => run(number)),
  )
  assert.equal((await left(ship)).length, 20)
  assert.deepEqual(await releases(ship), [])
  await readWhatIsLeft(ship)
  assert.equal((await releases(ship)).length, 20)
  assert.deepEqual(await left(ship), [])
  assert.equal(await readUnread(ship), 0)
})

test('it comes to the same releases whether all was read at once or after a rush', async () => {
  const ship = await world()
  const { run } = await port(ship)
  const half = many(12).flatMap((number) => [run(number, 'release.started'), run(number)])
  await acceptDeliveries(ship, half.slice(0, 7))
  await storeDeliveries(ship, half.slice(7).reverse())
  await readWhatIsLeft(ship)
  const states = await releases(ship)
  assert.equal(states.length, 12)
  assert.deepEqual([...new Set(states.map(({ state }) => state))], ['succeeded'])
})

test('a copy is told from what is new, whether the first was read, only stored, or beside it', async () => {
  const ship = await world()
  const { run, says } = await port(ship)
  await acceptDeliveries(ship, [run(1)])
  const keyless = { type: 'release.succeeded', service: 'shop', version: '9.9.9', run: 'keyless' }
  const list = [run(1), run(2), run(2), says(keyless), says(keyless)]
  const outcomes = await storeDeliveries(ship, list)
  const told = outcomes.map((outcome) => ('acknowledged' in outcome ? outcome.acknowledged : null))
  assert.deepEqual(
    told.map((one) => [one?.duplicate ?? false, one?.pending ?? false]),
    [
      [true, false],
      [false, true],
      [true, true],
      [false, true],
      [true, true],
    ],
  )
  assert.equal(told[1]?.delivery, told[2]?.delivery)
  await readWhatIsLeft(ship)
  assert.equal((await releases(ship)).length, 3)
})

test('what cannot be accepted is refused in a rush too, and harms no other', async () => {
  const ship = await world()
  const { run, says } = await port(ship)
  const outcomes = await storeDeliveries(ship, [
    says({ type: 'release.exploded', service: 'shop' }, 'odd'),
    run(1),
    says({ type: 'release.succeeded', run: 'x', service: 'shop', version: 'other' }, 'release.succeeded 1'),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => ('failed' in outcome ? (outcome.failed as { code: string }).code : 'kept')),
    ['invalid', 'kept', 'invalid'],
  )
  await readWhatIsLeft(ship)
  assert.deepEqual(
    (await releases(ship)).map(({ version }) => version),
    ['1.0.1'],
  )
})

test('one that cannot be read any more is kept with the reason, and harms no other', async () => {
  const ship = await world()
  const { run } = await port(ship)
  await storeDeliveries(ship, [run(1), run(2)])
  const [first] = await left(ship)
  const torn = { body: Buffer.from('{"type"') }
  await ship.db
    .updateTable('deliveries')
    .set(torn)
    .where('id', '=', first?.delivery_id ?? '')
    .execute()
  await readWhatIsLeft(ship)
  const kept = await ship.db.selectFrom('deliveries').select(['state', 'reason']).orderBy('state').execute()
  assert.deepEqual(
    kept.map(({ state }) => state),
    ['accepted', 'invalid'],
  )
  assert.match(kept[1]?.reason ?? '', /cannot be read/)
  assert.equal((await releases(ship)).length, 1)
})
