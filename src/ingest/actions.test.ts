import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createComponent } from '../components/actions.ts'
import { Refusal } from '../platform/refusal.ts'
import { createSource } from '../sources/actions.ts'
import type { Adapter, Translation } from '../sources/adapter.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { refuseRows } from '../testing/trouble.ts'
import { once, type World, world } from '../testing/world.ts'
import { acceptDeliveries, type Outcome } from './actions.ts'
import { readAgain } from './again.ts'
import type { Acknowledgement, Verified } from './model.ts'

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string
  examples: object[]
}[]
const example = (name: string) => structuredClone(examples.find((one) => one.name === name)?.examples[0])

/** A world with the component `shop` and two sources, and how their tools knock. */
async function port() {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  const { source: script } = await createSource(ship, { name: 'Script', kind: 'native' })
  const { source: github } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const native = (json: object, headers = {}) => verified(ship, script, json, headers)
  const hook = (event: string, json: object, guid?: string) =>
    verified(ship, github, json, { 'x-github-event': event, 'x-github-delivery': guid })
  return { ship, script, github, native, hook }
}

function verified(
  ship: World,
  source: Verified['source'],
  json: object,
  headers = {},
  adapter = adapterFor(source.kind) as Adapter,
): Verified {
  const body = Buffer.from(JSON.stringify(json))
  const received_at = ship.now().toISOString()
  const actor = { kind: 'source' as const, id: source.id, name: source.name }
  return { source, adapter, scope: '', actor, incoming: { headers, body, received_at, json } }
}

async function accept(ship: World, ...list: Verified[]): Promise<Acknowledgement[]> {
  return (await acceptDeliveries(ship, list)).map((outcome) => {
    if ('failed' in outcome) throw outcome.failed
    return outcome.acknowledged
  })
}

const count = async (ship: World, table: 'deliveries' | 'release_events' | 'releases') =>
  Number(
    (
      await ship.db
        .selectFrom(table)
        .select((of) => of.fn.countAll().as('n'))
        .executeTakeFirst()
    )?.n,
  )
const started = { type: 'release.started', run: '7', service: 'shop', version: '1.4.3' }
const succeeded = { ...started, type: 'release.succeeded' }

test('a delivery becomes an event, a release and one line in the journal', async () => {
  const { ship, native, script } = await port()
  const [answer] = await accept(
    ship,
    native(started, { authorization: 'Bearer canary', 'user-agent': 'curl' }),
  )
  assert.equal(answer?.outcome, 'accepted')
  assert.equal(answer?.matched, true)
  assert.equal(answer?.state, 'running')
  assert.deepEqual(
    answer?.events.map(({ release, matched }) => ({ release, matched })),
    [{ release: answer?.release, matched: true }],
  )
  const kept = await ship.db.selectFrom('deliveries').selectAll().executeTakeFirstOrThrow()
  assert.equal(Buffer.from(kept.body ?? '').toString(), JSON.stringify(started))
  assert.deepEqual(JSON.parse(kept.headers), { authorization: '[redacted]', 'user-agent': 'curl' })
  const lines = await ship.db.selectFrom('journal').selectAll().where('subject_id', '=', kept.id).execute()
  assert.deepEqual(
    lines.map(({ action, actor_name }) => [action, actor_name]),
    [['delivery.accepted', 'Script']],
  )
  const { seen_at } = await ship.db
    .selectFrom('sources')
    .select('seen_at')
    .where('id', '=', script.id)
    .executeTakeFirstOrThrow()
  assert.equal(seen_at, '2026-11-23T12:00:00.000Z')
})

test('the same delivery again leaves no row and says the same release', async () => {
  const { ship, native } = await port()
  const [first] = await accept(ship, native(started, { 'idempotency-key': 'a' }))
  ship.wait(60 * 24 * 30)
  const [second] = await accept(ship, native(started, { 'idempotency-key': 'a' }))
  assert.deepEqual(second, { ...first, duplicate: true })
  assert.equal(await count(ship, 'deliveries'), 1)
  assert.equal(await count(ship, 'release_events'), 1)
})

test('one key with two bodies is refused in our own format, and keeps the first', async () => {
  const { ship, native } = await port()
  await accept(ship, native(started, { 'idempotency-key': 'a' }))
  await assert.rejects(accept(ship, native(succeeded, { 'idempotency-key': 'a' })), { code: 'invalid' })
  assert.equal(await count(ship, 'deliveries'), 1)
})

test('keys are counted for each source and scope by itself', async () => {
  const { ship, native } = await port()
  const item = native(started, { 'idempotency-key': 'a' })
  await accept(ship, item, { ...item, scope: 'ci' }, { ...item, scope: 'laptop' })
  assert.equal(await count(ship, 'deliveries'), 3)
})

test('without a key the same bytes are one delivery for a day', async () => {
  const { ship, native } = await port()
  const [first] = await accept(ship, native(started))
  ship.wait(60 * 23)
  const [second] = await accept(ship, native(started))
  assert.equal(second?.duplicate, true)
  assert.equal(second?.delivery, first?.delivery)
  ship.wait(61)
  const [third] = await accept(ship, native(started))
  assert.equal(third?.duplicate, undefined)
  assert.equal(await count(ship, 'releases'), 1)
})

test('going back to 1.4.2 with the words of this morning is news, saying it twice in a row is not', async () => {
  const { ship, native } = await port()
  const live = (version: string) => native({ type: 'release.succeeded', service: 'shop', version })
  const [morning] = await accept(ship, live('1.4.2'))
  ship.wait(60)
  await accept(ship, live('1.4.3'))
  ship.wait(60)
  const [back] = await accept(ship, live('1.4.2'))
  assert.equal(back?.duplicate, undefined)
  assert.notEqual(back?.release, morning?.release)
  const [again] = await accept(ship, live('1.4.2'))
  assert.equal(again?.duplicate, true)
  assert.equal(again?.release, back?.release)
})

test('what names no component waits, and is replayed as soon as its component is known', async () => {
  const { ship, native } = await port()
  const [waits] = await accept(ship, native({ ...started, service: 'search' }))
  assert.deepEqual([waits?.outcome, waits?.matched, waits?.release], ['accepted', false, null])
  await createComponent(ship, { name: 'Search' })
  const [known] = await accept(ship, native({ ...succeeded, service: 'search' }))
  assert.equal(known?.matched, true)
  const [copy] = await accept(ship, native({ ...started, service: 'search' }))
  assert.deepEqual([copy?.duplicate, copy?.matched, copy?.release], [true, true, known?.release])
})

test('a wrong shape in our own format is told to its sender, kept nowhere, and does not use up the key', async () => {
  const { ship, native } = await port()
  const wrong = native({ type: 'release.started', service: 'x'.repeat(10_000) }, { 'idempotency-key': 'a' })
  await assert.rejects(accept(ship, wrong), (error: Refusal) => {
    assert.deepEqual([error.code, Object.keys(error.extra.errors as object)], ['invalid', ['service']])
    return true
  })
  assert.equal(await count(ship, 'deliveries'), 0)
  const [mended] = await accept(ship, native(started, { 'idempotency-key': 'a' }))
  assert.equal(mended?.outcome, 'accepted')
})

test('a hook that makes no sense, or says nothing of a release, is kept with the reason', async () => {
  const { ship, hook } = await port()
  const long = example('deployment') as { deployment: { payload: object } }
  long.deployment.payload = { version: '9'.repeat(10_000) }
  const [nonsense, push, ping, version] = await accept(
    ship,
    hook('deployment', { deployment: 1 }, 'a'),
    hook('push', {}, 'b'),
    hook('ping', { zen: '' }, 'c'),
    hook('deployment', long, 'd'),
  )
  assert.equal(nonsense?.outcome, 'invalid')
  assert.match(nonsense?.reason ?? '', /deployment/)
  assert.equal(push?.outcome, 'ignored')
  assert.deepEqual([ping?.outcome, ping?.ping], ['ignored', true])
  assert.equal(version?.outcome, 'invalid')
  assert.match(version?.reason ?? '', /facts\.version/)
  assert.equal(await count(ship, 'deliveries'), 4)
  assert.equal(await count(ship, 'release_events'), 0)
})

test('an adapter that throws loses nothing: the delivery is kept, and read again when it comes again', async () => {
  const { ship, github, hook } = await port()
  const good = hook('deployment', example('deployment') as object, 'a')
  const broken = {
    ...good.adapter,
    translate: (): Translation => {
      throw new TypeError('undefined is not a ship')
    },
  }
  const [kept] = await accept(ship, { ...good, adapter: broken })
  assert.equal(kept?.outcome, 'invalid')
  const [again] = await accept(ship, good)
  assert.deepEqual(
    [again?.outcome, again?.delivery, again?.duplicate],
    ['accepted', kept?.delivery, undefined],
  )
  assert.equal(await count(ship, 'deliveries'), 1)
  assert.equal(github.kind, 'github')
})

test('an adapter that says what no event may say makes the delivery invalid', async () => {
  const { ship, hook } = await port()
  const good = hook('deployment', example('deployment') as object, 'a')
  const says = (facts: object) => ({
    ...good,
    adapter: {
      ...good.adapter,
      dedupeKey: () => null,
      translate: () => {
        const said = good.adapter.translate(good.incoming, {}) as { events: object[] }
        return { events: said.events.map((event) => ({ ...event, facts })) } as Translation
      },
    },
  })
  for (const facts of [
    { percent: Number.POSITIVE_INFINITY },
    { urls: { run: 'javascript:alert(1)' } },
    { version: '' },
  ]) {
    const item = says(facts)
    item.incoming = { ...item.incoming, body: Buffer.from(JSON.stringify(facts) + Math.random()) }
    assert.equal((await accept(ship, item))[0]?.outcome, 'invalid', JSON.stringify(facts))
  }
})

test('one bad delivery in a list harms no other', async () => {
  const { ship, native, hook } = await port()
  const good = native({ ...succeeded, run: '9' })
  const boom = { ...native({ ...started, run: '8' }), actor: null as never }
  const outcomes = await acceptDeliveries(ship, [
    native(started),
    native({ type: 'nonsense' }),
    boom,
    hook('deployment', { deployment: 1 }, 'a'),
    good,
  ])
  const told = (outcome: Outcome) =>
    'failed' in outcome ? (outcome.failed as Error).constructor : outcome.acknowledged.outcome
  assert.deepEqual(outcomes.map(told), ['accepted', Refusal, TypeError, 'invalid', 'accepted'])
  assert.equal(await count(ship, 'deliveries'), 3)
})

test('fifty copies at once make one delivery and one release', async () => {
  const { ship, hook } = await port()
  const body = example('deployment_status') as object
  await createComponent(ship, { name: 'Hello-World' })
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => accept(ship, hook('deployment_status', body, 'one'))),
  )
  const releases = new Set(answers.flat().map(({ release }) => release))
  assert.equal(releases.size, 1)
  assert.ok(![...releases].includes(null))
  assert.equal(answers.flat().filter(({ duplicate }) => duplicate).length, 49)
  assert.equal(await count(ship, 'deliveries'), 1)
  assert.equal(await count(ship, 'releases'), 1)
})

test('the real deliveries of GitHub make a release of the component named like the repository', async () => {
  const { ship, hook } = await port()
  await createComponent(ship, { name: 'Hello-World' })
  const [queued] = await accept(ship, hook('deployment', example('deployment') as object, 'a'))
  const [live] = await accept(ship, hook('deployment_status', example('deployment_status') as object, 'b'))
  assert.equal(live?.release, queued?.release)
  assert.deepEqual([queued?.state, live?.state], ['queued', 'succeeded'])
})

test('events that cannot be recorded leave the delivery, none of the events, and no harm to the next one', async () => {
  const { ship, native } = await port()
  const mend = await refuseRows(ship, 'releases', `new.run_key = 'boom'`)
  const [good, kept, next] = await accept(
    ship,
    native(started),
    native({ ...started, run: 'boom' }),
    native({ ...started, run: '8' }),
  )
  assert.deepEqual([good?.outcome, kept?.outcome, next?.outcome], ['accepted', 'invalid', 'accepted'])
  assert.deepEqual(kept?.events, [])
  assert.match(kept?.reason ?? '', /could not be made into a release/)
  assert.equal(await count(ship, 'release_events'), 2)
  await mend()
  const again = await readAgain(ship, kept?.delivery ?? '')
  assert.deepEqual([again.outcome, again.matched], ['accepted', true])
  const { reading, added } = await readAgain(ship, kept?.delivery ?? '')
  assert.deepEqual([reading, added], ['same', 0])
  assert.equal(await count(ship, 'release_events'), 3)
})

test(
  'a full disk is told to the sender, whatever was being written, and leaves no half of a delivery',
  once,
  async () => {
    const { ship, native } = await port()
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(ship.db)
    await sql.raw(`pragma max_page_count = ${(rows[0]?.page_count ?? 0) + 3}`).execute(ship.db)
    let stored = 0
    let refused = 0
    for (let run = 0; run < 60; run++) {
      const item = native({ ...started, run: `r${run}`, message: 'x'.repeat((run * 97) % 1500) })
      try {
        await accept(ship, item)
        stored += 1
      } catch (error) {
        assert.match(String((error as { code?: string }).code), /SQLITE_FULL/)
        refused += 1
      }
    }
    assert.ok(stored > 0 && refused > 20, `${stored} ${refused}`)
    assert.equal(await count(ship, 'deliveries'), stored)
    assert.equal(await count(ship, 'release_events'), stored)
    const invalid = await ship.db
      .selectFrom('deliveries')
      .select('id')
      .where('state', '=', 'invalid')
      .execute()
    assert.deepEqual(invalid, [])
  },
)
