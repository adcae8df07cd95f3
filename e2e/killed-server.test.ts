import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { startServer } from './server.ts'

const rounds = 3
const connections = 16
const data_dir = mkdtempSync(join(tmpdir(), 'shiplog-killed-'))
after(() => rmSync(data_dir, { recursive: true, force: true }))

type Acknowledged = { delivery: string; release: string }

/** Posts one run's start under a key of its own; the answer's body when it was acknowledged, else null. */
async function post(origin: string, authorization: string, key: string) {
  try {
    const answer = await fetch(`${origin}/api/v1/events`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({
        type: 'release.succeeded',
        run: key,
        service: 'checkout',
        version: `1.0.${key}`,
      }),
    })
    if (answer.status !== 200 && answer.status !== 202) return null
    return { status: answer.status, body: (await answer.json()) as Acknowledged & { duplicate?: boolean } }
  } catch {
    return null // the connection died with the server
  }
}

test('what was acknowledged before a SIGKILL is there after it, and nothing is there twice', async () => {
  const acknowledged = new Map<string, Acknowledged>()
  const tried = new Set<string>()
  const first = await startServer({ data_dir })
  const authorization = `Bearer ${await first.cli('token', 'create', '--name', 'ci', '--scope', 'admin')}`
  await makeCheckout(first.origin, authorization)
  await first.stop()

  for (let round = 0; round < rounds; round += 1) {
    const server = await startServer({ data_dir })
    let alive = true
    const underLoad = Promise.withResolvers<void>()
    const senders = Array.from({ length: connections }, async (_, sender) => {
      for (let sent = 0; alive; sent += 1) {
        const key = `${round}-${sender}-${sent}`
        tried.add(key)
        const answer = await post(server.origin, authorization, key)
        if (!answer) return
        acknowledged.set(key, answer.body)
        if (acknowledged.size >= (round + 1) * 25) underLoad.resolve()
      }
    })
    await underLoad.promise // a busy machine takes longer to the first answer than the kill would wait
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 300))
    await server.kill('SIGKILL')
    alive = false
    await Promise.all(senders)
  }

  assert.ok(acknowledged.size >= 75, `only ${acknowledged.size} were acknowledged`)
  assert.ok(tried.size > acknowledged.size, 'every kill came between two posts, so nothing was cut off')
  const kept = readDeliveries()
  const lost = [...acknowledged].filter(([key, { delivery }]) => kept.get(key) !== delivery)
  assert.deepEqual(lost, [])
  await sendAgain(authorization, acknowledged, tried)
})

/** A tool that heard no answer sends again: the same keys change nothing that was acknowledged. */
async function sendAgain(authorization: string, acknowledged: Map<string, Acknowledged>, tried: Set<string>) {
  const server = await startServer({ data_dir })
  for (const key of tried) {
    const answer = await post(server.origin, authorization, key)
    const before = acknowledged.get(key)
    assert.ok(answer)
    if (before) assert.deepEqual([answer.status, answer.body.release], [200, before.release])
  }
  await server.stop()
  const db = new Sqlite(join(data_dir, 'shiplog.db'), { readonly: true })
  const count = (sql: string) => db.prepare(sql).pluck().get()
  assert.equal(count('select count(*) from deliveries'), tried.size)
  assert.equal(count('select count(*) from releases'), tried.size)
  assert.equal(count('select count(*) from release_events'), tried.size)
  assert.equal(count('pragma integrity_check'), 'ok')
  db.close()
}

function readDeliveries(): Map<string, string> {
  const db = new Sqlite(join(data_dir, 'shiplog.db'), { readonly: true })
  const rows = db.prepare('select id, dedupe_key from deliveries').all() as {
    id: string
    dedupe_key: string
  }[]
  db.close()
  return new Map(rows.map(({ id, dedupe_key }) => [dedupe_key, id]))
}

async function makeCheckout(origin: string, authorization: string) {
  const headers = { authorization, 'content-type': 'application/json' }
  const body = JSON.stringify({ name: 'Checkout' })
  const made = await fetch(`${origin}/api/v1/components`, { method: 'POST', headers, body })
  assert.equal(made.status, 201)
}
