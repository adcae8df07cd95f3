import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setStatusByHand } from '../components/actions.ts'
import { publicComponents } from '../components/public.ts'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { northwind } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { cancelMaintenance, editMaintenance, planMaintenance } from './actions.ts'
import { followClock } from './by-clock.ts'
import { publicMaintenance } from './public.ts'
import { listPublicMaintenances } from './public-lists.ts'
import { endMaintenance, startMaintenance } from './running.ts'
import { stopSeries } from './series-edits.ts'
import { listMaintenances, maintenanceById } from './store.ts'

const work = {
  title: 'Moving the database',
  starts_at: '2026-11-24T00:00:00Z',
  ends_at: '2026-11-24T02:00:00Z',
  components: ['checkout'],
}

async function shop() {
  const made = await northwind()
  made.ship.at('2026-11-20T12:00:00.000Z')
  return made
}

async function statusOf(ship: World, slug = 'checkout') {
  return (await publicComponents(ship)).find((one) => one.slug === slug)?.status
}

async function told(ship: World, beginning = 'maintenance.') {
  const lines = await ship.db.selectFrom('journal').select(['action', 'detail']).orderBy('id').execute()
  return lines.filter(({ action }) => action.startsWith(beginning)).map(({ action }) => action.slice(12))
}

test('it runs right at its moment and is over right at its end, before anybody wrote that down', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, work)
  const seen = []
  for (const at of [
    '2026-11-23T23:59:59.999Z',
    '2026-11-24T00:00:00.000Z',
    '2026-11-24T01:59:59.999Z',
    '2026-11-24T02:00:00.000Z',
  ]) {
    ship.at(at)
    seen.push([await statusOf(ship), (await publicMaintenance(ship, id)).state])
  }
  assert.deepEqual(seen, [
    ['operational', 'scheduled'],
    ['under_maintenance', 'in_progress'],
    ['under_maintenance', 'in_progress'],
    ['operational', 'completed'],
  ])
  assert.deepEqual(await told(ship), ['planned'])
  await followClock(ship)
  await followClock(ship)
  assert.deepEqual(await told(ship), ['planned', 'started', 'ended'])
  const { started_at, ended_at } = await maintenanceById(ship, id)
  assert.deepEqual([started_at, ended_at], ['2026-11-24T00:00:00.000Z', '2026-11-24T02:00:00.000Z'])
})

test('an outage inside a window is shown as the outage, and the work again when it is over', async () => {
  const { ship } = await shop()
  await planMaintenance(ship, work)
  ship.at('2026-11-24T00:30:00.000Z')
  assert.equal(await statusOf(ship), 'under_maintenance')
  const hurt = { component: 'checkout', status: 'degraded_performance' as const }
  const incident = await declareIncident(ship, { title: 'Slow', body: 'x', components: [hurt] })
  assert.equal(await statusOf(ship), 'degraded_performance')
  const { id: component_id } = await ship.db
    .selectFrom('components')
    .select('id')
    .where('slug', '=', 'checkout')
    .executeTakeFirstOrThrow()
  await setStatusByHand(ship, { component_id, status: 'major_outage' })
  assert.equal(await statusOf(ship), 'major_outage')
  await setStatusByHand(ship, { component_id, status: 'operational' })
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'Over.' })
  assert.equal(await statusOf(ship), 'under_maintenance')
})

test('of two windows that overlap, the component works again when both are over', async () => {
  const { ship } = await shop()
  const first = await planMaintenance(ship, work)
  await planMaintenance(ship, { ...work, starts_at: '2026-11-24T01:00:00Z', ends_at: '2026-11-24T03:00:00Z' })
  ship.at('2026-11-24T01:10:00.000Z')
  await endMaintenance(ship, first.id)
  assert.equal(await statusOf(ship), 'under_maintenance')
  ship.at('2026-11-24T03:00:00.000Z')
  assert.equal(await statusOf(ship), 'operational')
})

test('by hand it starts early, ends early or goes on past its end; pressed twice it happens once', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, { ...work, starts_by: 'hand', ends_by: 'hand' })
  ship.at('2026-11-23T23:00:00.000Z')
  assert.equal(await statusOf(ship), 'operational')
  await startMaintenance(ship, id, { note: 'We begin early.' })
  await startMaintenance(ship, id)
  assert.equal(await statusOf(ship), 'under_maintenance')
  ship.at('2026-11-24T05:00:00.000Z')
  await followClock(ship)
  assert.equal(await statusOf(ship), 'under_maintenance')
  await endMaintenance(ship, id)
  await endMaintenance(ship, id)
  assert.equal(await statusOf(ship), 'operational')
  assert.deepEqual(await told(ship), ['planned', 'started', 'ended'])
  await assert.rejects(startMaintenance(ship, id), /It is over/)
})

test('what nobody started in its time did not take place', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, { ...work, starts_by: 'hand' })
  ship.at('2026-11-24T02:00:00.000Z')
  assert.equal((await publicMaintenance(ship, id)).state, 'cancelled')
  await followClock(ship)
  assert.deepEqual(await told(ship), ['planned', 'cancelled'])
  await assert.rejects(startMaintenance(ship, id), /called off/)
})

test('moved, it tells both times, keeps its id and counts up', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, work)
  const moved = await editMaintenance(ship, id, {
    starts_at: '2026-11-25T00:00:00Z',
    ends_at: '2026-11-25T01:00:00Z',
    note: 'The vendor asked for it.',
    version: 1,
  })
  assert.deepEqual([moved.id, moved.sequence, moved.starts_at], [id, 1, '2026-11-25T00:00:00.000Z'])
  const [update] = (await publicMaintenance(ship, id)).updates
  assert.equal(update?.kind, 'moved')
  assert.deepEqual(
    [update?.was_starts_at, update?.starts_at, update?.note],
    ['2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z', 'The vendor asked for it.'],
  )
  assert.deepEqual(await told(ship), ['planned', 'moved'])
  await assert.rejects(editMaintenance(ship, id, { title: 'Another', version: 1 }), /Somebody else changed/)
  ship.at('2026-11-25T00:10:00.000Z')
  await assert.rejects(
    editMaintenance(ship, id, { starts_at: '2026-11-26T00:00:00Z', ends_at: '2026-11-26T01:00:00Z' }),
    (error: { extra: { errors: object } }) => /has begun already/.test(JSON.stringify(error.extra.errors)),
  )
  await editMaintenance(ship, id, { ends_at: '2026-11-25T02:00:00Z' })
})

test('times that make no sense are refused in plain words', async () => {
  const { ship } = await shop()
  const wrong: [object, RegExp][] = [
    [{ ends_at: '2026-11-23T23:00:00Z' }, /It ends before it starts\./],
    [{ ends_at: work.starts_at }, /in the minute in which it starts/],
    [{ ends_at: '2026-12-25T00:00:00Z' }, /longer than 30 days/],
    [{ starts_at: '2026-11-19T00:00:00Z', ends_at: '2026-11-19T02:00:00Z' }, /wholly in the past/],
    [{ starts_at: '2030-11-19T00:00:00Z', ends_at: '2030-11-19T02:00:00Z' }, /more than two years/],
    [{ components: ['nosuch'] }, /no component “nosuch”/],
    [{ starts_by: 'release' }, /Say which release/],
    [{ repeats: 'FREQ=SECONDLY' }, /once a day at most/],
    [{ repeats: 'FREQ=DAILY;UNTIL=20200101' }, /it never takes place/],
    [{ repeats: 'FREQ=WEEKLY;BYDAY=FR' }, /not take place on its first day, but first on 2026-11-27/],
    [{ title: ' ' }, /Say what is done/],
  ]
  for (const [change, words] of wrong) {
    const made = Promise.resolve().then(() => planMaintenance(ship, { ...work, ...change }))
    await assert.rejects(made, (error: Error & { extra?: object }) => {
      assert.match(JSON.stringify([error.message, error.extra]), words)
      return true
    })
  }
  assert.deepEqual(await told(ship), [])
})

test('somebody is reminded three days, one day and one hour before, each once', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, work)
  for (const at of [
    '2026-11-20T23:59:00Z',
    '2026-11-21T00:00:00Z',
    '2026-11-22T11:00:00Z',
    '2026-11-23T00:00:00Z',
    '2026-11-23T22:59:00Z',
    '2026-11-23T23:00:00Z',
    '2026-11-23T23:30:00Z',
  ]) {
    ship.at(at)
    await followClock(ship)
    await followClock(ship)
  }
  const lines = await ship.db
    .selectFrom('journal')
    .select(['detail', 'at'])
    .where('action', '=', 'maintenance.reminded')
    .orderBy('id')
    .execute()
  assert.deepEqual(
    lines.map(({ detail, at }) => [JSON.parse(detail).hours, at]),
    [
      [72, '2026-11-21T00:00:00.000Z'],
      [24, '2026-11-23T00:00:00.000Z'],
      [1, '2026-11-23T23:00:00.000Z'],
    ],
  )
  await editMaintenance(ship, id, { starts_at: '2026-11-24T00:45:00Z' })
  ship.at('2026-11-23T23:46:00Z')
  await followClock(ship)
  assert.equal(
    (await told(ship)).filter((one) => one === 'reminded').length,
    4,
    'the new time has its own hour',
  )
})

test('a reminder that is late is not made up for, and what is planned at short notice has none', async () => {
  const { ship } = await shop()
  await planMaintenance(ship, work)
  ship.at('2026-11-23T20:00:00.000Z')
  await planMaintenance(ship, { ...work, title: 'In a hurry' })
  await followClock(ship)
  const lines = await ship.db
    .selectFrom('journal')
    .select('detail')
    .where('action', '=', 'maintenance.reminded')
    .execute()
  assert.deepEqual(
    lines.map(({ detail }) => [JSON.parse(detail).title, JSON.parse(detail).hours]),
    [['Moving the database', 24]],
  )
})

test('it starts when its release starts within its window, and ends when that is over', async () => {
  const { ship, say } = await shop()
  const asked = {
    starts_by: 'release',
    ends_by: 'release',
    release: { component: 'checkout', version: '3.0' },
  } as const
  const { id } = await planMaintenance(ship, { ...work, ...asked })
  await say('checkout', 'release.started', { version: '3.0', run: 'too early' })
  ship.at('2026-11-24T00:10:00.000Z')
  await followClock(ship)
  assert.equal(await statusOf(ship), 'operational')
  await say('checkout', 'release.started', { version: '2.9' })
  await followClock(ship)
  assert.equal(await statusOf(ship), 'operational', 'another version')
  const release_id = await say('checkout', 'release.started', { version: '3.0', run: 'now' })
  ship.wait(1)
  await followClock(ship)
  assert.equal(await statusOf(ship), 'under_maintenance')
  assert.equal((await maintenanceById(ship, id)).release_id, release_id)
  ship.wait(10)
  await say('checkout', 'release.succeeded', { version: '3.0', run: 'now' })
  await followClock(ship)
  assert.equal(await statusOf(ship), 'operational')
  assert.equal((await maintenanceById(ship, id)).ended_at, '2026-11-24T00:21:00.000Z')
})

test('what repeats lies ten times ahead; one is moved or called off by itself and never comes back', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, { ...work, repeats: 'FREQ=WEEKLY' })
  const coming = await listMaintenances(ship, { show: 'coming', limit: 100 })
  assert.equal(coming.length, 10)
  const [first, second, third] = coming
  assert.equal(first?.id, id)
  await cancelMaintenance(ship, second?.id ?? '')
  await editMaintenance(ship, third?.id ?? '', {
    starts_at: '2026-12-09T00:00:00Z',
    ends_at: '2026-12-09T01:00:00Z',
  })
  const { data } = await listPublicMaintenances(ship, { limit: 50 })
  assert.deepEqual(
    data.map(({ starts_at, state }) => [starts_at.slice(0, 10), state]),
    [
      ['2026-12-09', 'scheduled'],
      ['2026-12-01', 'cancelled'],
      ['2026-11-24', 'scheduled'],
    ],
    'later times are folded away until they are next',
  )
  ship.at('2026-12-10T00:00:00.000Z')
  await followClock(ship)
  const days = (await listMaintenances(ship, { show: 'all', limit: 100 })).map(({ starts_at }) =>
    starts_at.slice(0, 10),
  )
  assert.equal(days.filter((day) => day === '2026-12-01').length, 1)
  assert.equal(days.filter((day) => day === '2026-12-08').length, 0, 'it was moved to the 9th')
  assert.ok(days.length > 10, 'more were laid out')
  await stopSeries(ship, (await listMaintenances(ship, { show: 'coming', limit: 1 }))[0]?.id ?? '')
  await followClock(ship)
  assert.deepEqual(await listMaintenances(ship, { show: 'coming', limit: 100 }), [])
})

test('through a night of daylight saving each time keeps its place on the clock and its length', async () => {
  const { ship } = await shop()
  ship.at('2026-03-26T12:00:00.000Z')
  const nightly = {
    ...work,
    starts_at: '2026-03-28T01:30:00Z',
    ends_at: '2026-03-28T02:30:00Z',
    repeats: 'FREQ=DAILY',
  }
  await planMaintenance(ship, nightly)
  // 03:30 in Tallinn; on the 29th the clocks go from 03:00 to 04:00
  const seen: [string, string | undefined][] = []
  for (const at of [
    '2026-03-28T01:30',
    '2026-03-28T02:30',
    '2026-03-29T01:29',
    '2026-03-29T01:30',
    '2026-03-29T02:30',
    '2026-03-30T00:29',
    '2026-03-30T00:30',
    '2026-03-30T01:30',
  ]) {
    ship.at(`${at}:00.000Z`)
    await followClock(ship)
    seen.push([at, await statusOf(ship)])
  }
  const [on, off] = ['under_maintenance', 'operational']
  assert.deepEqual(
    seen.map(([, status]) => status),
    [on, off, off, on, off, off, on, off],
  )
})

test('a clock that jumps a month ahead, and back, makes one start and one end', async () => {
  const { ship } = await shop()
  const { id } = await planMaintenance(ship, work)
  for (const at of [
    '2026-12-24T00:00:00Z',
    '2026-11-20T12:00:00Z',
    '2026-11-24T01:00:00Z',
    '2026-12-24T00:00:00Z',
  ]) {
    ship.at(at)
    await followClock(ship)
  }
  assert.deepEqual(await told(ship), ['planned', 'started', 'ended'])
  const { started_at, ended_at } = await maintenanceById(ship, id)
  assert.deepEqual([started_at, ended_at], ['2026-11-24T00:00:00.000Z', '2026-11-24T02:00:00.000Z'])
})

test('a retrospective end is not a plan: what has begun can be planned while it goes on', async () => {
  const { ship } = await shop()
  await planMaintenance(ship, { ...work, starts_at: '2026-11-20T11:00:00Z', ends_at: '2026-11-20T13:00:00Z' })
  assert.equal(await statusOf(ship), 'under_maintenance')
  await assert.rejects(
    cancelMaintenance(ship, (await listMaintenances(ship, { show: 'now', limit: 1 }))[0]?.id ?? ''),
    /begun already/,
  )
})
