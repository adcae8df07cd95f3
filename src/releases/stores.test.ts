import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { world } from '../testing/world.ts'
import { correctKind } from './actions.ts'
import { recordByHand } from './by-hand.ts'
import { readRelease, readReleases } from './reading.ts'

test('a lane is settled, corrected and listed alike on both stores', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  const deploy = (version: string, commit: string, minute: number) =>
    recordByHand(ship, { component: 'shop', version, commit, at: `2026-11-23T11:${minute}:00.000Z` })
  const first = await deploy('v1', 'aaaaaaa1', 10)
  const third = await deploy('v3', 'ccccccc1', 30)
  const second = await deploy('v2', 'bbbbbbb1', 20)
  const back = await deploy('main', 'AAAAAAA', 40)
  assert.deepEqual(
    [back.kind, back.restores_release_id, back.reverts_release_id],
    ['rollback', first.id, third.id],
  )
  assert.equal((await readRelease(ship, second.id)).undone_by_release_id, back.id)
  await correctKind(ship, back.id, 'deploy')
  assert.equal((await readRelease(ship, second.id)).undone_by_release_id, null)
  const listed = await readReleases(ship, {
    limit: 2,
    component: 'shop',
    environment: 'Prod',
    cursor: third.id,
  })
  assert.deepEqual(
    listed.map(({ id }) => id),
    [second.id, first.id],
  )
})
