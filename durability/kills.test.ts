import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { prepareStore, startIntake } from '../e2e/intake.ts'
import { killAgainAndAgain } from '../e2e/kills.ts'
import { scratch } from '../scripts/scratch.ts'

async function killed(t: TestContext, kills: number, wrong: '' | 'early') {
  const store = await prepareStore(scratch(t))
  const start = async () => {
    const { origin, end } = await startIntake(store, { wrong })
    return { origin, kill: () => end('SIGKILL') }
  }
  return killAgainAndAgain(store, { kills, start })
}

test('forty kills in the midst of work lose nothing that was acknowledged', async (t) => {
  const { lost, halves, health, refused, cut_off, acknowledged } = await killed(t, 40, '')
  assert.deepEqual({ lost, halves, health, refused }, { lost: [], halves: 0, health: 'ok', refused: [] })
  t.diagnostic(`${acknowledged} acknowledged, cut off by ${cut_off} of 40 kills`)
})

test('a server that answers before it has stored loses something in as many kills', async (t) => {
  assert.ok((await killed(t, 4, 'early')).lost.length > 0)
})
