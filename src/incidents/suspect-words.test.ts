import assert from 'node:assert/strict'
import { test } from 'node:test'
import { northwind } from '../testing/northwind.ts'
import { reasonFor } from './suspect-words.ts'
import { type Suspect, suspectsFor } from './suspects.ts'

const today = (clock: string) => `2026-11-23T${clock}:00.000Z`
const started_at = today('12:00')

const suspect: Suspect = {
  release_id: 'r1',
  version: '2.14.0',
  commit: null,
  component: { id: 'c1', name: 'Checkout', slug: 'checkout' },
  environment: 'production',
  reached_at: today('11:56'),
  reached: 'all',
  first_exposed_at: today('11:56'),
  affected: true,
  likely: true,
  kind: 'deploy',
  most_percent: 100,
  drill_at: null,
  bad_at: null,
  earlier_at: null,
}

function said(change: Partial<Suspect>, beside = {}) {
  return reasonFor({ ...suspect, ...change }, { started_at, time_zone: 'UTC', ...beside })
}

test('the reason names how near, where, and that nothing was released there for days', () => {
  assert.equal(
    said({ earlier_at: '2026-11-17T11:00:00.000Z' }),
    'reached customers 11:56, 4 min before the start, on an affected component, first release of this component in 6 days',
  )
  const near = 'reached customers 11:56, 4 min before the start'
  assert.equal(said({ earlier_at: '2026-11-22T12:10:00.000Z' }), `${near}, on an affected component`)
  assert.equal(said({ affected: false }), `${near}, on another component`)
  assert.equal(said({ affected: false }, { component_ids: [] }), near)
})

test('a silence is counted up to the first customers, and is none before a setting or a flag', () => {
  const steps = { first_exposed_at: today('09:00'), earlier_at: '2026-11-22T10:00:00.000Z' }
  assert.doesNotMatch(said(steps), /first release/)
  for (const kind of ['config', 'flag']) {
    assert.doesNotMatch(said({ kind, earlier_at: '2026-11-01T11:00:00.000Z' }), /first release/, kind)
  }
  assert.match(said({ kind: 'rollback', earlier_at: '2026-11-20T11:56:00.000Z' }), /in 3 days$/)
})

test('the share of the customers is told where it never grew, and is never made up', () => {
  const part = { reached: 'some' as const }
  assert.match(said({ ...part, most_percent: 10 }), /^reached 10% of the customers 11:56, 4 min before/)
  for (const most_percent of [null, 0, 100]) {
    assert.match(
      said({ ...part, most_percent }),
      /^reached part of the customers 11:56/,
      String(most_percent),
    )
  }
  assert.match(said({ most_percent: 10 }), /^reached customers 11:56/)
})

test('a drill and a bad mark are said, and change no place in the list', () => {
  const marks = { drill_at: today('11:50'), bad_at: today('12:10') }
  assert.match(said(marks), /, on an affected component, a drill, marked bad$/)
})

test('what is said comes from one question to the store, however many suspects there are', async () => {
  const { ship, release, say, components } = await northwind()
  ship.at('2026-11-17T10:00:00.000Z')
  await release('checkout', '1.0')
  await say('checkout', 'release.failed', { version: '1.1' })
  ship.at('2026-11-23T08:00:00.000Z')
  await say('checkout', 'release.succeeded', { version: 'timeout 3 s', kind: 'config' })
  ship.at('2026-11-23T11:00:00.000Z')
  const drill = await release('checkout', '2.0')
  await release('storefront', '5.0')
  await release('storefront', '5.1')
  const mark = { kind: 'rollback', drill_at: ship.now().toISOString(), bad_at: ship.now().toISOString() }
  await ship.db.updateTable('releases').set(mark).where('id', '=', drill).execute()
  let asked = 0
  const db = ship.db.withPlugin({
    transformQuery: ({ node }) => {
      asked += 1
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const component_ids = [components.checkout.id]
  const suspects = await suspectsFor({ db }, { started_at, component_ids, hours: 2 })
  assert.equal(asked, 1)
  assert.deepEqual(
    suspects.map((one) => reasonFor(one, { started_at, time_zone: 'UTC', component_ids })),
    [
      'reached customers 11:08, 52 min before the start, on an affected component, a drill, first release of this component in 6 days, marked bad',
      'reached customers 11:24, 36 min before the start, on another component',
      'reached customers 11:16, 44 min before the start, on another component',
    ],
  )
})
