import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { jobs } from '../app.ts'
import { freshDatabase, until } from '../testing/nodes.ts'
import { type World, world, worldOn } from '../testing/world.ts'
import { inTransaction } from './context.ts'
import { openDatabase } from './database.ts'
import { sharedDuty } from './duty.ts'
import { DutyLost } from './fence.ts'
import { keepSession } from './session.ts'
import { startJobs } from './timers.ts'

/** A node in this process: its own connections, its own session, its own view of whose turn it is. */
function node(t: TestContext, url: string) {
  const ship = worldOn(openDatabase(url))
  const duty = sharedDuty(ship)
  const stop = keepSession(url, [duty], ship.log)
  t.after(async () => {
    await stop()
    await ship.db.destroy()
  })
  return { ship, duty, stop }
}

const rename = (ship: World, name: string) =>
  inTransaction(ship, (ctx) => ctx.db.updateTable('site').set({ name }).execute())

test('one of two nodes has the duty, the other takes it when the first leaves, and each turn has a higher number', async (t) => {
  const url = await freshDatabase()
  const first = node(t, url)
  assert.ok(await until(first.duty.mine, { within: 5000 }))
  const second = node(t, url)
  assert.equal(await until(second.duty.mine, { within: 1500 }), null)
  const turn = first.duty.fence()?.number ?? 0
  await first.stop()
  assert.ok(await until(second.duty.mine, { within: 5000 }))
  assert.equal(first.duty.mine(), false)
  assert.equal(second.duty.fence()?.number, turn + 1)
})

test('what a node still writes after its turn is refused; without the number it would stand', async (t) => {
  const url = await freshDatabase()
  const { ship, duty } = node(t, url)
  assert.ok(await until(duty.mine, { within: 5000 }))
  const paused = { ...ship, fence: duty.fence() }
  await rename(paused, 'In its turn')
  const admin = new pg.Client(url)
  await admin.connect()
  t.after(() => admin.end())
  await admin.query('update duties set fence = fence + 1')
  await assert.rejects(rename(paused, 'Too late'), DutyLost)
  const name = async () => (await ship.db.selectFrom('site').select('name').executeTakeFirst())?.name
  assert.equal(await name(), 'In its turn')
  await rename({ ...paused, fence: null }, 'Nobody looked')
  assert.equal(await name(), 'Nobody looked')
})

test('whoever takes the duty waits for what the one before is writing, and nothing comes in between', async (t) => {
  const url = await freshDatabase()
  const [{ ship, duty, stop }, next] = [node(t, url), node(t, url)]
  assert.ok(await until(() => duty.mine() || next.duty.mine(), { within: 5000 }))
  const [holder, other] = duty.mine() ? [{ ship, duty, stop }, next] : [next, { ship, duty, stop }]
  let taken = false
  other.duty.onTaken(() => {
    taken = true
  })
  await inTransaction({ ...holder.ship, fence: holder.duty.fence() }, async (ctx) => {
    await holder.stop()
    await until(() => taken, { within: 1500 })
    assert.equal(taken, false)
    await ctx.db.updateTable('site').set({ name: 'Whole' }).execute()
  })
  assert.ok(await until(() => taken, { within: 5000 }))
})

test('a session that dies is made anew, and the duty comes back with it', async (t) => {
  const url = await freshDatabase()
  const { ship, duty } = node(t, url)
  assert.ok(await until(duty.mine, { within: 5000 }))
  const turn = duty.fence()?.number ?? 0
  const admin = new pg.Client(url)
  await admin.connect()
  t.after(() => admin.end())
  await admin.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`)
  assert.ok(await until(() => (duty.fence()?.number ?? 0) > turn, { within: 5000 }))
  await rename({ ...ship, fence: duty.fence() }, 'Again')
})

test('jobs run while the duty is ours, all at once when we take it, and none under an old turn', async () => {
  const ship = await world()
  let [taken, mine]: [() => void, boolean] = [() => {}, false]
  const ran: unknown[] = []
  const duty = {
    fence: () => ({ duty: 'jobs', number: 7 }),
    mine: () => mine,
    onTaken: (work: () => void) => {
      taken = work
    },
  }
  const run = async ({ fence }: { fence?: unknown }) => void ran.push(fence)
  const stop = startJobs(ship, [{ name: 'look', every_minutes: 0.0005, run }], duty)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(ran, [])
  mine = true
  taken()
  assert.deepEqual(ran, [{ duty: 'jobs', number: 7 }])
  await stop()
})

test('a stop waits for the job that runs, and begins no other', async () => {
  const ship = await world()
  const ended: string[] = []
  const begun = Promise.withResolvers<void>()
  const run = async () => {
    begun.resolve()
    await new Promise((resolve) => setTimeout(resolve, 50))
    ended.push('job')
  }
  const stop = startJobs(ship, [{ name: 'look', every_minutes: 0.0001, run }])
  await begun.promise
  await stop()
  assert.deepEqual(ended, ['job'])
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(ended, ['job'])
})

test('no job writes beside its turn', async () => {
  const ship = await world()
  const written: string[] = []
  const db = ship.db.withPlugin({
    transformQuery: ({ node }) => {
      if (/^(Insert|Update|Delete)Query/.test(node.kind)) written.push(node.kind)
      return node
    },
    transformResult: async ({ result }) => result,
  })
  for (const job of jobs) {
    const late = { ...ship, db, fence: { duty: 'jobs', number: 7 } }
    await job.run(late).catch((err) => assert.ok(err instanceof DutyLost, `${job.name}: ${err}`))
  }
  assert.deepEqual(written, [])
})
