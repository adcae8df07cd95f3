import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDatabase } from '../testing/nodes.ts'
import { world, worldOn } from '../testing/world.ts'
import { inTransaction } from './context.ts'
import { openDatabase } from './database.ts'

const undone = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more })
const idTwice = { constraint: 'deliveries_pkey' }

test('a transaction that the store undid for another runs again, and counts once', async () => {
  const ship = await world()
  const told: number[] = []
  for (const error of [undone('40001'), undone('40P01'), undone('23505', idTwice)]) {
    const ctx = {
      ...ship,
      committed: (lines: unknown[]) => void told.push(lines.length),
      before_commit: (tries: number) => {
        if (tries < 3) throw error
      },
    }
    const tries = await inTransaction(ctx, async (ctx) => {
      ctx.written?.push({} as never)
      const { version } = await ctx.db.selectFrom('site').select('version').executeTakeFirstOrThrow()
      await ctx.db
        .updateTable('site')
        .set({ version: version + 1 })
        .execute()
      return version
    })
    const { version } = await ship.db.selectFrom('site').select('version').executeTakeFirstOrThrow()
    assert.equal(version, tries + 1)
  }
  assert.deepEqual(told, [1, 1, 1])
})

test('what is wrong for any other reason is not tried again, and nothing is tried for ever', async () => {
  const ship = await world()
  for (const [error, most] of [
    [undone('23505', { constraint: 'users_email_key' }), 1],
    [new Error('on purpose'), 1],
    [undone('40001'), 6],
  ] as const) {
    let tries = 0
    const ctx = {
      ...ship,
      before_commit: () => {
        tries += 1
        throw error
      },
    }
    await assert.rejects(
      inTransaction(ctx, async () => {}),
      error,
    )
    assert.equal(tries, most)
  }
})

test('two that wait for each other on PostgreSQL both come through', async () => {
  const ship = worldOn(openDatabase(await freshDatabase()))
  const at = ship.now().toISOString()
  for (const name of ['one', 'two']) {
    await ship.db.insertInto('duties').values({ name, fence: 0, holder: '', taken_at: at }).execute()
  }
  const more = (ctx: typeof ship, name: string) =>
    ctx.db
      .updateTable('duties')
      .set((row) => ({ fence: row('fence', '+', 1) }))
      .where('name', '=', name)
      .execute()
  let runs = 0
  const both = Promise.withResolvers<void>()
  const cross = (first: string, second: string) =>
    inTransaction(ship, async (ctx) => {
      await more(ctx as typeof ship, first)
      runs += 1
      if (runs >= 2) both.resolve()
      await both.promise
      await more(ctx as typeof ship, second)
    })
  await Promise.all([cross('one', 'two'), cross('two', 'one')])
  const rows = await ship.db.selectFrom('duties').select('fence').execute()
  assert.deepEqual(
    rows.map(({ fence }) => fence),
    [2, 2],
  )
  assert.ok(runs > 2, 'they never met')
  await ship.db.destroy()
})
