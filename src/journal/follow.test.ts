import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import type { JournalLine } from '../platform/context.ts'
import { inTransaction } from '../platform/context.ts'
import { world } from '../testing/world.ts'
import { followJournal } from './follow.ts'
import { isPublicLine, record } from './journal.ts'

const words = (lines: JournalLine[]) => lines.map(({ action }) => action)

test('each line is told once: at once to this process, at the next look to another', async () => {
  const ship = await world()
  const [here, there] = [followJournal(ship), followJournal(ship)]
  const told: string[][] = [[], []]
  here.on((lines) => told[0]?.push(...words(lines)))
  there.on((lines) => told[1]?.push(...words(lines)))
  await createComponent({ ...ship, committed: here.committed }, { name: 'Checkout', group: 'Shop' })
  assert.deepEqual(told, [['group.created', 'component.created'], []])
  for (let look = 0; look < 2; look++) {
    await here.catchUp()
    await there.catchUp()
  }
  assert.deepEqual(told[0], told[1])
})

test('a line that was named before another one, and shows later, is not missed', async () => {
  const ship = await world()
  const journal = followJournal(ship)
  const told: string[] = []
  journal.on((lines) => told.push(...lines.map(({ id }) => id)))
  await createComponent(ship, { name: 'One' })
  const [early] = await ship.db.selectFrom('journal').selectAll().execute()
  assert.ok(early)
  await ship.db.deleteFrom('journal').execute()
  await createComponent(ship, { name: 'Two' })
  await journal.catchUp()
  await ship.db.insertInto('journal').values(early).execute()
  await journal.catchUp()
  assert.equal(told.length, 2)
  assert.equal(told[1], early.id)
})

test('a line that is read between its commit and the word of it is told once too', async () => {
  const ship = await world()
  const journal = followJournal(ship)
  const told: string[] = []
  journal.on((lines) => told.push(...words(lines)))
  await createComponent(ship, { name: 'Checkout' })
  await journal.catchUp()
  journal.committed(await ship.db.selectFrom('journal').selectAll().execute())
  assert.deepEqual(told, ['component.created'])
})

test('what was written while the store could not be reached for long is not missed', async () => {
  const ship = await world()
  const journal = followJournal(ship)
  const told: string[] = []
  journal.on((lines) => told.push(...words(lines)))
  await createComponent(ship, { name: 'Checkout' })
  const later = Date.now() + 600_000
  await journal.catchUp(later)
  await journal.catchUp(later + 1_000)
  assert.deepEqual(told, ['component.created'])
})

test('what is rolled back is told to nobody', async () => {
  const ship = await world()
  const told: string[] = []
  const ctx = { ...ship, committed: (lines: JournalLine[]) => void told.push(...words(lines)) }
  const failing = inTransaction(ctx, async (ctx) => {
    await record(ctx, { action: 'site.edited', subject: ['site', 'site'] })
    throw new Error('on purpose')
  })
  await assert.rejects(failing)
  assert.deepEqual(told, [])
})

test('what was committed is done, also when somebody who hears of it fails', async () => {
  const ship = await world()
  const committed = () => {
    throw new Error('on purpose')
  }
  const { id } = await createComponent({ ...ship, committed }, { name: 'Checkout' })
  assert.equal((await ship.db.selectFrom('components').select('id').executeTakeFirst())?.id, id)
})

test('signing in and connecting a tool change no public page; what customers read of does', () => {
  const may = (action: string) => isPublicLine({ action })
  assert.deepEqual(
    ['session.opened', 'token.created', 'source.created', 'delivery.accepted', 'user.added'].filter(may),
    [],
  )
  const shown = [
    'site.edited',
    'component.status_set',
    'release.canary',
    'incident.updated',
    'environment.tier_changed',
  ]
  assert.deepEqual(shown.filter(may), shown)
})
