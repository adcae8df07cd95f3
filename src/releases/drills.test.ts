import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Quarter } from '../components/quarters.ts'
import { editSite } from '../site/actions.ts'
import { readSite } from '../site/store.ts'
import { northwind } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { markDrill, notDrill, onlyDrills } from './drills.ts'
import { isDrill } from './model.ts'
import { listPublicReleases } from './public.ts'
import { publicMarks } from './public-marks.ts'
import { publicReleaseCounts, publicReleaseTimes } from './public-times.ts'
import { releaseById } from './store.ts'

/** Checkout went from 2.0 to 2.1 and back. */
async function thereAndBack(facts: { drill?: boolean } = {}, given?: World) {
  const harbour = await northwind(given)
  const { ship, say, release } = harbour
  const first = await release('checkout', '2.0')
  ship.wait(60)
  const second = await release('checkout', '2.1')
  ship.wait(60)
  await say('checkout', 'release.started', { version: '2.0', run: 'back', ...facts })
  ship.wait(3)
  const back = await say('checkout', 'release.succeeded', { version: '2.0', run: 'back' })
  const standing = async (id: string) => {
    const { state, undone_at, undone_by_release_id } = await releaseById(ship, id)
    return { state, undone_at, undone_by_release_id }
  }
  return { ...harbour, first, second, back, standing }
}
const untouched = { state: 'succeeded', undone_at: null, undone_by_release_id: null }

test('a rollback that its tool calls a drill proves the way back and takes nothing back', async () => {
  const { ship, second, back, standing } = await thereAndBack({ drill: true })
  const drill = await releaseById(ship, back)
  assert.deepEqual([drill.kind, isDrill(drill), drill.drill_at], ['rollback', true, drill.live_at])
  assert.deepEqual(await standing(second), untouched)
})

test('an operator says afterwards that it was a drill, and takes it back', async () => {
  const { ship, second, back, standing } = await thereAndBack()
  assert.equal((await standing(second)).state, 'rolled_back')
  const drill = await markDrill(ship, back, true)
  assert.deepEqual([isDrill(drill), drill.drill_at], [true, drill.live_at])
  assert.deepEqual(await standing(second), untouched)

  await markDrill(ship, back, null)
  assert.equal((await releaseById(ship, back)).drill_at, null)
  assert.deepEqual(
    [(await standing(second)).state, (await standing(second)).undone_by_release_id],
    ['rolled_back', back],
  )
})

test('what an operator says stands above the tool, whatever the tool says later', async () => {
  const { ship, say, second, back, standing } = await thereAndBack({ drill: true })
  await markDrill(ship, back, false)
  await say('checkout', 'release.succeeded', { version: '2.0', run: 'back', drill: true })
  assert.equal(isDrill(await releaseById(ship, back)), false)
  assert.equal((await standing(second)).state, 'rolled_back')
})

test('only a rollback can be a drill', async () => {
  const { ship, second } = await thereAndBack()
  await assert.rejects(markDrill(ship, second, true), {
    code: 'conflict',
    message: 'Only a rollback can be a drill.',
  })
  assert.equal((await releaseById(ship, second)).corrected_drill, null)
})

test('the journal tells of the mark once, and of its end', async () => {
  const { ship, back } = await thereAndBack()
  await markDrill(ship, back, true)
  await markDrill(ship, back, true)
  await markDrill(ship, back, null)
  const lines = await ship.db
    .selectFrom('journal')
    .select('detail')
    .where('action', '=', 'release.marked_drill')
    .orderBy('id')
    .execute()
  assert.deepEqual(
    lines.map(({ detail }) => JSON.parse(detail).was),
    ['was', 'was not'],
  )
})

test('going there and back in a drill counts nowhere, and hollows no pennant', async () => {
  const given = await world()
  const { ship, second, back } = await thereAndBack({ drill: true }, given)
  const since = '2026-01-01T00:00:00.000Z'
  const marks = await publicMarks(ship, { since, dayOf: () => 7 })
  assert.equal(marks.find(({ id }) => id === second)?.reach, 'everybody')
  assert.ok(marks.find(({ id }) => id === back)?.drill_at)
  assert.ok((await publicReleaseTimes(ship, since)).every(({ isBack }) => !isBack))
  const [count] = await publicReleaseCounts(ship, [{ quarter: 'all', from: since } as Quarter])
  assert.deepEqual([count?.releases, count?.backs], [2, 0])
})

test('where only what had consequences is public, a drill is not', async () => {
  const { ship, back } = await thereAndBack()
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, public_releases: 'eventful' })
  const shown = async () => (await listPublicReleases(ship, { limit: 10 })).data.map(({ id }) => id)
  assert.ok((await shown()).includes(back))
  await markDrill(ship, back, true)
  assert.deepEqual(await shown(), [])
})

test('a query leaves drills out, or asks for nothing else', async () => {
  const ship = await world()
  const { say } = await northwind(ship)
  await say('checkout', 'release.succeeded', { version: '2.0', run: 'called a drill, but none', drill: true })
  ship.wait(60)
  await say('checkout', 'release.succeeded', { version: '2.1', run: 'newer' })
  ship.wait(60)
  await say('checkout', 'release.succeeded', { version: '2.0', run: 'drill', drill: true })
  const keys = (query: ReturnType<typeof releases>) => query.select('run_key').orderBy('lane_at').execute()
  const releases = () => ship.db.selectFrom('releases')
  assert.deepEqual(await keys(releases().where(onlyDrills)), [{ run_key: 'drill' }])
  assert.deepEqual(await keys(releases().where(notDrill)), [
    { run_key: 'called a drill, but none' },
    { run_key: 'newer' },
  ])
})
