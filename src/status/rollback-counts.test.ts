import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from '../site/words/en.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { onBothStores } from '../testing/postgres.ts'
import { countRows, median } from './rollback-counts.ts'
import { rollbacksPage } from './rollbacks.ts'

const t = { ...en.past.rollbacks, time: en.time }

onBothStores(
  'each public component tells how often it was released and went back, and how long both took',
  async (given) => {
    const { ship, release, say } = await northwindInTrouble(given)
    await release('ledger', '66.6.6')
    await say('checkout', 'release.succeeded', { version: '9' }, 'staging')
    const { counts } = await rollbacksPage(ship)
    assert.deepEqual(
      counts.map(({ component, recent, year, back, release }) =>
        [component.slug, recent.words, recent.share, year.words, back, release].join(' | '),
      ),
      [
        'checkout | 1 of 4 | 25% | 1 of 4 | 3 min | 12 min',
        'storefront | 0 of 2 |  | 0 of 2 | – | 8 min',
        'payments-api | 0 of 1 |  | 0 of 1 | – | 8 min',
      ],
    )
    ship.at('2027-06-01T00:00:00.000Z')
    const later = (await rollbacksPage(ship)).counts[0]
    assert.deepEqual([later?.recent.words, later?.year.words, later?.back], ['–', '1 of 4', '3 min'])
    ship.at('2028-06-01T00:00:00.000Z')
    assert.deepEqual((await rollbacksPage(ship)).counts, [])
  },
)

test('a share is never more than there is, and a time that is not known is not made up', () => {
  const component = { id: 'c', slug: 'c', name: 'C', archived: false }
  const of = (releases: number, backs: number) => [
    { component_id: 'c', isBack: false, count: releases },
    { component_id: 'c', isBack: true, count: backs },
  ]
  const row = (releases: number, backs: number) =>
    countRows(
      {
        components: [component],
        recent: [],
        year: of(releases, backs),
        backs: [{ component_id: 'c', isBack: true, took_seconds: null }],
      },
      t,
    )[0]
  assert.deepEqual([row(61, 3)?.year.share, row(61, 3)?.back], ['4.9%', 'not known'])
  assert.equal(row(1000, 4)?.year.share, '0.4%')
  assert.equal(row(8, 1)?.year.share, '13%')
  assert.deepEqual(row(0, 1)?.year, { words: '1', share: '' })
  assert.equal(row(0, 0), undefined)
})

test('the middle of an even number is the lower one: a time that was really taken', () => {
  assert.equal(median([1260, 180, 240, 300]), 240)
  assert.equal(median([5]), 5)
  assert.equal(median([]), null)
})
