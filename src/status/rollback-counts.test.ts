import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastQuarters } from '../components/quarters.ts'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { median } from '../platform/median.ts'
import { en } from '../site/words/en.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { countRows } from './rollback-counts.ts'
import { rollbacksPage } from './rollbacks.ts'

const t = { ...en.past.rollbacks, time: en.time }

/** The rows of the table as one would read them aloud. */
async function read(ship: World) {
  const { counts } = await rollbacksPage(ship)
  return counts.map(({ component, quarters, back, release }) => {
    const cells = quarters.map(({ words, share, also }) => [words, share, also].filter(Boolean).join(' '))
    return [component.slug, ...cells, back, release].join(' | ')
  })
}

test('each public component tells how often it was released and went back in each quarter, and how long both took', async () => {
  const { ship, release, say } = await northwindInTrouble()
  await release('ledger', '66.6.6')
  await say('checkout', 'release.succeeded', { version: '9' }, 'staging')
  assert.deepEqual((await rollbacksPage(ship)).quarters, ['Q4 2026'])
  assert.deepEqual(await read(ship), [
    'checkout | 1 of 4 25% | 3 min | 12 min to release',
    'storefront | 0 of 2 | – | 8 min to release',
    'payments-api | 0 of 1 | – | 8 min to release',
  ])
  ship.at('2027-06-01T00:00:00.000Z')
  assert.match((await read(ship))[0] ?? '', /^checkout \| {2}\| {2}\| 1 of 4 25% \| 3 min \| $/)
  ship.at('2028-06-01T00:00:00.000Z')
  assert.deepEqual(await read(ship), [])
  assert.equal((await rollbacksPage(ship)).totals, '')
})

test('a drill is counted apart, as a way back and never as a failure', async () => {
  const { ship, restored } = await northwindInTrouble()
  const drill = { drill_at: ship.now().toISOString() }
  await ship.db.updateTable('releases').set(drill).where('id', '=', restored).execute()
  const page = await rollbacksPage(ship)
  const checkout = (await read(ship)).find((row) => row.startsWith('checkout'))
  assert.equal(checkout, 'checkout | 0 of 4 1 drill | 3 min in a drill | 12 min to release')
  assert.equal(page.sentence, 'No rollbacks in 90 days, out of 7 releases.')
  assert.equal(page.totals, 'Since January 2026: walked the way back once as a drill.')
  assert.deepEqual(
    page.backs.flatMap((row) => (row.possible ? [row.note] : [])),
    ['', 'a drill'],
  )
})

test('what was rolled forward stands beside the rollbacks, with its reason', async () => {
  const { ship, incident } = await northwindInTrouble()
  const remedy = { remedy: 'rolled_forward' as const, remedy_reason: 'The migration cannot be undone.' }
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'Mended.', ...remedy })
  const page = await rollbacksPage(ship)
  assert.equal(page.totals, 'Since January 2026: rolled back once and rolled forward once.')
  assert.match((await read(ship))[0] ?? '', /^checkout \| 1 of 4 25% 1 rolled forward \|/)
  const rows = page.backs.flatMap((row) => (row.possible ? [] : [row.reason]))
  assert.deepEqual(rows, ['The migration cannot be undone.'])
  ship.at('2027-02-01T12:00:00.000Z')
  assert.match((await read(ship))[0] ?? '', /^checkout \| {2}\| 1 of 4 25% 1 rolled forward \|/)
})

test('what customers may not know of is not counted either', async () => {
  const { ship, say } = await northwindInTrouble()
  const before = [await read(ship), (await rollbacksPage(ship)).totals]
  const cause = await say('ledger', 'release.succeeded', { version: '2' })
  await say('ledger', 'release.succeeded', { version: '1', run: 'back', kind: 'rollback' })
  const words = { title: 'Ledger is wrong', body: 'x', cause: 'release' as const, cause_release_id: cause }
  const down = { component: 'ledger', status: 'major_outage' as const }
  const { id } = await declareIncident(ship, { ...words, components: [down] })
  const remedy = { remedy: 'rolled_forward' as const, remedy_reason: 'Secret.' }
  await postUpdate(ship, id, { state: 'resolved', body: 'x', ...remedy })
  const page = await rollbacksPage(ship)
  assert.deepEqual([await read(ship), page.totals], before)
  assert.doesNotMatch(JSON.stringify(page), /ledger|Secret/i)
})

test('where customers read of eventful releases alone, no share of all of them is told', async () => {
  const { ship } = await northwindInTrouble()
  await ship.db.updateTable('site').set({ public_releases: 'eventful' }).execute()
  assert.deepEqual(await read(ship), ['checkout | 1 | 3 min | '])
  assert.equal((await rollbacksPage(ship)).sentence, 'One rollback in 90 days. It took 3 min.')
  await ship.db.updateTable('site').set({ public_releases: 'none' }).execute()
  const { backs, counts, sentence, totals } = await rollbacksPage(ship)
  assert.deepEqual([backs, counts, sentence, totals], [[], [], 'No rollbacks yet', ''])
})

test('a rollback that was asked for tells when it was asked for, begun and done', async () => {
  const { ship, restored } = await northwindInTrouble()
  const asked = { asked_at: '2026-11-01T09:58:00.000Z' }
  await ship.db.updateTable('releases').set(asked).where('id', '=', restored).execute()
  const [, row] = (await rollbacksPage(ship)).backs
  assert.ok(row?.possible)
  assert.deepEqual(
    row.steps.map(({ words }) => words),
    ['asked', 'begun', 'done'],
  )
  assert.equal(row.took, '5 min')
})

test('a share is never more than there is, and a time that is not known is not made up', () => {
  const component = { id: 'c', slug: 'c', name: 'C', archived: false }
  const quarters = lastQuarters('2026-11-23T12:00:00.000Z', 'UTC', 1)
  const row = (releases: number, backs: number, drills = 0) =>
    countRows(
      {
        components: [component],
        quarters,
        counts: [{ component_id: 'c', quarter: '2026Q4', releases, backs, drills }],
        forwards: [],
        recent: [],
        backs: [{ component_id: 'c', isBack: true, isDrill: false, took_seconds: null }],
      },
      t,
    )[0]
  assert.deepEqual([row(61, 3)?.quarters[0]?.share, row(61, 3)?.back], ['4.9%', 'not known'])
  assert.equal(row(1000, 4)?.quarters[0]?.share, '0.4%')
  assert.equal(row(8, 1)?.quarters[0]?.share, '13%')
  assert.deepEqual(row(0, 1)?.quarters[0], { words: '1', share: '', also: '' })
  assert.equal(row(0, 0, 2)?.quarters[0]?.also, '2 drills')
  assert.equal(row(0, 0), undefined)
})

test('what was rolled forward counts in the quarter in which its trouble began, and in no other', () => {
  const component = { id: 'c', slug: 'c', name: 'C', archived: false }
  const quarters = lastQuarters('2026-11-23T12:00:00.000Z', 'UTC', 3)
  const forwards = ['2026-07-01T00:00:00.000Z', '2026-09-30T23:59:59.999Z', '2025-01-01T00:00:00.000Z'].map(
    (at) => ({ component_id: 'c', at }),
  )
  const [row] = countRows(
    { components: [component], quarters, counts: [], forwards, recent: [], backs: [] },
    t,
  )
  assert.deepEqual(
    row?.quarters.map(({ also }) => also),
    ['', '2 rolled forward', ''],
  )
})

test('the middle of an even number is the lower one: a time that was really taken', () => {
  assert.equal(median([1260, 180, 240, 300]), 240)
  assert.equal(median([5]), 5)
  assert.equal(median([]), null)
})
