import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../platform/context.ts'
import { world } from '../testing/world.ts'
import { firstFault, noSeal, type SealedLine } from './chain.ts'
import { record } from './journal.ts'
import { sealJournal, verifyJournal } from './seals.ts'

const count = 1000

/** A sealed journal of a thousand lines. */
async function sealed() {
  const ship = await world()
  await inTransaction(ship, async (ctx) => {
    for (let at = 0; at < count; at += 1)
      await record(ctx, { action: 'site.edited', subject: ['site', `site${at}`], detail: { at } })
  })
  await sealJournal(ship, Date.now() + 600_000)
  const lines = await ship.db.selectFrom('journal').selectAll().orderBy('seq').execute()
  return { ship, lines: lines as SealedLine[] }
}

type Change = (line: SealedLine, next: SealedLine | undefined) => SealedLine[]

const changes: Record<string, Change> = {
  'edits a line': (line, next) => [{ ...line, detail: '{"at":"another"}' }, ...(next ? [next] : [])],
  'takes a line out': (_line, next) => (next ? [next] : []),
  'swaps two lines': (line, next) =>
    next
      ? [
          { ...next, seq: line.seq },
          { ...line, seq: next.seq },
        ]
      : [],
}

for (const [does, change] of Object.entries(changes)) {
  test(`whoever ${does} is found at each of a thousand places`, async () => {
    const { lines } = await sealed()
    const unseen = lines.filter((line, place) => {
      const before = lines[place - 1]
      const after = { seq: before?.seq ?? 0, seal: before?.seal ?? noSeal }
      const next = lines[place + 1]
      if (!next && does !== 'edits a line') return false // the end of the chain is the head's to tell
      assert.equal(firstFault(after, next ? [line, next] : [line]), null)
      return firstFault(after, change(line, next))?.seq !== line.seq
    })
    assert.deepEqual([lines.length, unseen], [count, []])
  })
}

test('the whole look finds one edited line among a thousand, and nothing before it was edited', async () => {
  const { ship, lines } = await sealed()
  for (const place of [0, 1, 499, 998, 999]) {
    const line = lines[place] as SealedLine
    assert.equal((await verifyJournal(ship)).fault, null)
    const set = (detail: string) =>
      ship.db.updateTable('journal').set({ detail }).where('id', '=', line.id).execute()
    await set('{}')
    assert.equal((await verifyJournal(ship)).fault?.seq, line.seq)
    await set(line.detail)
  }
})
