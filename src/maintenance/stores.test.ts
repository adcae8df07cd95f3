import assert from 'node:assert/strict'
import { publicComponents } from '../components/public.ts'
import { publicImpacts } from '../components/public-impacts.ts'
import { goOnWithFreezes } from '../gate/freeze-series.ts'
import { stopFreezes } from '../gate/freeze-series-edits.ts'
import { endFreeze, planFreeze } from '../gate/freezes.ts'
import { listFreezes } from '../gate/store.ts'
import { northwind } from '../testing/northwind.ts'
import { onBothStores } from '../testing/postgres.ts'
import { editMaintenance, planMaintenance } from './actions.ts'
import { followClock } from './by-clock.ts'
import { currentMaintenances, listPublicMaintenances, maintenancesBetween } from './public-lists.ts'
import { listMaintenances } from './store.ts'
import { undoable, undoMaintenance } from './undo.ts'

const work = {
  title: 'Moving the database',
  starts_at: '2026-11-24T00:00:00Z',
  ends_at: '2026-11-24T02:00:00Z',
}

onBothStores('planned work is kept, found and shown alike', async (store) => {
  const { ship, components } = await northwind(store)
  ship.at('2026-11-20T12:00:00.000Z')
  const { id } = await planMaintenance(ship, { ...work, components: ['checkout', 'ledger'] })
  await planMaintenance(ship, { ...work, title: 'Hidden', components: ['ledger'] })
  await planMaintenance(ship, {
    ...work,
    title: 'Weekly',
    components: ['storefront'],
    repeats: 'FREQ=WEEKLY',
  })
  await planMaintenance(ship, { ...work, title: 'By hand', starts_by: 'hand' })
  const titles = async () => (await currentMaintenances(ship, { limit: 9 })).map(({ title }) => title)
  assert.deepEqual((await titles()).sort(), ['By hand', 'Moving the database', 'Weekly'])
  const of = await currentMaintenances(ship, { limit: 9, component_id: components.checkout.id })
  assert.deepEqual(
    of.map((one) => one.components.map(({ name }) => name)),
    [['Checkout']],
  )
  ship.at('2026-11-24T01:00:00.000Z')
  const status = Object.fromEntries((await publicComponents(ship)).map(({ slug, status }) => [slug, status]))
  assert.deepEqual(status, {
    checkout: 'under_maintenance',
    storefront: 'under_maintenance',
    'payments-api': 'operational',
  })
  const [care, ...none] = await publicImpacts(ship, {
    since: '2026-11-20T00:00:00.000Z',
    component_id: components.checkout.id,
  })
  assert.deepEqual(none, [])
  assert.deepEqual(
    [care?.status, care?.started_at, care?.ended_at, care?.maintenance?.id, care?.incident],
    ['under_maintenance', '2026-11-24T00:00:00.000Z', null, id, null],
  )
  assert.equal((await listMaintenances(ship, { show: 'now', limit: 9 })).length, 3)
  ship.at('2026-11-24T02:00:00.000Z')
  await followClock(ship)
  assert.deepEqual(
    (await listMaintenances(ship, { show: 'past', limit: 9 })).map(({ title }) => title).sort(),
    ['By hand', 'Hidden', 'Moving the database', 'Weekly'],
  )
  const month = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', limit: 9 }
  assert.equal((await maintenancesBetween(ship, month)).length, 3)
  const first = await listPublicMaintenances(ship, { limit: 1 })
  const rest = await listPublicMaintenances(ship, { limit: 9, cursor: first.next_cursor ?? '' })
  assert.equal(first.data.length + rest.data.length, 4)
})

onBothStores('two nodes that follow the clock at once write each thing once', async (store) => {
  const { ship } = await northwind(store)
  ship.at('2026-11-20T12:00:00.000Z')
  await planMaintenance(ship, { ...work, components: ['checkout'] })
  await planMaintenance(ship, { ...work, title: 'Daily', components: ['storefront'], repeats: 'FREQ=DAILY' })
  const lines = async (action: string) =>
    (await ship.db.selectFrom('journal').select('id').where('action', '=', action).execute()).length
  const together = () => Promise.all(Array.from({ length: 4 }, () => followClock(ship)))
  ship.at('2026-11-23T23:10:00.000Z')
  await together()
  assert.equal(await lines('maintenance.reminded'), 4, 'an hour before both, three days before two more')
  ship.at('2026-11-24T00:00:01.000Z')
  await together()
  assert.equal(await lines('maintenance.started'), 2)
  ship.at('2026-11-24T02:00:00.000Z')
  await together()
  assert.equal(await lines('maintenance.ended'), 2)
  const daily = (await listMaintenances(ship, { show: 'all', limit: 100 })).filter(
    ({ title }) => title === 'Daily',
  )
  assert.equal(new Set(daily.map(({ occurs_at }) => occurs_at)).size, daily.length)
})

onBothStores('of two who move it at once one is told of the other', async (store) => {
  const { ship } = await northwind(store)
  ship.at('2026-11-20T12:00:00.000Z')
  const { id } = await planMaintenance(ship, work)
  const moves = ['03', '04', '05'].map((hour) =>
    editMaintenance(ship, id, { ends_at: `2026-11-24T${hour}:00:00Z`, version: 1 }),
  )
  const outcomes = await Promise.allSettled(moves)
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of outcomes) if (one.status === 'rejected') assert.equal(one.reason.code, 'stale')
})

onBothStores(
  'a freeze repeats across daylight saving, one of it ends by itself, and all of it for good',
  async (store) => {
    const { ship } = await northwind(store)
    ship.at('2026-10-20T12:00:00.000Z')
    const span = { starts_at: '2026-10-23T15:00:00Z', ends_at: '2026-10-24T15:00:00Z' }
    const { id } = await planFreeze(ship, {
      reason: 'Weekend',
      ...span,
      components: ['checkout'],
      repeats: 'FREQ=WEEKLY',
    })
    const coming = (await listFreezes(ship, { show: 'coming', limit: 100 })).reverse()
    assert.deepEqual(
      coming.slice(0, 3).map(({ starts_at }) => starts_at),
      ['2026-10-23T15:00:00.000Z', '2026-10-30T16:00:00.000Z', '2026-11-06T16:00:00.000Z'],
      'at 18:00 in Tallinn each time',
    )
    assert.deepEqual([coming.length, coming[0]?.id, coming[1]?.components[0]?.slug], [10, id, 'checkout'])
    await endFreeze(ship, coming[1]?.id ?? '')
    ship.at('2026-11-02T12:00:00.000Z')
    await Promise.all([goOnWithFreezes(ship), goOnWithFreezes(ship)])
    const all = await listFreezes(ship, { show: 'all', limit: 100 })
    assert.equal(new Set(all.map(({ starts_at }) => starts_at)).size, all.length)
    assert.equal(all.filter(({ starts_at }) => starts_at > '2026-11-02').length, 10)
    await stopFreezes(ship, coming[2]?.id ?? '')
    await goOnWithFreezes(ship)
    assert.deepEqual(await listFreezes(ship, { show: 'coming', limit: 100 }), [])
    await assert.rejects(
      planFreeze(ship, {
        reason: 'x',
        ...span,
        starts_at: '2026-11-03T00:00:00Z',
        ends_at: '2026-11-03T01:00:00Z',
        repeats: 'FREQ=DAILY;UNTIL=20200101',
      }),
    )
  },
)

onBothStores('all later ones are moved together, stay folded away, and are taken back', async (store) => {
  const { ship } = await northwind(store)
  ship.at('2026-11-20T12:00:00.000Z')
  const { id } = await planMaintenance(ship, { ...work, components: ['checkout'], repeats: 'FREQ=WEEKLY' })
  const starts = async () =>
    (await listMaintenances(ship, { show: 'coming', limit: 3 })).map(({ starts_at }) =>
      starts_at.slice(5, 13),
    )
  const [, second] = await listMaintenances(ship, { show: 'coming', limit: 2 })
  await undoable(ship, { what: 'edit', id: second?.id ?? '' }, (ctx) =>
    editMaintenance(ctx, second?.id ?? '', {
      ...{ which: 'later', starts_at: '2026-12-02T04:00:00Z', ends_at: '2026-12-02T05:00:00Z' },
      components: ['storefront'],
    }),
  )
  assert.deepEqual((await starts()).slice(0, 3), ['11-24T00', '12-02T04', '12-09T04'])
  const shown = await currentMaintenances(ship, { limit: 9 })
  assert.deepEqual(
    shown.map(({ starts_at, components }) => [starts_at.slice(5, 10), components[0]?.slug]),
    [
      ['11-24', 'checkout'],
      ['12-02', 'storefront'],
    ],
    'the next of each series',
  )
  await undoMaintenance(ship, second?.id ?? '')
  assert.deepEqual((await starts()).slice(0, 3), ['11-24T00', '12-01T00', '12-08T00'])
  assert.equal((await currentMaintenances(ship, { limit: 9 }))[0]?.id, id)
})
