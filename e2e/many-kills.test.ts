import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../scripts/scratch.ts'
import { eventFor, freeze, lookInto, pause, prepareStore, startIntake } from './intake.ts'
import { keepPosting } from './posting.ts'

const enough = { kills: 60, acknowledged: 20_000 }

/**
 * A killed process leaves its files as they were at that instant, and nothing else. So one server under load is held
 * at many instants, and what a kill would have left is copied: the same answer as that many kills, without as many
 * starts. The kills themselves are in `killed-server.test.ts` and in `npm run test:kill`.
 */
async function instants(t: TestContext, wrong: '' | 'early', most: { kills: number; acknowledged: number }) {
  const folder = scratch(t)
  const store = await prepareStore(folder)
  const { pid, origin, end } = await startIntake(store, { wrong })
  const acknowledged = new Set<string>()
  const refused: number[] = []
  const load = keepPosting({
    origin,
    authorization: store.authorization,
    bodyFor: eventFor,
    answered: ({ key, status }) => (status === 202 ? acknowledged.add(key) : refused.push(status)),
  })
  const found = { lost: 0, halves: 0, cut_off: 0, instants: 0 }
  while (found.instants < most.kills || acknowledged.size < most.acknowledged) {
    await pause(50 + Math.random() * 250)
    await freeze(pid)
    const image = copyOf(folder, 'image')
    const { lost, halves, health } = lookInto(image, acknowledged, { thorough: found.instants % 20 === 0 })
    assert.equal(health, 'ok')
    found.lost += lost.length
    found.halves += halves
    found.cut_off += load.tried.size - acknowledged.size
    found.instants += 1
    process.kill(pid, 'SIGCONT')
  }
  await end()
  await load.ended
  const { lost, halves, health } = lookInto(store.database, acknowledged, { thorough: true })
  assert.equal(health, 'ok')
  return { ...found, lost: found.lost + lost.length, halves: found.halves + halves, acknowledged, refused }
}

/** The files of the store as they are, in a folder beside it; its database there. */
function copyOf(folder: string, name: string): string {
  const image = join(folder, name)
  rmSync(image, { recursive: true, force: true })
  mkdirSync(image)
  for (const file of ['shiplog.db', 'shiplog.db-wal', 'shiplog.db-shm']) {
    if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(image, file))
  }
  return join(image, 'shiplog.db')
}

test('whenever it is killed, nothing that was acknowledged is lost, and nothing is half there', async (t) => {
  const found = await instants(t, '', enough)
  assert.deepEqual([found.lost, found.halves, found.refused], [0, 0, []])
  assert.ok(found.cut_off > found.instants, 'the server was idle whenever it was held')
  t.diagnostic(`${found.acknowledged.size} acknowledged, ${found.instants} kills`)
})

test('a server that answers before it has stored is found out by the same look', async (t) => {
  const { lost } = await instants(t, 'early', { kills: 5, acknowledged: 200 })
  assert.ok(lost > 0)
})
