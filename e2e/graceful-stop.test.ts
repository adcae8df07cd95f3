import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { scratch } from '../scripts/scratch.ts'
import { withStore } from '../src/commands/open.ts'
import { queueCall } from '../src/outbound/actions.ts'
import { callById } from '../src/outbound/store.ts'
import { eventFor, pause } from './intake.ts'
import { keepPosting } from './posting.ts'
import { startServer } from './server.ts'

type Also = (origin: string, env: Record<string, string>) => Promise<void>
/** Returns when the process is to be ended, without a turn of the event loop. */
type Moment = (file: string) => void

/** Stops a server in the midst of work; the deliveries that it stored and told nobody of, and how long it took. */
async function stopped(
  t: TestContext,
  signal: 'SIGTERM' | 'SIGKILL',
  { also = async () => {}, at_once = 1, moment }: { also?: Also; at_once?: number; moment?: Moment } = {},
) {
  const data_dir = scratch(t)
  const env = { SHIPLOG_DATA_DIR: data_dir, SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1' }
  const server = await startServer({ data_dir, env })
  const authorization = `Bearer ${await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')}`
  await also(server.origin, env)
  const told = new Set<string>()
  const statuses = new Set<number>()
  const load = keepPosting({
    origin: server.origin,
    authorization,
    bodyFor: eventFor,
    at_once,
    answered: ({ key, status }) => {
      statuses.add(status)
      told.add(key)
    },
  })
  while (told.size < 200) await pause(5)
  moment?.(join(data_dir, 'shiplog.db'))
  const begun = performance.now()
  await server.kill(signal)
  const took = performance.now() - begun
  await load.ended
  const db = new Sqlite(join(data_dir, 'shiplog.db'), { readonly: true })
  const kept = db.prepare('select dedupe_key from deliveries').pluck().all() as string[]
  db.close()
  return { untold: kept.filter((key) => !told.has(key)), statuses: [...statuses], took, env }
}

test('a stop answers every request that it has begun, whatever hangs meanwhile, and is over within ten seconds', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  let called = ''
  const hang: Also = async (origin, env) => {
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    const call = { purpose: 'ping', subject: ['site', 'site'] as [string, string], body: '{}', url }
    called = await withStore(env, (ctx) => queueCall(ctx, { ...call, schedule: 'patient' }))
    await once(silent, 'request')
    connect(Number(new URL(origin).port), '127.0.0.1')
      .on('error', () => {})
      .write('GET / HTTP/1.1\r\nhost: x\r\n')
  }
  const { untold, statuses, took, env } = await stopped(t, 'SIGTERM', { also: hang })
  assert.deepEqual([untold, statuses], [[], [202]])
  assert.ok(took < 10_000, `it took ${Math.round(took)} ms`)
  const { delivered_at, next_attempt_at, claimed_until } = await withStore(env, (ctx) =>
    callById(ctx, called),
  )
  assert.deepEqual([delivered_at, claimed_until], [null, null])
  assert.ok(next_attempt_at, 'what the receiver never answered is sent again')
})

test('a server that is killed leaves somebody without an answer', async (t) => {
  const many = { at_once: 16, moment: untilCommit }
  for (let tries = 0; tries < 8; tries += 1) {
    if ((await stopped(t, 'SIGKILL', many)).untold.length > 0) return
  }
  assert.fail('nobody was left without an answer in eight kills')
})

/** Until more is stored than was: its senders are yet to be told. */
function untilCommit(file: string) {
  const db = new Sqlite(file, { readonly: true })
  const count = db.prepare('select count(*) from deliveries').pluck()
  const before = count.get()
  const limit = performance.now() + 5000
  while (count.get() === before && performance.now() < limit);
  db.close()
}
