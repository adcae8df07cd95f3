import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { freshDatabase } from '../testing/nodes.ts'
import { northwind } from '../testing/northwind.ts'
import { worldOn } from '../testing/world.ts'
import { recordEvents } from './actions.ts'

test('what many nodes hear of one component at once ends as if one had heard it in order', async (t) => {
  const ship = worldOn(openDatabase(await freshDatabase()))
  t.after(() => ship.db.destroy())
  const { components } = await northwind(ship)
  const runs = Array.from({ length: 16 }, (_, at) => `1.0.${at + 10}`)
  const minute = (at: number) => new Date(ship.now().getTime() + at * 60_000).toISOString()
  const say = (version: string, type: 'release.started' | 'release.succeeded', at: number) =>
    recordEvents(ship, {
      source_id: 'api',
      scope: 'ci',
      delivery_id: null,
      received_at: minute(at),
      events: [
        {
          type,
          run_key: version,
          service: 'checkout',
          environment: 'rehearsal',
          occurred_at: minute(at),
          facts: { version },
        },
      ],
      placeFor: async () => ({ component_id: components.checkout.id }),
    })
  const said = runs.flatMap((version, at) => [
    () => say(version, 'release.started', at * 2),
    () => say(version, 'release.succeeded', at * 2 + 1),
  ])
  await Promise.all(said.map((tell) => tell()))

  const lane = await ship.db
    .selectFrom('releases')
    .select([
      'id',
      'version',
      'kind',
      'state',
      'previous_release_id',
      'started_at',
      'superseded_by_release_id',
    ])
    .orderBy('lane_at')
    .execute()
  const named = (id: string | null) => lane.find((release) => release.id === id)?.version ?? null
  assert.deepEqual(
    lane.map((is) => [is.version, is.state, is.kind, named(is.previous_release_id)]),
    runs.map((version, at) => [version, 'succeeded', 'deploy', runs[at - 1] ?? null]),
  )
  assert.ok(lane.every(({ started_at }) => started_at !== null))
  assert.equal(lane.filter(({ superseded_by_release_id }) => superseded_by_release_id === null).length, 1)
  const environments = await ship.db
    .selectFrom('environments')
    .where('name', '=', 'rehearsal')
    .selectAll()
    .execute()
  assert.equal(environments.length, 1)
})
