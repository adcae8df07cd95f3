import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { publicIncident } from '../incidents/public.ts'
import { postUpdate } from '../incidents/updates.ts'
import { en } from '../site/words/en.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { causeIn, impactRows, incidentPage, remedyIn } from './incident.ts'

const t = en.past.incident

async function rowsOf(ship: World, id: string) {
  const { impacts } = await incidentPage(ship, id)
  return impacts.map(({ component, again, words, from, to, lasted }) =>
    [again ? '' : component.name, words, from, to, lasted].join(' | '),
  )
}

test('an incident tells what it did to each component from when to when, the worst first', async () => {
  const { ship } = await northwind()
  ship.at('2026-11-23T12:00:00.000Z')
  const { id } = await declareIncident(ship, {
    title: 'Trouble',
    body: 'x',
    components: [
      { component: 'storefront', status: 'degraded_performance' },
      { component: 'checkout', status: 'partial_outage' },
      { component: 'ledger', status: 'major_outage' },
    ],
  })
  ship.wait(20)
  await postUpdate(ship, id, {
    body: 'Worse.',
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  ship.wait(10)
  await postUpdate(ship, id, {
    body: 'Half.',
    components: [{ component: 'storefront', status: 'operational' }],
  })
  assert.deepEqual(await rowsOf(ship, id), [
    'Checkout | Partial outage | Today 14:00 | 14:20 | 20 min',
    ' | Major outage | Today 14:20 | now | 10 min',
    'Storefront | Degraded | Today 14:00 | 14:30 | 30 min',
  ])
  ship.at('2026-11-23T23:00:00.000Z')
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.', remedy: 'other' })
  assert.equal((await rowsOf(ship, id))[1], ' | Major outage | Mon 14:20 | Today 01:00 | 10 h 40 min')
  const { facts, remedy, cause, zone } = await incidentPage(ship, id)
  assert.deepEqual(facts.lasted, { words: 'Time to resolve', time: '11 h' })
  assert.deepEqual([cause, remedy], ['No cause was published.', 'Something other than a release ended it.'])
  assert.equal(zone, 'Europe/Tallinn (UTC+2)')
})

test('cause and remedy are told in words wherever no release tells them', async () => {
  const { ship, incident } = await northwindInTrouble()
  const plain = await publicIncident(ship, incident.id)
  const unknown = { ...plain, cause: 'unknown', cause_release: null, rollback: null } as const
  assert.equal(causeIn(plain, t), '')
  assert.equal(causeIn(unknown, t), 'Not known yet.')
  assert.equal(causeIn({ ...unknown, cause: 'not_release' }, t), 'Not caused by a release.')
  const over = { ...unknown, resolved_at: plain.started_at }
  assert.equal(causeIn(over, t), 'No cause was published.')
  assert.equal(remedyIn(over, t), '')
  assert.equal(remedyIn({ ...over, remedy: 'rolled_back' }, t), 'It was rolled back.')
  assert.equal(remedyIn({ ...plain, remedy: 'rolled_back' }, t), '', 'the strip tells it')
  const forward = {
    ...over,
    remedy: 'rolled_forward',
    remedy_reason: 'The migration cannot be undone.',
  } as const
  assert.equal(
    remedyIn(forward, t),
    'A newer release ended it. It could not be rolled back: The migration cannot be undone.',
  )
})

test('an interval that ends on another day says on which', () => {
  const component = { slug: 'checkout', name: 'Checkout', archived: false }
  const given = { now: '2026-11-23T12:00:00.000Z', time_zone: 'UTC', t: en }
  const [row] = impactRows(
    [
      {
        component,
        status: 'major_outage',
        started_at: '2026-11-01T23:00:00.000Z',
        ended_at: '2026-11-02T01:00:00.000Z',
      },
    ],
    given,
  )
  assert.deepEqual([row?.from, row?.to, row?.lasted], ['1 Nov 23:00', '2 Nov 01:00', '2 h'])
})
