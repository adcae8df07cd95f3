import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { scratch } from '../scripts/scratch.ts'
import { eventFor, lookInto, pause } from './intake.ts'
import { type Answered, keepPosting } from './posting.ts'
import { startServer } from './server.ts'

const rounds = 40

/** Another program that reads the newest number, thinks, and writes the next, as every verb of ours does. */
async function addUp(file: string, begin: 'begin' | 'begin immediate', patience: number) {
  const db = new Sqlite(file, { timeout: patience })
  let failed = 0
  for (let round = 0; round < rounds; round += 1) {
    try {
      db.exec(begin)
      const last = Number(db.prepare('select coalesce(max(number), 0) from _numbers').pluck().get())
      await pause(2)
      db.prepare('insert into _numbers (number) values (?)').run(last + 1)
      db.exec('commit')
    } catch {
      failed += 1
      if (db.inTransaction) db.exec('rollback')
    }
    await pause(3)
  }
  db.close()
  return failed
}

/** A backup in the making: reads all of the file, a few pages at a time, while others write. */
async function backUp(file: string, t: TestContext) {
  const db = new Sqlite(file, { readonly: true })
  await db.backup(join(scratch(t), 'backup.db'), { progress: () => 20 })
  db.close()
}

test('a server, a backup, the command line, a migration and another program write at once, and nobody is sent away', async (t) => {
  const server = await startServer()
  t.after(() => server.stop())
  const file = join(server.data_dir, 'shiplog.db')
  const authorization = `Bearer ${await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')}`
  prepare(file)
  const answers: Answered[] = []
  const stalls: number[] = []
  const load = keepPosting({
    origin: server.origin,
    authorization,
    bodyFor: eventFor,
    connections: 4,
    at_once: 2,
    pause: 10,
    answered: (answer) => answers.push(answer),
  })
  const watching = watchLivez(server.origin, stalls)
  const [failed] = await Promise.all([
    addUp(file, 'begin immediate', 5000),
    backUp(file, t),
    server.cli('token', 'create', '--name', 'second', '--scope', 'releases:write'),
    server.cli('migrate'),
    server.cli('token', 'create', '--name', 'third', '--scope', 'releases:write'),
  ])
  await load.stop()
  await watching.stop()
  assert.equal(failed, 0)
  assert.deepEqual(
    answers.filter(({ status }) => status !== 202),
    [],
  )
  const acknowledged = answers.map(({ key }) => key)
  const { lost, halves } = lookInto(file, acknowledged)
  assert.deepEqual([lost, halves, sum(file)], [[], 0, rounds])
  t.diagnostic(
    `${answers.length} acknowledged; longest wait for an answer ${Math.round(Math.max(...stalls))} ms`,
  )
})

test('a program that begins without the lock is sent away at once, however patient it is', async (t) => {
  const file = join(scratch(t), 'numbers.db')
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.close()
  prepare(file)
  const failed = await Promise.all([addUp(file, 'begin', 5000), addUp(file, 'begin', 5000)])
  assert.ok(failed.reduce((all, one) => all + one) > 0)
})

function prepare(file: string) {
  const db = new Sqlite(file, { timeout: 5000 })
  db.exec('create table _numbers (number integer not null unique)')
  db.close()
}

function sum(file: string) {
  const db = new Sqlite(file, { readonly: true })
  const count = Number(db.prepare('select count(*) from _numbers').pluck().get())
  db.close()
  return count
}

/** Asks again and again what needs no store; how long each answer took says how long the server's thread stood still. */
function watchLivez(origin: string, took: number[]) {
  let over = false
  const asking = (async () => {
    while (!over) {
      const begun = performance.now()
      await (await fetch(`${origin}/livez`)).arrayBuffer()
      took.push(performance.now() - begun)
      await pause(10)
    }
  })()
  return {
    stop() {
      over = true
      return asking
    },
  }
}
