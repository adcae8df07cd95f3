import assert from 'node:assert/strict'
import { test } from 'node:test'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { listPublicReleases } from './public.ts'
import { publicMarks } from './public-marks.ts'

const begin = '2026-01-01T00:00:00.000Z'
const marks = async (ship: World, given: { since?: string; component_id?: string } = {}) =>
  (await publicMarks(ship, { since: begin, dayOf: () => 7, ...given })).sort((one, other) =>
    `${one.at} ${one.id}` < `${other.at} ${other.id}` ? -1 : 1,
  )

test('what is drawn is what the log shows, as it shows it', async () => {
  const { ship, say, components } = await northwindInTrouble()
  await say('storefront', 'release.succeeded', { version: '6.0.0', dark: true })
  await say('storefront', 'release.progress', { version: '6.1.0', percent: 10 })
  const drawn = await marks(ship)
  const { data } = await listPublicReleases(ship, { limit: 100 })
  const same = (one: (typeof data)[number]) =>
    `${one.id} ${one.component.id} ${one.version} ${one.kind} ${one.state} ${one.live_at} ${one.restores_release_id}`
  assert.deepEqual(
    drawn
      .map(
        (one) =>
          `${one.id} ${one.component_id} ${one.version} ${one.kind} ${one.state} ${one.live_at} ${one.restores_release_id}`,
      )
      .sort(),
    data.map(same).sort(),
  )
  assert.deepEqual(
    drawn.slice(-4).map(({ version, reach, day }) => [version, reach, day]),
    [
      ['2.14.0', 'everybody', 7],
      ['2.13.4', 'part', 7],
      ['6.0.0', 'part', 7],
      ['6.1.0', 'part', 7],
    ],
  )
  assert.equal(drawn.find(({ version }) => version === '2.11.0')?.reach, 'taken_back')
  const of = await marks(ship, { since: '2026-11-22T00:00:00.000Z', component_id: components.checkout.id })
  assert.deepEqual(
    of.map(({ version }) => version),
    ['2.14.0', '2.13.4'],
  )
})

test('nothing is drawn of private components, other environments and what no customer met', async () => {
  const { ship, say, release } = await northwind()
  await release('ledger', '1')
  await say('checkout', 'release.succeeded', { version: '2' }, 'staging')
  await say('checkout', 'release.failed', { version: '3' })
  assert.deepEqual(await marks(ship), [])
})
