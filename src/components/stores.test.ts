import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../testing/world.ts'
import { archiveComponent, createComponent, editComponent, moveComponent } from './actions.ts'
import { removeGroup } from './groups.ts'
import { currentStatuses, endImpacts, impactsBetween, moveImpactStarts, setImpact } from './impacts.ts'
import { publicComponents } from './public.ts'
import { listComponents, listGroups } from './store.ts'

test('components keep their order, their group and their version', async () => {
  const ship = await world()
  const add = (name: string, group: string | null) => createComponent(ship, { name, group })
  const loose = await add('API', null)
  const [checkout, search] = [await add('Checkout', 'Shop'), await add('Search', 'Shop')]
  await moveComponent(ship, search.id, { to: 'up' })
  await editComponent(ship, checkout.id, { description: 'Where you pay.', version: 1 })
  await assert.rejects(editComponent(ship, checkout.id, { name: 'Till', version: 1 }), { code: 'stale' })
  await assert.rejects(createComponent(ship, { name: 'x', slug: 'search' }), { code: 'conflict' })
  const names = async () => (await listComponents(ship)).map(({ name }) => name)
  assert.deepEqual(await names(), ['Search', 'Checkout', 'API'])
  const [shop] = await listGroups(ship)
  await removeGroup(ship, shop?.id ?? '')
  await archiveComponent(ship, loose.id)
  assert.deepEqual((await names()).sort(), ['Checkout', 'Search'])
  assert.deepEqual(
    (await publicComponents(ship)).map(({ group }) => group),
    [null, null],
  )
})

test('what a component suffers is kept, moved, ended and read alike', async () => {
  const ship = await world()
  const { id: component_id } = await createComponent(ship, { name: 'Shop' })
  const at = (minute: number) => `2026-11-23T11:${minute}:00.000Z`
  const hand = { component_id, incident_id: null }
  await setImpact(ship, { ...hand, status: 'degraded_performance', at: at(10) })
  await setImpact(ship, { ...hand, status: 'major_outage', at: at(20) })
  await setImpact(ship, { ...hand, status: 'operational', at: at(40) })
  await setImpact(ship, { ...hand, status: 'partial_outage', at: at(50) })
  assert.equal((await currentStatuses(ship)).get(component_id), 'partial_outage')
  const spans = (await impactsBetween(ship, at(15), at(45))).map((one) => [
    one.status,
    one.started_at,
    one.ended_at,
  ])
  assert.deepEqual(spans, [
    ['degraded_performance', at(10), at(20)],
    ['major_outage', at(20), at(40)],
  ])
  await moveImpactStarts(ship, { incident_id: 'nobody', from: at(10), to: at(30) })
  assert.deepEqual(await endImpacts(ship, { incident_id: 'nobody', at: at(59) }), [])
  assert.equal((await impactsBetween(ship, at(10), at(59))).length, 3)
})
