import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../testing/world.ts'
import {
  archiveComponent,
  createComponent,
  editComponent,
  moveComponent,
  restoreComponent,
  setStatusByHand,
} from './actions.ts'
import { createGroup, editGroup, moveGroup, removeGroup } from './groups.ts'
import { currentStatuses } from './impacts.ts'
import { slugOf } from './model.ts'
import { componentById, componentByIdOrSlug, listComponents, listGroups } from './store.ts'

test('a slug is spelt from the name, in Latin letters, and counted up when it is taken', async () => {
  const ship = await world()
  const slugs = []
  for (const name of ['Payments API', 'Payments  API!', 'Größe & Ñandú', 'Почта', '支払い', '決済']) {
    slugs.push((await createComponent(ship, { name })).slug)
  }
  assert.deepEqual(slugs, [
    'payments-api',
    'payments-api-2',
    'grosse-nandu',
    'pochta',
    'component',
    'component-2',
  ])
  assert.equal(slugOf('x'.repeat(300)).length, 56)
})

test('a slug that is taken is refused with words and leaves nothing behind', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Checkout' })
  await assert.rejects(createComponent(ship, { name: 'Till', slug: 'checkout', group: 'Shop' }), {
    code: 'conflict',
    message: /checkout/,
  })
  assert.equal((await listComponents(ship)).length, 1)
  assert.deepEqual(await listGroups(ship), [])
})

test('a name that is no name and a slug that is no slug are refused', async () => {
  const ship = await world()
  for (const wrong of [
    { name: ' ' },
    { name: 'x'.repeat(101) },
    { name: 'A', slug: 'Not a slug' },
    { name: 'A', slug: '-a' },
  ]) {
    assert.throws(() => createComponent(ship, wrong), { name: 'ZodError' })
  }
})

test('a group is called by id or name, and a new name makes it', async () => {
  const ship = await world()
  const shop = await createGroup(ship, { name: 'Shop' })
  const byId = await createComponent(ship, { name: 'Checkout', group: shop.id })
  const byName = await createComponent(ship, { name: 'Search', group: 'Shop' })
  const made = await createComponent(ship, { name: 'Mail', group: 'Messages' })
  assert.deepEqual([byId.group_id, byName.group_id, made.group_name], [shop.id, shop.id, 'Messages'])
  assert.deepEqual([byId.position, byName.position, made.position], [0, 1, 0])
  await assert.rejects(createGroup(ship, { name: 'Shop' }), { code: 'conflict' })
})

test('components stand in the order of their groups, then those without one', async () => {
  const ship = await world()
  const loose = await createComponent(ship, { name: 'Loose' })
  const one = await createComponent(ship, { name: 'One', group: 'First' })
  const two = await createComponent(ship, { name: 'Two', group: 'Second' })
  const three = await createComponent(ship, { name: 'Three', group: 'Second' })
  const names = async () => (await listComponents(ship)).map((component) => component.name).join(' ')
  assert.equal(await names(), 'One Two Three Loose')

  await moveComponent(ship, three.id, { to: 'up' })
  await moveComponent(ship, three.id, { to: 'up' })
  assert.equal(await names(), 'One Three Two Loose')
  await moveGroup(ship, two.group_id ?? '', { to: 0 })
  assert.equal(await names(), 'Three Two One Loose')
  await editComponent(ship, loose.id, { group: 'Second' })
  await moveComponent(ship, loose.id, { to: 1 })
  assert.equal(await names(), 'Three Loose Two One')
  await removeGroup(ship, one.group_id ?? '')
  assert.equal((await componentById(ship, one.id)).group_name, null)
})

test('an editor who read an older text is told so, and the newer text stays', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Checkout', group: 'Shop' })
  await editComponent(ship, id, { name: 'Till', version: 1 })
  await assert.rejects(editComponent(ship, id, { name: 'Cashier', version: 1 }), { code: 'stale' })
  const kept = await componentById(ship, id)
  assert.deepEqual([kept.name, kept.version, kept.group_name], ['Till', 2, 'Shop'])

  const [group] = await listGroups(ship)
  await editGroup(ship, group?.id ?? '', { name: 'Store', version: 1 })
  await assert.rejects(editGroup(ship, group?.id ?? '', { name: 'Mall', version: 1 }), { code: 'stale' })
})

test('an archived component leaves the list, ends what it suffered, and can come back', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Checkout' })
  await setStatusByHand(ship, { component_id: id, status: 'major_outage' })
  ship.wait(5)
  await archiveComponent(ship, id)
  assert.deepEqual(await listComponents(ship), [])
  assert.equal((await listComponents(ship, { archived: true })).length, 1)
  await assert.rejects(setStatusByHand(ship, { component_id: id, status: 'operational' }), {
    code: 'conflict',
  })

  await restoreComponent(ship, id)
  assert.equal((await listComponents(ship)).length, 1)
  assert.deepEqual(await currentStatuses(ship), new Map())
})

test('a component is found by its slug or its id, and one that never was is refused', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Checkout' })
  assert.equal((await componentByIdOrSlug(ship, 'checkout')).id, id)
  assert.equal((await componentByIdOrSlug(ship, id)).id, id)
  await assert.rejects(componentByIdOrSlug(ship, 'till'), { code: 'not-found' })
})

test('every verb writes one line, and a verb that changes nothing writes none', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Checkout' })
  await setStatusByHand(ship, { component_id: id, status: 'operational' })
  await setStatusByHand(ship, { component_id: id, status: 'degraded_performance' })
  await archiveComponent(ship, id)
  await archiveComponent(ship, id)
  const lines = await ship.db.selectFrom('journal').select('action').orderBy('id').execute()
  assert.deepEqual(
    lines.map((line) => line.action),
    ['component.created', 'component.status_set', 'component.archived'],
  )
})
