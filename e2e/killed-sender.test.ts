import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { scratch } from '../scripts/scratch.ts'
import { withStore } from '../src/commands/open.ts'
import { queueCall } from '../src/outbound/actions.ts'
import { pause } from './intake.ts'
import { startServer } from './server.ts'

const calls = 60
const kills = 2

/** A receiver that takes its time, and notes every call whose answer it began to wait for. */
async function slowReceiver(t: TestContext) {
  const came: string[] = []
  const server = createServer((request, response) => {
    came.push(String(request.headers['webhook-id']))
    setTimeout(() => response.writeHead(204).end(), 100 + Math.random() * 400)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

/** What is wrong with what a receiver got: calls that never came, and calls that came more often than there were crashes for. */
function faults(came: string[], ids: string[], crashes: number) {
  const times = (id: string) => came.filter((one) => one === id).length
  return {
    lost: ids.filter((id) => times(id) === 0).length,
    too_often: ids.filter((id) => times(id) > 1 + crashes).length,
    unknown: came.filter((id) => !ids.includes(id)).length,
  }
}

test('a sender that is killed while receivers take their time loses no call, and repeats one under its own id', async (t) => {
  const data_dir = scratch(t)
  const env = { SHIPLOG_DATA_DIR: data_dir, SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1' }
  const { came, url } = await slowReceiver(t)
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const ids = await withStore(env, async (ctx) => {
    const made: string[] = []
    for (let call = 0; call < calls; call += 1)
      made.push(
        await queueCall(ctx, {
          purpose: 'ping',
          subject: ['site', 'site'],
          body: '{}',
          url,
          secret,
          schedule: 'patient',
        }),
      )
    return made
  })
  const db = new Sqlite(join(data_dir, 'shiplog.db'))
  t.after(() => db.close())
  const count = (sql: string) =>
    Number(db.prepare(`select count(*) from outbound_calls where ${sql}`).pluck().get())
  let under_way = 0
  for (let kill = 0; kill <= kills; kill += 1) {
    const begun = came.length
    const server = await startServer({ data_dir, env })
    while (kill < kills && came.length < begun + 10 && count('delivered_at is null') > 0) await pause(5)
    if (kill < kills) {
      await server.kill('SIGKILL')
      under_way += count('claimed_until is not null')
      // the minute that a claim of the dead is good for
      db.prepare(
        "update outbound_calls set claimed_until = '2020-01-01T00:00:00.000Z' where claimed_until is not null",
      ).run()
      continue
    }
    while (count('delivered_at is null') > 0) await pause(50)
    await server.stop()
  }
  assert.deepEqual(faults(came, ids, kills), { lost: 0, too_often: 0, unknown: 0 })
  assert.ok(under_way > 0, 'no call was under way at any kill')
  assert.ok(
    came.length - calls <= under_way,
    `${came.length - calls} came twice, ${under_way} were under way`,
  )
})

test('a call that is lost, repeated for no reason, or repeated under another id is found out', () => {
  assert.deepEqual(faults(['a'], ['a', 'b'], 0), { lost: 1, too_often: 0, unknown: 0 })
  assert.deepEqual(faults(['a', 'a'], ['a'], 0), { lost: 0, too_often: 1, unknown: 0 })
  assert.deepEqual(faults(['a', 'x'], ['a'], 1), { lost: 0, too_often: 0, unknown: 1 })
})
