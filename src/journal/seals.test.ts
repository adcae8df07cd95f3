import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inTransaction, type JournalLine } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { type World, world } from '../testing/world.ts'
import { followJournal } from './follow.ts'
import { record } from './journal.ts'
import { newestSeal, sealJournal, verifyJournal } from './seals.ts'

const later = () => Date.now() + 600_000

async function write(ship: World, count: number) {
  await inTransaction(ship, async (ctx) => {
    for (let at = 0; at < count; at += 1)
      await record(ctx, { action: 'site.edited', subject: ['site', `site${at}`], detail: { at } })
  })
}

const inOrder = (ship: World) => ship.db.selectFrom('journal').selectAll().orderBy('seq').execute()

test('lines are sealed once, in order, and an untouched journal is found whole', async () => {
  const ship = await world()
  assert.deepEqual((await verifyJournal(ship)).fault, null)
  await write(ship, 450)
  assert.equal(await sealJournal(ship, later()), 450)
  assert.equal(await sealJournal(ship, later()), 0)
  await write(ship, 3)
  const { sealed, unsealed, fault, late } = await verifyJournal(ship)
  assert.deepEqual([sealed, unsealed, fault, late.count], [450, 3, null, 0])
  const { newest, waiting } = await newestSeal(ship)
  assert.equal(newest?.seq, 450)
  assert.match(newest?.seal ?? '', /^[0-9a-f]{64}$/)
  assert.equal(waiting, 3)
})

test('what has just been written waits a minute, so that a slow transaction keeps its place', async () => {
  const ship = await world()
  await write(ship, 2)
  assert.equal(await sealJournal(ship), 0)
  const early = newId()
  await write(ship, 2)
  await sealJournal(ship, later())
  const [line] = await inOrder(ship)
  assert.ok(line)
  await ship.db
    .insertInto('journal')
    .values({ ...line, id: early, seq: null, seal: null })
    .execute()
  assert.equal(await sealJournal(ship, later()), 1)
  const lines = await inOrder(ship)
  assert.deepEqual(
    lines.map(({ seq }) => seq),
    [1, 2, 3, 4, 5],
  )
  assert.equal(lines.at(-1)?.id, early)
  const { fault, late } = await verifyJournal(ship)
  assert.deepEqual([fault, late.count], [null, 0])
})

test('two nodes that seal at once seal each line once', async () => {
  const ship = await world()
  await write(ship, 300)
  const done = await Promise.all([1, 2, 3].map(() => sealJournal(ship, later())))
  assert.equal(
    done.reduce((sum, one) => sum + one),
    300,
  )
  assert.equal((await verifyJournal(ship)).fault, null)
})

test('a clock that was set back leaves no line unsealed, and is told of', async () => {
  const ship = await world()
  await write(ship, 3)
  const yesterday = Date.now() - 86_400_000
  assert.equal(await sealJournal(ship, yesterday), 3)
  const [line] = await inOrder(ship)
  assert.ok(line)
  const id = `${(yesterday - 120_000).toString(36).padStart(8, '0')}zzzz`
  await ship.db
    .insertInto('journal')
    .values({ ...line, id, seq: null, seal: null })
    .execute()
  assert.deepEqual((await verifyJournal(ship)).late, { count: 1, first: id })
  assert.equal(await sealJournal(ship, yesterday), 1)
  const { fault, late } = await verifyJournal(ship)
  assert.deepEqual([fault, late], [null, { count: 1, first: id }])
})

test('sealing writes no line and wakes nobody who follows', async () => {
  const ship = await world()
  const journal = followJournal(ship)
  await write(ship, 2)
  await journal.catchUp()
  const told: JournalLine[] = []
  journal.on((lines) => told.push(...lines))
  await sealJournal({ ...ship, committed: journal.committed }, later())
  await journal.catchUp()
  assert.deepEqual(told, [])
  assert.equal((await inOrder(ship)).length, 2)
})

test('who deletes the newest lines, or seals everything anew, is found by the head and by a seal noted elsewhere', async () => {
  const ship = await world()
  await write(ship, 5)
  await sealJournal(ship, later())
  const noted = (await newestSeal(ship)).newest?.seal
  await ship.db.deleteFrom('journal').where('seq', '>', 3).execute()
  assert.equal((await verifyJournal(ship)).fault?.seq, 4)
  await ship.db.updateTable('journal').set({ seq: null, seal: null }).execute()
  await ship.db.deleteFrom('journal_head').execute()
  await sealJournal(ship, later())
  assert.equal((await verifyJournal(ship)).fault, null)
  assert.match((await verifyJournal(ship, noted)).fault?.words ?? '', /that you noted/)
})

const columns = [
  'id',
  'at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'action',
  'subject_kind',
  'subject_id',
  'detail',
  'seal',
  'seq',
] as const

/** One thing that somebody with the database in their hands could do to sealed lines. */
const changes = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), column: fc.constantFrom(...columns) }),
  fc.record({ kind: fc.constant('delete' as const) }),
  fc.record({ kind: fc.constant('swap' as const), words: fc.boolean() }),
  fc.record({ kind: fc.constant('insert' as const), sealed: fc.boolean() }),
)

test('any single change, deletion, swap or insertion among the sealed lines is found, and the first line named', async () => {
  const ship = await world()
  const count = 12
  await write(ship, count)
  await sealJournal(ship, later())
  await write(ship, 2)
  const whole = await ship.db.selectFrom('journal').selectAll().execute()
  const { journal, journal_head } = { journal: 'journal', journal_head: 'journal_head' } as const
  const head = await ship.db.selectFrom(journal_head).selectAll().execute()
  const property = fc.asyncProperty(fc.integer({ min: 1, max: count - 1 }), changes, async (seq, change) => {
    await ship.db.deleteFrom(journal).execute()
    await ship.db
      .insertInto('journal')
      .values(spoilt(whole, seq, change))
      .execute()
    assert.deepEqual(await ship.db.selectFrom(journal_head).selectAll().execute(), head)
    const { fault, unsealed, late } = await verifyJournal(ship)
    if (change.kind === 'insert' && !change.sealed) return assert.equal(late.count, 1)
    assert.ok(fault, JSON.stringify(change))
    if (change.kind !== 'edit' || change.column !== 'seq') assert.equal(fault.seq, seq)
    assert.equal(unsealed, 2)
  })
  await fc.assert(property, { numRuns: 120 })
})

type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never

function spoilt(whole: JournalLine[], seq: number, change: Change): JournalLine[] {
  const at = whole.findIndex((line) => line.seq === seq)
  const line = whole[at]
  const next = whole.find((other) => other.seq === seq + 1)
  assert.ok(line && next)
  const others = whole.filter((other) => other !== line && other !== next)
  const { seq: _seq, seal: _seal, ...words } = line
  const { seq: _nextSeq, seal: _nextSeal, ...nextWords } = next
  if (change.kind === 'delete') return [...others, next]
  if (change.kind === 'swap') {
    return change.words
      ? [...others, { ...line, ...nextWords }, { ...next, ...words }]
      : [...others, { ...line, seq: seq + 1 }, { ...next, seq }]
  }
  if (change.kind === 'insert') {
    const forged = { ...line, id: '0000aaaaaaaa', detail: '{"at":"forged"}' }
    if (!change.sealed) return [...whole, { ...forged, seq: null, seal: null }]
    const moved = whole.map((other) =>
      other.seq && other.seq >= seq ? { ...other, seq: other.seq + 1 } : other,
    )
    return [...moved, forged]
  }
  const edited = change.column === 'seq' ? 999 : `${line[change.column]}x`
  return [...others, next, { ...line, [change.column]: edited }]
}
