import assert from 'node:assert/strict'
import { test } from 'node:test'
import { northwind } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { cancelMaintenance, editMaintenance, planMaintenance } from './actions.ts'
import { followClock } from './by-clock.ts'
import { currentMaintenances } from './public-lists.ts'
import { startMaintenance } from './running.ts'
import { stopSeries } from './series-edits.ts'
import { listMaintenances, maintenanceById } from './store.ts'
import { undoable, undoMaintenance } from './undo.ts'

/** Tuesdays at 02:00 in Tallinn, for an hour. */
const work = {
  title: 'New disks',
  body: 'Search is slow.',
  starts_at: '2026-11-24T00:00:00Z',
  ends_at: '2026-11-24T01:00:00Z',
  components: ['checkout'],
  repeats: 'FREQ=WEEKLY',
}

async function yard(change: Partial<typeof work> = {}) {
  const { ship } = await northwind()
  ship.at('2026-11-20T12:00:00.000Z')
  await planMaintenance(ship, { ...work, ...change })
  const all = async () => (await listMaintenances(ship, { show: 'all', limit: 100 })).reverse()
  const ids = (await all()).map(({ id }) => id)
  return { ship, all, ids, id: (nth: number) => ids[nth - 1] ?? '' }
}

async function lines(ship: World) {
  const rows = await ship.db.selectFrom('journal').select('action').orderBy('id').execute()
  return rows.flatMap(({ action }) => (action.startsWith('maintenance.') ? action.slice(12) : []))
}

test('this one and all later ones are moved: ids stay, what comes before stays, and one line tells it', async () => {
  const { ship, all, ids, id } = await yard()
  await editMaintenance(ship, id(3), {
    which: 'later',
    starts_at: '2026-12-09T01:00:00Z',
    ends_at: '2026-12-09T03:00:00Z',
    note: 'Wednesdays suit the bank.',
    version: 1,
  })
  const after = await all()
  assert.deepEqual(after.map((one) => one.id).slice(0, 10), ids)
  assert.deepEqual(
    after.slice(0, 5).map(({ starts_at, ends_at, sequence }) => [starts_at, ends_at.slice(11, 13), sequence]),
    [
      ['2026-11-24T00:00:00.000Z', '01', 0],
      ['2026-12-01T00:00:00.000Z', '01', 0],
      ['2026-12-09T01:00:00.000Z', '03', 1],
      ['2026-12-16T01:00:00.000Z', '03', 1],
      ['2026-12-23T01:00:00.000Z', '03', 1],
    ],
  )
  assert.deepEqual(await lines(ship), ['planned', 'series_edited'])
  const [told] = (await maintenanceById(ship, id(7))).updates
  assert.deepEqual([told?.kind, told?.note], ['moved', 'Wednesdays suit the bank.'])
  await followClock(ship)
  const starts = (await all()).map(({ starts_at }) => starts_at)
  assert.equal(new Set(starts).size, starts.length)
  assert.ok(starts.slice(2).every((at) => at.endsWith('T01:00:00.000Z')))
})

test('later ones stay folded away on the page, however they were changed together', async () => {
  const { ship, id } = await yard()
  await editMaintenance(ship, id(1), { which: 'later', title: 'Newer disks' })
  const shown = await currentMaintenances(ship, { limit: 50 })
  assert.deepEqual(
    shown.map(({ title }) => title),
    ['Newer disks'],
  )
})

test('what somebody moved by itself keeps its own time, what was called off stays so, and both get the new words', async () => {
  const { ship, all, id } = await yard()
  await editMaintenance(ship, id(3), { starts_at: '2026-12-10T12:00:00Z', ends_at: '2026-12-10T13:00:00Z' })
  await cancelMaintenance(ship, id(4))
  await editMaintenance(ship, id(2), {
    which: 'later',
    title: 'Newer disks',
    starts_at: '2026-12-01T02:00:00Z',
    ends_at: '2026-12-01T03:00:00Z',
  })
  const seen = (await all()).slice(0, 5)
  assert.deepEqual(
    seen.map(({ starts_at, title, cancelled_at }) => [starts_at.slice(5, 13), title, cancelled_at !== null]),
    [
      ['11-24T00', 'New disks', false],
      ['12-01T02', 'Newer disks', false],
      ['12-10T12', 'Newer disks', false],
      ['12-15T00', 'New disks', true],
      ['12-22T02', 'Newer disks', false],
    ],
  )
  ship.at('2026-12-20T00:00:00.000Z')
  await followClock(ship)
  const days = (await all()).filter(({ starts_at }) => starts_at.startsWith('2026-12-15'))
  assert.equal(days.length, 1, 'the called off day does not come back')
})

test('another rule counts from there on: days keep their ids, what has no place any more is called off', async () => {
  const { ship, all, ids, id } = await yard()
  await cancelMaintenance(ship, id(4))
  const made = await editMaintenance(ship, id(2), {
    which: 'later',
    repeats: 'FREQ=WEEKLY;INTERVAL=2;COUNT=3',
  })
  assert.equal(made.series?.rule, 'FREQ=WEEKLY;INTERVAL=2;COUNT=3')
  const seen = (await all()).filter(({ cancelled_at }) => cancelled_at === null)
  assert.deepEqual(
    seen.map(({ id, starts_at }) => [ids.indexOf(id) + 1, starts_at.slice(5, 10)]),
    [
      [1, '11-24'],
      [2, '12-01'],
      [3, '12-29'],
    ],
    'the 15th of December was called off before and stays so',
  )
  await followClock(ship)
  assert.equal((await all()).length, 10, 'nothing was laid out anew')
})

test('a rule that counts goes on counting when it is moved', async () => {
  const { ship, all, id } = await yard({ repeats: 'FREQ=WEEKLY;COUNT=4' })
  await editMaintenance(ship, id(3), {
    which: 'later',
    starts_at: '2026-12-08T05:00:00Z',
    ends_at: '2026-12-08T06:00:00Z',
  })
  const { series } = await maintenanceById(ship, id(3))
  assert.equal(series?.rule, 'FREQ=WEEKLY;COUNT=2')
  await followClock(ship)
  assert.deepEqual(
    (await all()).map(({ starts_at }) => starts_at.slice(5, 13)),
    ['11-24T00', '12-01T00', '12-08T05', '12-15T05'],
  )
})

test('words alone leave each time on its place on the clock, after a night that shifts it too', async () => {
  const { ship, all } = await yard({
    starts_at: '2027-03-27T01:30:00Z',
    ends_at: '2027-03-27T02:00:00Z',
    repeats: 'FREQ=DAILY',
  })
  const [, night] = await all()
  assert.equal(night?.starts_at, '2027-03-28T01:30:00.000Z', '04:30, for there is no 03:30')
  await editMaintenance(ship, night?.id ?? '', { which: 'later', title: 'Nightly' })
  const { series } = await maintenanceById(ship, night?.id ?? '')
  assert.equal(series?.first_wall, '2027-03-28T03:30')
  assert.deepEqual(
    (await all()).slice(1, 4).map(({ starts_at, title }) => [starts_at, title]),
    [
      ['2027-03-28T01:30:00.000Z', 'Nightly'],
      ['2027-03-29T00:30:00.000Z', 'Nightly'],
      ['2027-03-30T00:30:00.000Z', 'Nightly'],
    ],
  )
})

test('called off from one on: what comes before takes place', async () => {
  const { ship, all, id } = await yard()
  await stopSeries(ship, id(3), { note: 'The disks are new enough.' })
  const left = (await all()).filter(({ cancelled_at }) => cancelled_at === null)
  assert.deepEqual(
    left.map(({ id }) => id),
    [id(1), id(2)],
  )
  assert.deepEqual(await lines(ship), ['planned', 'series_cancelled'])
  await followClock(ship)
  assert.equal((await all()).length, 10)
  await assert.rejects(stopSeries(ship, id(3)), /does not repeat/)
})

test('wrong changes of a series are refused in plain words, and nothing is changed', async () => {
  const { ship, all, id } = await yard()
  const release = { component: 'checkout', version: '1' }
  const before = JSON.stringify(await all())
  const wrong: [object, RegExp][] = [
    [{ repeats: 'FREQ=SECONDLY' }, /once a day at most/],
    [{ repeats: 'FREQ=DAILY;UNTIL=20200101' }, /it never takes place/],
    [{ repeats: 'FREQ=WEEKLY;BYDAY=FR' }, /not take place on its first day, but first on 2026-12-04/],
    [{ repeats: '['.repeat(200) }, /Write a rule like/],
    [{ ends_at: '2026-11-30T23:00:00Z' }, /It ends before it starts/],
    [{ starts_at: '2020-12-01T00:00:00Z', ends_at: '2020-12-01T01:00:00Z' }, /wholly in the past/],
    [{ starts_by: 'release', release }, /A release comes once/],
    [{ starts_by: 'release' }, /A release comes once/],
    [{ components: ['nosuch'] }, /no component “nosuch”/],
    [{ version: 7 }, /Somebody else changed this/],
    [{ which: 'this', repeats: 'FREQ=DAILY' }, /can only be changed for this one and all later ones/],
    [{ which: 'all' }, /which/],
  ]
  for (const [change, words] of wrong) {
    const made = Promise.resolve().then(() => editMaintenance(ship, id(2), { which: 'later', ...change }))
    await assert.rejects(made, (error: Error & { extra?: object }) => {
      assert.match(JSON.stringify([error.message, error.extra]), words)
      return true
    })
  }
  assert.equal(JSON.stringify(await all()), before)
  const once = await planMaintenance(ship, { ...work, repeats: null })
  await assert.rejects(editMaintenance(ship, once.id, { which: 'later', title: 'x' }), /does not repeat/)
})

test('a rule without an end is laid out ten times and no further, whatever it becomes', async () => {
  const { ship, all, id } = await yard({ repeats: 'FREQ=DAILY' })
  await editMaintenance(ship, id(1), { which: 'later', repeats: 'FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=24' })
  await followClock(ship)
  const left = (await all()).filter(({ cancelled_at }) => cancelled_at === null)
  assert.equal(left.length, 10)
  assert.equal(left.at(-1)?.starts_at, '2035-11-24T00:00:00.000Z')
})

test('a change of all later ones is taken back whole, and only at once', async () => {
  const { ship, all, id } = await yard()
  const facts = async () =>
    (await all()).map(({ id, title, starts_at, ends_at, series_id, occurs_at, cancelled_at, own_at }) => ({
      ...{ id, title, starts_at, ends_at, series_id, occurs_at, cancelled_at, own_at },
    }))
  const before = await facts()
  const edit = () =>
    undoable(ship, { what: 'edit', id: id(3) }, (ctx) =>
      editMaintenance(ctx, id(3), {
        which: 'later',
        title: 'Oops',
        repeats: 'FREQ=DAILY',
        components: ['storefront'],
      }),
    )
  await edit()
  await followClock(ship)
  ship.at('2026-11-20T12:00:15.000Z')
  await undoMaintenance(ship, id(3))
  assert.deepEqual(await facts(), before)
  const { sequence, updates, components } = await maintenanceById(ship, id(4))
  assert.deepEqual([sequence, updates.length, components[0]?.slug], [2, 1, 'checkout'])
  await assert.rejects(undoMaintenance(ship, id(3)), /taken back already/)
  await undoable(ship, { what: 'stop', id: id(2) }, (ctx) => stopSeries(ctx, id(2)))
  await undoMaintenance(ship, id(2))
  assert.deepEqual(await facts(), before)
  await edit()
  ship.wait(1)
  await assert.rejects(undoMaintenance(ship, id(3)), /20 seconds .* are over/)
  ship.wait(-60) // a clock that was set back opens nothing again
  await assert.rejects(undoMaintenance(ship, id(3)), /20 seconds .* are over/)
  assert.ok((await lines(ship)).includes('undone'))
})

test('nothing is taken back over what somebody did since, nor by anybody else', async () => {
  const { ship, id } = await yard()
  await undoable(ship, { what: 'cancel', id: id(2) }, (ctx) => cancelMaintenance(ctx, id(2)))
  const mari = ship.as({ kind: 'user', id: 'mari00000000', name: 'Mari' })
  await assert.rejects(undoMaintenance(mari, id(2)), /nothing of yours/)
  await undoable(ship, { what: 'edit', id: id(3) }, (ctx) =>
    editMaintenance(ctx, id(3), { which: 'later', title: 'Newer disks' }),
  )
  await startMaintenance(mari, id(5))
  await assert.rejects(undoMaintenance(ship, id(3)), /went on since/)
  assert.equal((await maintenanceById(ship, id(3))).title, 'Newer disks')
})
