import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { goOnWithFreezes } from './freeze-series.ts'
import { stopFreezes } from './freeze-series-edits.ts'
import { undoable, undoFreeze } from './freeze-undo.ts'
import { editFreeze, endFreeze, planFreeze } from './freezes.ts'
import { listFreezes } from './store.ts'

/** From Friday 18:00 in Tallinn to Saturday, the same hour. */
const weekend = {
  reason: 'Weekend',
  starts_at: '2026-11-27T16:00:00Z',
  ends_at: '2026-11-28T16:00:00Z',
  components: ['checkout'],
  repeats: 'FREQ=WEEKLY',
}

async function yard(ship: World, change: object = {}) {
  ship.at('2026-11-23T12:00:00.000Z')
  await planFreeze(ship, { ...weekend, ...change })
  const all = async () => (await listFreezes(ship, { show: 'all', limit: 100 })).reverse()
  const ids = (await all()).map(({ id }) => id)
  return { all, ids, id: (nth: number) => ids[nth - 1] ?? '' }
}

test('a freeze is changed with all later ones; what was moved or called off alone stays so', async () => {
  const store = await world()
  const { ship } = await northwind(store)
  const { all, ids, id } = await yard(ship)
  await editFreeze(ship, id(4), { starts_at: '2026-12-18T10:00:00Z' })
  await endFreeze(ship, id(5))
  const made = await editFreeze(ship, id(3), {
    which: 'later',
    starts_at: '2026-12-11T15:00:00Z',
    ends_at: '2026-12-13T15:00:00Z',
    may_pass: ['Ada'],
    version: 1,
  })
  assert.deepEqual([made.repeats, made.may_pass, made.components.length], ['FREQ=WEEKLY', ['Ada'], 1])
  assert.deepEqual(
    (await all())
      .slice(0, 6)
      .map((one) => [
        ids.indexOf(one.id) + 1,
        one.starts_at.slice(5, 13),
        one.ends_at.slice(5, 13),
        one.may_pass.length,
        one.ended_at !== null,
      ]),
    [
      [1, '11-27T16', '11-28T16', 0, false],
      [2, '12-04T16', '12-05T16', 0, false],
      [3, '12-11T15', '12-13T15', 1, false],
      [4, '12-18T10', '12-19T16', 1, false],
      [5, '12-25T16', '12-26T16', 0, true],
      [6, '01-01T15', '01-03T15', 1, false],
    ],
  )
  ship.at('2026-12-28T12:00:00.000Z')
  await goOnWithFreezes(ship)
  const starts = (await all()).map(({ starts_at }) => starts_at)
  assert.equal(new Set(starts).size, starts.length)
  assert.equal(
    starts.filter((at) => at.startsWith('2026-12-25')).length,
    1,
    'what was called off does not come back',
  )
  const lines = await ship.db
    .selectFrom('journal')
    .select('action')
    .where('action', 'like', 'freeze.%')
    .execute()
  assert.equal(lines.filter(({ action }) => action === 'freeze.series_edited').length, 1)
  await stopFreezes(ship, id(6))
  await goOnWithFreezes(ship)
  assert.deepEqual(await listFreezes(ship, { show: 'coming', limit: 100 }), [])
})

test('another rule for later freezes: what has no place any more is called off, and wrong ones are refused', async () => {
  const { ship } = await northwind()
  const { all, id } = await yard(ship)
  const before = JSON.stringify(await all())
  const wrong: [object, RegExp][] = [
    [{ repeats: 'FREQ=HOURLY' }, /once a day at most/],
    [{ repeats: 'FREQ=DAILY;UNTIL=20200101' }, /it never takes place/],
    [{ repeats: 'FREQ=WEEKLY;BYDAY=MO' }, /not take place on its first day/],
    [{ ends_at: '2026-12-04T10:00:00Z' }, /It ends before it starts/],
    [{ components: ['nosuch'] }, /no component “nosuch”/],
    [{ version: 9 }, /Somebody else changed this/],
    [{ which: 'this', repeats: 'FREQ=DAILY' }, /can only be changed for this one and all later ones/],
  ]
  for (const [change, words] of wrong) {
    const made = Promise.resolve().then(() => editFreeze(ship, id(2), { which: 'later', ...change }))
    await assert.rejects(made, (error: Error & { extra?: object }) => {
      assert.match(JSON.stringify([error.message, error.extra]), words)
      return true
    })
  }
  assert.equal(JSON.stringify(await all()), before)
  await editFreeze(ship, id(2), { which: 'later', repeats: 'FREQ=MONTHLY;BYDAY=1FR;COUNT=2' })
  const left = (await all()).filter(({ ended_at }) => ended_at === null)
  assert.deepEqual(
    left.map(({ starts_at }) => starts_at.slice(0, 10)),
    ['2026-11-27', '2026-12-04', '2027-01-01'],
  )
  await goOnWithFreezes(ship)
  assert.equal((await all()).length, 10)
})

test('the form and the API change one freeze, or all later ones', async () => {
  const { ship } = await northwind()
  const { all, id } = await yard(ship)
  const server = await startTestApp(ship)
  const editor = await server.signedIn('editor')
  const { body } = await editor.get(`/admin/freezes/${id(2)}`)
  assert.match(body, /Which ones do you change\?[\s\S]*value="FREQ=WEEKLY"/)
  const typed = { reason: 'Sale', starts_on: '2026-12-04', starts_clock: '18:00', ends_on: '2026-12-05' }
  const form = { ...typed, ends_clock: '18:00', version: '1', repeats: 'FREQ=WEEKLY', may_pass: '' }
  const night = { starts_on: '2027-03-28', starts_clock: '03:30', ends_on: '2027-03-29' }
  const skipped = await editor.post(`/admin/freezes/${id(2)}`, { ...form, ...night })
  assert.match(skipped.body, /that night: there is no 03:30\. Write 04:30/)
  const alone = await editor.post(`/admin/freezes/${id(2)}`, {
    ...form,
    repeats: 'FREQ=DAILY',
    which: 'this',
  })
  assert.equal(alone.statusCode, 422)
  assert.match(alone.body, /can only be changed for this one and all later ones[\s\S]*value="FREQ=DAILY"/)
  const sent = await editor.post(`/admin/freezes/${id(2)}`, { ...form, which: 'later' })
  assert.equal(sent.statusCode, 303, sent.body)
  assert.deepEqual(
    (await all()).slice(0, 3).map(({ reason, components }) => [reason, components.length]),
    [
      ['Weekend', 1],
      ['Sale', 0],
      ['Sale', 0],
    ],
  )
  const headers = { authorization: await server.token('components:write') }
  const url = `/api/v1/freezes/${id(4)}`
  const payload = { which: 'later', reason: 'Audit' }
  const patched = await server.inject({ method: 'PATCH', url, headers, payload })
  assert.deepEqual([patched.statusCode, patched.json().reason], [200, 'Audit'], patched.body)
  assert.deepEqual(
    (await all()).slice(2, 5).map(({ reason }) => reason),
    ['Sale', 'Audit', 'Audit'],
  )
})

test('what was done to a freeze is taken back whole, at once, by whoever did it', async () => {
  const { ship } = await northwind()
  const { all, id } = await yard(ship)
  const facts = async () => (await all()).map(({ version: _, updated_at: __, ...facts }) => facts)
  const before = await facts()
  const change = {
    which: 'later' as const,
    reason: 'Oops',
    components: [],
    repeats: 'FREQ=DAILY;INTERVAL=14',
  }
  await undoable(ship, { what: 'edit', id: id(3) }, (ctx) => editFreeze(ctx, id(3), change))
  await goOnWithFreezes(ship)
  await undoFreeze(ship, id(3))
  assert.deepEqual(await facts(), before)
  await undoable(ship, { what: 'stop', id: id(2) }, (ctx) => stopFreezes(ctx, id(2)))
  const mari = ship.as({ kind: 'user', id: 'mari00000000', name: 'Mari' })
  await assert.rejects(undoFreeze(mari, id(2)), /nothing of yours/)
  await undoFreeze(ship, id(2))
  assert.deepEqual(await facts(), before)
  await assert.rejects(undoFreeze(ship, id(2)), /taken back already/)
  await undoable(ship, { what: 'end', id: id(1) }, (ctx) => endFreeze(ctx, id(1)))
  await editFreeze(mari, id(2), { reason: 'Quiet' })
  await assert.rejects(undoFreeze(ship, id(1)), /Somebody changed it since/)
  ship.wait(1)
  await assert.rejects(undoFreeze(ship, id(1)), /20 seconds .* are over/)
  ship.wait(-60) // a clock that was set back opens nothing again
  await assert.rejects(undoFreeze(ship, id(1)), /20 seconds .* are over/)
})

test('a freeze that was ended by a slip of the finger is back with one press', async () => {
  const { ship } = await northwind()
  const { id, all } = await yard(ship, { starts_at: '2026-11-23T10:00:00Z', repeats: null })
  const server = await startTestApp(ship)
  const editor = await server.signedIn('editor')
  await editor.get('/admin/freezes')
  await editor.post(`/admin/freezes/${id(1)}/end`)
  const { body } = await editor.get('/admin/freezes')
  assert.match(
    body,
    new RegExp(`The freeze has ended[\\s\\S]*action="/admin/freezes/${id(1)}/undo"[\\s\\S]*Undo`),
  )
  await editor.post(`/admin/freezes/${id(1)}/undo`)
  assert.match(
    (await editor.get('/admin/freezes')).body,
    /Taken back: all stands as it did before\.[\s\S]*In force now/,
  )
  assert.equal((await all())[0]?.ended_at, null)
})
