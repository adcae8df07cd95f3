import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent, createComponent, moveComponent, setStatusByHand } from '../components/actions.ts'
import { removeGroup } from '../components/groups.ts'
import { currentStatuses, impactsBetween } from '../components/impacts.ts'
import { componentByIdOrSlug, listComponents, updateComponent } from '../components/store.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { world } from '../testing/world.ts'
import { declareIncident, deleteIncident, editIncident } from './actions.ts'
import { listIncidents, writeIncident } from './store.ts'
import { suspectsFor } from './suspects.ts'
import { postUpdate } from './updates.ts'
import { wholeIncidents } from './whole.ts'

test('components and incidents are kept alike', async () => {
  const ship = await world()
  const checkout = await createComponent(ship, { name: 'Checkout', group: 'Shop' })
  const search = await createComponent(ship, { name: 'Search', group: 'Shop' })
  await moveComponent(ship, search.id, { to: 'up' })
  await setStatusByHand(ship, { component_id: search.id, status: 'degraded_performance' })
  await recordByHand(ship, { component: 'checkout', version: '1', at: '2026-11-20T12:00:00Z' })
  const bad = await recordByHand(ship, { component: 'checkout', version: '2', at: '2026-11-23T11:56:00Z' })
  const started_at = '2026-11-23T12:00:00.000Z'
  const [suspect] = await suspectsFor(ship, { started_at, component_ids: [checkout.id] })
  assert.deepEqual([suspect?.release_id, suspect?.likely], [bad.id, true])

  const components = [{ component: 'checkout', status: 'major_outage' as const }]
  const first = await declareIncident(ship, { title: 'One', body: 'A', components, cause_release_id: bad.id })
  ship.wait(5)
  const second = await declareIncident(ship, { title: 'Two', body: 'B' })
  await editIncident(ship, first.id, { started_at: '2026-11-23T11:57:00Z', version: 1 })
  await recordByHand(ship, { component: 'checkout', version: '1', minutes_taken: 2 })
  ship.wait(5)
  await postUpdate(ship, first.id, { state: 'resolved', body: 'C' })
  await deleteIncident(ship, second.id)

  const [whole] = await wholeIncidents(ship, await listIncidents(ship, { show: 'all', limit: 9 }))
  assert.deepEqual(
    [whole?.title, whole?.impact, whole?.rollback?.took_seconds, whole?.updates.map((one) => one.body)],
    ['One', 'critical', 120, ['C', 'A']],
  )
  assert.deepEqual(await listIncidents(ship, { show: 'all', limit: 9, cursor: first.id }), [])
  const impacts = await impactsBetween(ship, '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z')
  assert.deepEqual(
    impacts.map((one) => [one.status, one.started_at.slice(11, 16), one.ended_at?.slice(11, 16)]),
    [
      ['major_outage', '11:57', '12:10'],
      ['degraded_performance', '12:00', undefined],
    ],
  )
  assert.deepEqual([...(await currentStatuses(ship))], [[search.id, 'degraded_performance']])

  const late = { id: first.id, version: 1 }
  assert.equal(await writeIncident(ship, late, { title: 'Late' }), false)
  assert.equal(await updateComponent(ship, { id: search.id, version: 0 }, { name: 'Late' }), false)
  await removeGroup(ship, checkout.group_id ?? '')
  await archiveComponent(ship, search.id)
  assert.deepEqual(
    (await listComponents(ship)).map((one) => [one.slug, one.group_name]),
    [['checkout', null]],
  )
  assert.equal((await componentByIdOrSlug(ship, 'search')).id, search.id)
})
