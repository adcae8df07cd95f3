import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent, createComponent, restoreComponent } from '../components/actions.ts'
import { currentStatuses, impactsOfIncident } from '../components/impacts.ts'
import { type World, world } from '../testing/world.ts'
import { declareIncident, deleteIncident, editIncident, restoreIncident } from './actions.ts'
import type { NewIncident } from './model.ts'
import { incidentById, listIncidents, namedIn, updatesOf } from './store.ts'
import { deleteUpdate, editUpdate, postUpdate } from './updates.ts'
import { wholeIncident } from './whole.ts'

const cardsFail: NewIncident = {
  title: 'Card payments fail',
  body: 'We are looking into it.',
  components: [{ component: 'checkout', status: 'partial_outage' }],
}

test('declaring opens the incident, its first update and the impacts, from its start', async () => {
  const { ship, checkout } = await shop()
  const incident = await declareIncident(ship, { ...cardsFail, started_at: '2026-11-23T13:06:00+02:00' })
  assert.deepEqual(
    [incident.state, incident.cause, incident.started_at, incident.published_at],
    ['investigating', 'unknown', '2026-11-23T11:06:00.000Z', '2026-11-23T12:00:00.000Z'],
  )
  assert.equal((await currentStatuses(ship)).get(checkout.id), 'partial_outage')
  assert.deepEqual(await spans(ship, incident.id), ['partial_outage 11:06–'])
  const whole = await wholeIncident(ship, incident)
  assert.equal(whole.impact, 'major')
  assert.deepEqual(
    whole.updates.map((update) => [update.body, update.components.map((one) => one.new_status)]),
    [['We are looking into it.', ['partial_outage']]],
  )
})

test('what cannot be declared leaves nothing behind', async () => {
  const { ship } = await shop()
  const wrong: [Partial<NewIncident>, string][] = [
    [{ cause: 'release' }, 'cause_release_id'],
    [{ cause_release_id: 'never' }, 'cause_release_id'],
    [{ components: [{ component: 'till', status: 'major_outage' }] }, 'components'],
    [{ components: [...(cardsFail.components ?? []), ...(cardsFail.components ?? [])] }, 'components'],
    [{ started_at: '2026-11-23T12:02:00Z' }, 'started_at'],
    [{ next_update_at: '2026-11-23T11:59:00Z' }, 'next_update_at'],
    [{ started_at: '2026-11-23T11:00:00Z', display_at: '2026-11-23T10:00:00Z' }, 'display_at'],
  ]
  for (const [fields, field] of wrong) {
    await assert.rejects(
      async () => declareIncident(ship, { ...cardsFail, ...fields }),
      (error: { code: string; extra: { errors: object } }) =>
        error.code === 'invalid' && field in error.extra.errors,
      field,
    )
  }
  for (const fields of [{ title: ' ' }, { body: '' }, { started_at: 'yesterday' }, { state: 'fine' }]) {
    assert.throws(() => declareIncident(ship, { ...cardsFail, ...(fields as object) }), { name: 'ZodError' })
  }
  assert.deepEqual(await ship.db.selectFrom('incidents').select('id').execute(), [])
  assert.equal((await currentStatuses(ship)).size, 0)
})

test('an update changes what it names and leaves the rest as the last one said', async () => {
  const { ship, checkout, payments } = await shop()
  const { id } = await declareIncident(ship, {
    ...cardsFail,
    components: [
      { component: 'checkout', status: 'major_outage' },
      { component: payments.id, status: 'degraded_performance' },
    ],
  })
  ship.wait(10)
  const components = [{ component: 'checkout', status: 'degraded_performance' as const }]
  await postUpdate(ship, id, { state: 'identified', body: 'Found it.', components })
  assert.deepEqual(
    await currentStatuses(ship),
    new Map([
      [payments.id, 'degraded_performance'],
      [checkout.id, 'degraded_performance'],
    ]),
  )
  const named = (await namedIn(ship, [id])).map((one) => `${one.slug}: ${one.old_status} → ${one.new_status}`)
  assert.deepEqual(named, [
    'checkout: operational → major_outage',
    'payments: operational → degraded_performance',
    'checkout: major_outage → degraded_performance',
  ])
})

test('resolving ends every impact, and reopening begins new ones for whom it had healed', async () => {
  const { ship } = await shop()
  const { id } = await declareIncident(ship, cardsFail)
  ship.wait(10)
  await postUpdate(ship, id, { state: 'monitoring', body: 'Better.', next_update_at: '2026-11-23T12:30:00Z' })
  ship.wait(10)
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.' })
  let incident = await incidentById(ship, id)
  assert.deepEqual(
    [incident.monitoring_at, incident.resolved_at, incident.next_update_at],
    ['2026-11-23T12:10:00.000Z', '2026-11-23T12:20:00.000Z', null],
  )
  assert.equal((await currentStatuses(ship)).size, 0)

  ship.wait(10)
  await assert.rejects(postUpdate(ship, id, { state: 'monitoring', body: 'Hm.' }), { code: 'conflict' })
  await postUpdate(ship, id, { state: 'investigating', body: 'It is back.' })
  incident = await incidentById(ship, id)
  assert.deepEqual(
    [incident.state, incident.resolved_at, incident.monitoring_at],
    ['investigating', null, null],
  )
  assert.deepEqual(await spans(ship, id), ['partial_outage 12:00–12:20', 'partial_outage 12:30–'])
  const words = await ship.db
    .selectFrom('journal')
    .select('action')
    .where('subject_id', '=', id)
    .orderBy('id')
    .execute()
  assert.deepEqual(
    words.map((line) => line.action),
    ['incident.declared', 'incident.updated', 'incident.resolved', 'incident.reopened'],
  )
})

test('an end that is told afterwards also ends what an archived component suffered beyond it', async () => {
  const { ship, checkout } = await shop()
  const { id } = await declareIncident(ship, cardsFail)
  ship.wait(10)
  await archiveComponent(ship, checkout.id)
  ship.wait(10)
  const display_at = '2026-11-23T12:05:00.000Z'
  await postUpdate(ship, id, { state: 'resolved', body: 'Over since a while.', display_at })
  assert.deepEqual(await spans(ship, id), ['partial_outage 12:00–12:05'])
})

test('an update told for the time before an archiving replaces what the archiving had ended', async () => {
  const { ship, checkout } = await shop()
  const incident = await declareIncident(ship, cardsFail)
  ship.wait(10)
  await archiveComponent(ship, checkout.id)
  ship.wait(10)
  await restoreComponent(ship, checkout.id)
  const told = { body: 'It was worse.', display_at: '2026-11-23T12:05:00Z' }
  await postUpdate(ship, incident.id, {
    ...told,
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  assert.deepEqual(await spans(ship, incident.id), ['partial_outage 12:00–12:05', 'major_outage 12:05–'])
})

test('a note after the end opens nothing again', async () => {
  const { ship } = await shop()
  const { id, resolved_at } = await declareIncident(ship, { ...cardsFail, state: 'resolved' })
  ship.wait(5)
  const components = [{ component: 'checkout', status: 'major_outage' as const }]
  await postUpdate(ship, id, { body: 'Here is what happened.', components })
  const incident = await incidentById(ship, id)
  assert.deepEqual([incident.state, incident.resolved_at], ['resolved', resolved_at])
  assert.equal((await currentStatuses(ship)).size, 0)
})

test('an incident logged afterwards hurt from its start to its end', async () => {
  const { ship } = await shop()
  const past = (clock: string) => `2026-11-23T${clock}:00.000Z`
  const { id } = await declareIncident(ship, {
    ...cardsFail,
    started_at: past('09:00'),
    display_at: past('09:05'),
  })
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.', display_at: past('09:40') })
  assert.deepEqual(await spans(ship, id), ['partial_outage 09:00–09:40'])
  await assert.rejects(postUpdate(ship, id, { body: 'Earlier.', display_at: past('09:20') }), {
    code: 'invalid',
  })
})

test('rolling forward is not accepted without the reason, and the last update wins', async () => {
  const { ship } = await shop()
  const { id } = await declareIncident(ship, cardsFail)
  const forward = { body: 'Fixed forward.', remedy: 'rolled_forward' as const }
  await assert.rejects(postUpdate(ship, id, forward), {
    code: 'invalid',
    message: /why a rollback was not possible/,
  })
  await assert.rejects(editIncident(ship, id, { remedy: 'rolled_forward' }), { code: 'invalid' })
  await assert.rejects(editIncident(ship, id, { remedy_reason: 'because' }), { code: 'invalid' })
  assert.equal((await updatesOf(ship, [id])).length, 1)

  await postUpdate(ship, id, { ...forward, remedy_reason: 'The migration cannot be undone.' })
  await postUpdate(ship, id, { body: 'Still here.' })
  assert.equal((await incidentById(ship, id)).remedy_reason, 'The migration cannot be undone.')
  await postUpdate(ship, id, { body: 'Or rather:', remedy: 'other' })
  const incident = await incidentById(ship, id)
  assert.deepEqual([incident.remedy, incident.remedy_reason], ['other', null])
})

test('of two editors the second is told what the first wrote, and nothing is overwritten', async () => {
  const { ship } = await shop()
  const { id, version } = await declareIncident(ship, cardsFail)
  await editIncident(ship, id, { title: 'Cards fail for some', version })
  await assert.rejects(
    editIncident(ship, id, { title: 'All cards fail', version }),
    (error: { code: string; extra: { current: { title: string } } }) =>
      error.code === 'stale' && error.extra.current.title === 'Cards fail for some',
  )
  await assert.rejects(postUpdate(ship, id, { body: 'Mine.', version }), { code: 'stale' })
  const [update] = await updatesOf(ship, [id])
  await editUpdate(ship, id, update?.id ?? '', { body: 'First.', version: 1 })
  await assert.rejects(editUpdate(ship, id, update?.id ?? '', { body: 'Second.', version: 1 }), {
    code: 'stale',
  })
  assert.deepEqual(
    (await updatesOf(ship, [id])).map((one) => one.body),
    ['First.'],
  )
})

test('moving the start moves the impacts; it cannot lie behind the end', async () => {
  const { ship } = await shop()
  const { id } = await declareIncident(ship, cardsFail)
  await editIncident(ship, id, { started_at: '2026-11-23T11:30:00Z' })
  assert.deepEqual(await spans(ship, id), ['partial_outage 11:30–'])
  ship.wait(10)
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.' })
  ship.wait(10)
  await assert.rejects(editIncident(ship, id, { started_at: '2026-11-23T12:15:00Z' }), { code: 'invalid' })
  assert.deepEqual(await spans(ship, id), ['partial_outage 11:30–12:10'])
})

test('a deleted incident is off every list and hurts nobody, and comes back whole', async () => {
  const { ship } = await shop()
  const { id } = await declareIncident(ship, cardsFail)
  await deleteIncident(ship, id)
  assert.equal((await currentStatuses(ship)).size, 0)
  assert.deepEqual(await listIncidents(ship, { show: 'all', limit: 10 }), [])
  await assert.rejects(postUpdate(ship, id, { body: 'Hello?' }), { code: 'gone' })
  await restoreIncident(ship, id)
  assert.equal((await currentStatuses(ship)).size, 1)
  assert.equal((await listIncidents(ship, { show: 'open', limit: 10 })).length, 1)
})

test('an incident keeps one update at least', async () => {
  const { ship } = await shop()
  const { id } = await declareIncident(ship, cardsFail)
  const [first] = await updatesOf(ship, [id])
  await assert.rejects(deleteUpdate(ship, id, first?.id ?? ''), { code: 'conflict' })
  await postUpdate(ship, id, { body: 'Second.' })
  await deleteUpdate(ship, id, first?.id ?? '')
  assert.deepEqual(
    (await updatesOf(ship, [id])).map((update) => update.body),
    ['Second.'],
  )
  await assert.rejects(deleteUpdate(ship, id, first?.id ?? ''), { code: 'not-found' })
})

test('the list goes on where a page ended, newest start first', async () => {
  const { ship } = await shop()
  const { id: a } = await declareIncident(ship, { ...cardsFail, started_at: '2026-11-23T10:00:00Z' })
  const { id: b } = await declareIncident(ship, { ...cardsFail, started_at: '2026-11-23T11:00:00Z' })
  const { id: c } = await declareIncident(ship, { ...cardsFail, started_at: '2026-11-23T10:00:00Z' })
  const all = await listIncidents(ship, { show: 'all', limit: 10 })
  assert.deepEqual(
    all.map((one) => one.id),
    [b, c, a],
  )
  const rest = await listIncidents(ship, { show: 'all', limit: 10, cursor: c })
  assert.deepEqual(
    rest.map((one) => one.id),
    [a],
  )
})

async function shop() {
  const ship = await world()
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const payments = await createComponent(ship, { name: 'Payments' })
  return { ship, checkout, payments }
}

async function spans(ship: World, id: string) {
  const impacts = await impactsOfIncident(ship, id)
  return impacts.map(
    (one) => `${one.status} ${one.started_at.slice(11, 16)}–${one.ended_at?.slice(11, 16) ?? ''}`,
  )
}
