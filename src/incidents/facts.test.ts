import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { currentStatuses, impactsBetween } from '../components/impacts.ts'
import { publicComponents } from '../components/public.ts'
import { publicImpacts } from '../components/public-impacts.ts'
import { type World, world } from '../testing/world.ts'
import { declareIncident, editIncident } from './actions.ts'
import { editImpacts } from './impact-edits.ts'
import { duplicatesOf, mergeIncident, splitIncident } from './merging.ts'
import { listPublicIncidents, publicIncident } from './public.ts'
import { publicSameAs } from './public-duplicates.ts'
import { logIncident } from './retrospective.ts'
import { impactsOf, incidentById, listIncidents } from './store.ts'
import { postUpdate } from './updates.ts'
import { hideIncident, publishIncident } from './visibility-actions.ts'
import { wholeIncident } from './whole.ts'

const at = (clock: string) => `2026-11-23T${clock}:00.000Z`
const down = (component: string) => [{ component, status: 'major_outage' as const }]

async function shop(ship: World) {
  await createComponent(ship, { name: 'Shop' })
  await createComponent(ship, { name: 'Search' })
  return ship
}

function declare(ship: World, component: string, more: object = {}) {
  return declareIncident(ship, {
    title: `${component} fails`,
    body: 'x',
    components: down(component),
    ...more,
  })
}

async function told(ship: World, id: string) {
  const short = (text: string | null) => text?.slice(11, 16) ?? ''
  return (await impactsOf(ship, [id])).map(
    (one) => `${one.slug} ${one.status} ${short(one.started_at)}–${short(one.ended_at)}`,
  )
}

test('intervals can be changed, added and removed afterwards, and the words of updates stay', async () => {
  const ship = await shop(await world())
  const { id, version } = await declare(ship, 'shop', { started_at: at('11:00'), display_at: at('11:00') })
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.', display_at: at('11:40') })
  const before = (await wholeIncident(ship, await incidentById(ship, id))).updates
  const [first] = await impactsOf(ship, [id])
  await editImpacts(ship, id, {
    impacts: [
      {
        id: first?.id,
        component: 'shop',
        status: 'partial_outage',
        started_at: at('11:10'),
        ended_at: at('11:30'),
      },
      { component: 'search', status: 'degraded_performance', started_at: at('11:05'), ended_at: at('11:40') },
    ],
  })
  assert.deepEqual(await told(ship, id), [
    'search degraded_performance 11:05–11:40',
    'shop partial_outage 11:10–11:30',
  ])
  assert.equal((await impactsOf(ship, [id]))[1]?.id, first?.id)
  const whole = await wholeIncident(ship, await incidentById(ship, id))
  assert.deepEqual(whole.updates, before)
  assert.deepEqual(whole.components.map(({ slug }) => slug).sort(), ['search', 'shop'])
  assert.equal(whole.impact, 'major')
  await assert.rejects(editImpacts(ship, id, { version, impacts: [] }), /Somebody else changed/)
  await editImpacts(ship, id, { impacts: [] })
  assert.deepEqual(await told(ship, id), [])
  const lines = await ship.db.selectFrom('journal').select('action').execute()
  assert.equal(lines.filter(({ action }) => action === 'incident.impacts_edited').length, 2)
})

test('an interval that cannot be is refused in plain words, and nothing changes', async () => {
  const ship = await shop(await world())
  const { id } = await declare(ship, 'shop', { started_at: at('11:00'), display_at: at('11:00') })
  const one = { component: 'shop', status: 'major_outage' as const }
  const wrong = async (impacts: Parameters<typeof editImpacts>[2]['impacts'], words: RegExp) => {
    await assert.rejects(editImpacts(ship, id, { impacts }), words)
    assert.deepEqual(await told(ship, id), ['shop major_outage 11:00–'])
  }
  await wrong([{ ...one, started_at: at('10:59') }], /the incident had not begun then/)
  await wrong([{ ...one, started_at: at('11:30'), ended_at: at('11:30') }], /it ends before it begins/)
  await wrong([{ ...one, started_at: at('11:30'), ended_at: at('12:30') }], /lies in the future/)
  await wrong([{ ...one, component: 'nope', started_at: at('11:30') }], /no component “nope”/)
  const twice = [
    { ...one, started_at: at('11:00') },
    { ...one, status: 'partial_outage' as const, started_at: at('11:30'), ended_at: at('11:40') },
  ]
  await wrong(twice, /two intervals cover the same time/)
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.', display_at: at('11:50') })
  await assert.rejects(
    editImpacts(ship, id, { impacts: [{ ...one, started_at: at('11:00') }] }),
    /say until when/,
  )
  const late = { ...one, started_at: at('11:00'), ended_at: at('11:55') }
  await assert.rejects(editImpacts(ship, id, { impacts: [late] }), /was over by then/)
})

test('an incident kept to the team hurts nobody and is nowhere in public, until it is published', async () => {
  const ship = await shop(await world())
  const { id } = await declare(ship, 'shop', { visibility: 'private', started_at: at('11:00') })
  const seen = async () => ({
    status: (await publicComponents(ship))[0]?.status,
    own: (await currentStatuses(ship)).size,
    intervals: (await publicImpacts(ship, { since: at('00:00') })).length,
    listed: (await listPublicIncidents(ship, { limit: 9 })).data.length,
  })
  assert.deepEqual(await seen(), { status: 'operational', own: 0, intervals: 0, listed: 0 })
  await assert.rejects(publicIncident(ship, id), /no such incident/)
  // what a public one says of the same component tells nothing of the private one
  const open = await declare(ship, 'search')
  await postUpdate(ship, open.id, {
    body: 'x',
    components: [{ component: 'shop', status: 'degraded_performance' }],
  })
  assert.equal((await publicIncident(ship, open.id)).updates[0]?.components[0]?.old_status, 'operational')

  const published = await publishIncident(ship, id)
  assert.equal(published.published_at, at('12:00'))
  assert.equal((await publicComponents(ship))[0]?.status, 'major_outage')
  assert.equal((await publicIncident(ship, id)).started_at, at('11:00'))
  await hideIncident(ship, id)
  await assert.rejects(publicIncident(ship, id), /no such incident/)
  assert.equal((await publicComponents(ship))[0]?.status, 'degraded_performance')
  const actions = (
    await ship.db.selectFrom('journal').select('action').where('subject_id', '=', id).execute()
  ).map(({ action }) => action)
  assert.deepEqual(actions.sort(), ['incident.declared', 'incident.hidden', 'incident.published'])
})

test('a duplicate counts once, leads to the other one, and can be split again', async () => {
  const ship = await world()
  await shop(ship)
  const first = await declare(ship, 'shop', { started_at: at('11:00'), display_at: at('11:00') })
  const second = await declare(ship, 'search', { started_at: at('11:10') })
  await mergeIncident(ship, second.id, { into: first.id })
  assert.equal(await publicSameAs(ship, second.id), first.id)
  assert.equal(await publicSameAs(ship, first.id), null)
  assert.deepEqual(
    (await listPublicIncidents(ship, { limit: 9 })).data.map(({ id }) => id),
    [first.id],
  )
  assert.deepEqual(
    (await listIncidents(ship, { show: 'open', limit: 9 })).map(({ id }) => id),
    [first.id],
  )
  assert.deepEqual(
    (await duplicatesOf(ship, first.id)).map(({ id }) => id),
    [second.id],
  )
  assert.equal((await impactsBetween(ship, at('00:00'), at('13:00'))).length, 1)
  assert.deepEqual(await told(ship, second.id), ['search major_outage 11:10–'])
  await assert.rejects(postUpdate(ship, second.id, { body: 'x' }), /merged into another one/)
  await assert.rejects(editIncident(ship, second.id, { title: 'x' }), /merged into another one/)

  await splitIncident(ship, second.id)
  assert.equal(await publicSameAs(ship, second.id), null)
  assert.equal((await listPublicIncidents(ship, { limit: 9 })).data.length, 2)
  assert.equal((await impactsBetween(ship, at('00:00'), at('13:00'))).length, 2)
})

test('what cannot be the same is refused in plain words', async () => {
  const ship = await shop(await world())
  const [a, b, c] = [await declare(ship, 'shop'), await declare(ship, 'shop'), await declare(ship, 'shop')]
  const hidden = await declare(ship, 'shop', { visibility: 'private' })
  await assert.rejects(mergeIncident(ship, a.id, { into: a.id }), /same as itself/)
  await assert.rejects(mergeIncident(ship, a.id, { into: 'nope' }), /no such incident/)
  await assert.rejects(mergeIncident(ship, a.id, { into: '[' }), /no such incident/)
  await assert.rejects(mergeIncident(ship, a.id, { into: hidden.id }), /Customers cannot read/)
  await mergeIncident(ship, b.id, { into: a.id })
  await assert.rejects(mergeIncident(ship, c.id, { into: b.id }), /choose that one/)
  await assert.rejects(mergeIncident(ship, a.id, { into: c.id }), /Split them from it first/)
  // the address of what was never public leads nowhere
  await mergeIncident(ship, hidden.id, { into: a.id })
  assert.equal(await publicSameAs(ship, hidden.id), null)
})

test('an incident of the past is logged in one go, with its updates at their own times', async () => {
  const ship = await shop(await world())
  const { id } = await logIncident(ship, {
    title: 'Shop was down',
    body: 'We look.',
    started_at: at('10:00'),
    display_at: at('10:05'),
    components: down('shop'),
    updates: [
      {
        body: 'Better.',
        state: 'monitoring',
        display_at: at('10:20'),
        components: [{ component: 'shop', status: 'degraded_performance' }],
      },
      { body: 'Over.', state: 'resolved', display_at: at('10:30') },
    ],
  })
  const incident = await publicIncident(ship, id)
  assert.deepEqual([incident.resolved_at, incident.monitoring_at], [at('10:30'), at('10:20')])
  assert.deepEqual(await told(ship, id), [
    'shop major_outage 10:00–10:20',
    'shop degraded_performance 10:20–10:30',
  ])
  const outOfOrder = {
    title: 'x',
    body: 'x',
    started_at: at('10:00'),
    updates: [{ body: 'x', display_at: at('09:00') }],
  }
  await assert.rejects(logIncident(ship, outOfOrder), /had not begun/)
  assert.equal((await listIncidents(ship, { show: 'all', limit: 9 })).length, 1)
})
