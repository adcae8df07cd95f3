import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { editSite } from '../site/actions.ts'
import { readSite } from '../site/store.ts'
import { en } from '../site/words/en.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { releasePage } from './release.ts'

/** The story of a release in the order in which it is told, each line in a few words. */
async function storyOf(ship: World, id: string) {
  const { story } = await releasePage(ship, id)
  return story.map(({ at, verb, words, link }) =>
    [at.slice(11, 16), verb, link && `${link.before} ${link.words}`.trim(), words].filter(Boolean).join(' '),
  )
}

const idOf = async ({ db }: World, version: string) => {
  const query = db
    .selectFrom('releases')
    .select('id')
    .where('version', '=', version)
    .where('kind', '=', 'deploy')
  return (await query.executeTakeFirstOrThrow()).id
}

async function tellPercent(ship: World) {
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, public_percent: 'shown' })
}

test('a release is told from its start over each part of the customers to what undid it', async () => {
  const { ship, say } = await northwind()
  await tellPercent(ship)
  ship.at('2026-11-23T10:00:00.000Z')
  await say('checkout', 'release.succeeded', { version: '1.0' })
  const run = { version: '2.0' }
  ship.at('2026-11-23T11:51:00.000Z')
  const id = await say('checkout', 'release.started', run)
  for (const [time, percent] of [
    ['12:02', 10],
    ['12:03', 12],
    ['12:10', 50],
  ] as const) {
    ship.at(`2026-11-23T${time}:00.000Z`)
    await say('checkout', 'release.progress', { ...run, percent })
  }
  ship.at('2026-11-23T12:18:00.000Z')
  await say('checkout', 'release.succeeded', { ...run, percent: 100 })
  ship.at('2026-11-23T12:20:00.000Z')
  await declareIncident(ship, {
    title: 'Card payments fail',
    body: 'x',
    started_at: '2026-11-23T12:06:00.000Z',
    cause: 'release',
    cause_release_id: id,
    components: [{ component: 'checkout', status: 'partial_outage' }],
  })
  ship.at('2026-11-23T12:33:00.000Z')
  await say('checkout', 'release.started', { version: '1.0', run: 'back', kind: 'rollback' })
  ship.at('2026-11-23T12:36:00.000Z')
  const back = await say('checkout', 'release.succeeded', { version: '1.0', run: 'back' })
  assert.deepEqual(await storyOf(ship, id), [
    '11:51 Started replacing 1.0',
    '12:02 10% of customers',
    '12:06 Incident Card payments fail',
    '12:10 50% of customers',
    '12:18 Everybody 27 min after the start',
    '12:33 Rolling back to 1.0',
    '12:36 Rolled back to 1.0 in 3 min, after customers had it for 34 min',
  ])
  assert.deepEqual(await storyOf(ship, back), [
    '12:33 Rolling back from 2.0',
    '12:36 Rolled back 3 min after the start',
  ])
  const page = await releasePage(ship, id)
  assert.equal(page.back_words, 'back to 1.0 in 3 min, the release had taken 27 min')
  assert.deepEqual([page.neighbours.earlier?.version, page.neighbours.later?.id], ['1.0', back])
  assert.equal((await releasePage(ship, back)).ended?.title, 'Card payments fail')
})

test('unless operators want it, customers read that part of them have it, and never how many', async () => {
  const { ship, say, release } = await northwind()
  await release('checkout', '1.0')
  for (const percent of [13, 27, 54]) {
    ship.wait(5)
    await say('checkout', 'release.progress', { version: '2.0', percent })
  }
  const id = await say('checkout', 'release.succeeded', { version: '2.0' })
  ship.wait(5)
  const page = async () => {
    const { release, ...told } = await releasePage(ship, id)
    return JSON.stringify(told)
  }
  assert.deepEqual(
    (await releasePage(ship, id)).story.map(({ verb }) => verb),
    ['Part of the customers'],
  )
  assert.doesNotMatch(await page(), /(13|27|54)%|percent":(13|27|54)/)
  await say('checkout', 'exposure.changed', { version: '2.0', percent: 0 })
  assert.doesNotMatch(await page(), /(13|27|54)%|percent":(13|27|54)/)
  assert.match(await page(), /seen by part of the customers/)
  await tellPercent(ship)
  assert.match(await page(), /54% of customers/)
  assert.equal((await releasePage(ship, id)).reached, 54)
})

test('a drill is an ordinary line, and what it went back from was only replaced', async () => {
  const { ship, say, release } = await northwind()
  await release('checkout', '1.0')
  ship.wait(60)
  const id = await release('checkout', '2.0')
  ship.wait(60)
  await say('checkout', 'release.started', { version: '1.0', run: 'drill', drill: true })
  ship.wait(3)
  const drill = await say('checkout', 'release.succeeded', { version: '1.0', run: 'drill' })
  assert.deepEqual(
    (await storyOf(ship, drill)).map((line) => line.slice(6)),
    ['Started from 2.0', 'Rollback drill 3 min after the start'],
  )
  const { head, line, back_words } = await releasePage(ship, id)
  assert.deepEqual([head.verb, line.details, back_words], ['Released', [], ''])
  assert.equal((await storyOf(ship, id)).at(-1)?.slice(6), 'Replaced by 1.0 in a drill')
  assert.deepEqual((await releasePage(ship, drill)).head.verb, 'Rollback drill')
})

test('a release that a newer one replaced says by which, and each leads to the other', async () => {
  const { ship } = await northwindInTrouble()
  const id = await idOf(ship, '5.41.0')
  const { story, neighbours, more } = await releasePage(ship, id)
  assert.deepEqual(story.at(-1)?.link, {
    before: 'by',
    href: `/releases/${await idOf(ship, '5.41.2')}`,
    words: '5.41.2',
    version: true,
  })
  assert.deepEqual([neighbours.earlier, neighbours.later?.version, more], [null, '5.41.2', false])
})

test('neighbours are those of the same component and environment of which customers may read', async () => {
  const { ship, say, release } = await northwind()
  const first = await release('checkout', '1')
  await release('storefront', '8')
  await say('checkout', 'release.succeeded', { version: '7' }, 'staging')
  await say('checkout', 'release.failed', { version: '6' })
  ship.wait(5)
  const last = await release('checkout', '2')
  const { neighbours } = await releasePage(ship, first)
  assert.deepEqual([neighbours.earlier, neighbours.later?.id, neighbours.replaced_by?.id], [null, last, last])
  assert.equal((await releasePage(ship, last)).neighbours.earlier?.id, first)
  const { name, time_zone, version } = await readSite(ship)
  await editSite(ship, { name, time_zone, version, public_releases: 'all' })
  assert.equal(
    (await releasePage(ship, last)).neighbours.earlier?.id,
    first,
    'what is in staging is no neighbour',
  )
})

test('a tool that speaks of every second is told in a few steps', async () => {
  const { ship, say } = await northwind()
  await tellPercent(ship)
  let id = ''
  for (let percent = 1; percent < 100; percent++) {
    ship.wait(1)
    id = await say('checkout', 'release.progress', { version: '1', percent })
  }
  const { story } = await releasePage(ship, id)
  assert.deepEqual(
    story.map(({ verb }) => verb),
    [1, 11, 21, 31, 41, 51, 61, 71, 81, 91].map(en.past.release.part),
  )
})

test('what a tool says beside times and shares is told to nobody', async () => {
  const { ship, say } = await northwind()
  const secret = { message: 'fix for ACME', actor: { name: 'Grace' }, run_url: 'https://ci.example/7' }
  const id = await say('checkout', 'release.succeeded', { version: '1', ...secret })
  const told = JSON.stringify(await releasePage(ship, id))
  for (const word of ['ACME', 'Grace', 'ci.example']) assert.ok(!told.includes(word), word)
})

test('a story without a start, a version or an end is still whole', async () => {
  const { ship, say } = await northwind()
  const one = await say('checkout', 'release.succeeded', { run: 'one' })
  ship.wait(5)
  const two = await say('checkout', 'release.succeeded', { run: 'two' })
  ship.wait(5)
  const dark = await say('checkout', 'release.succeeded', { version: '3', dark: true })
  assert.deepEqual((await storyOf(ship, one)).at(-1)?.slice(6), 'Replaced by no version')
  assert.deepEqual((await storyOf(ship, two))[0]?.slice(6), 'Everybody replacing no version')
  assert.match((await storyOf(ship, dark))[0] ?? '', /Dark launch .*out, and shown to nobody yet/)
})
