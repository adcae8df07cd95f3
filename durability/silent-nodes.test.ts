import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { databaseOn, freshDatabase, serverWithTemplate, startNode, until } from '../src/testing/nodes.ts'

type Holder = { pid: number; turn: number }

async function observer(t: TestContext, url: string) {
  const client = new pg.Client(url)
  await client.connect()
  t.after(() => client.end())
  return async (): Promise<Holder> => {
    const { rows } = await client.query('select holder, fence from duties')
    return { pid: Number(rows[0]?.holder.split(':').at(-1) ?? 0), turn: rows[0]?.fence ?? 0 }
  }
}

async function started(t: TestContext, url: string) {
  const node = await startNode(url)
  t.after(() => node.kill())
  return node
}

/** A line to the database that can be cut so that neither side hears of it: nothing comes through, nothing is closed. */
async function line(t: TestContext, url: string) {
  const { hostname, port, username, pathname } = new URL(url)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => isCut || to.write(bytes))
      from.on('error', () => {})
      from.on('close', () => isCut || to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port: own } = server.address() as AddressInfo
  return {
    url: `postgres://${username}@127.0.0.1:${own}${pathname}`,
    cut: () => {
      isCut = true
    },
    /** New connections come through again; what was under way is lost. */
    mend: () => {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
      isCut = false
    },
  }
}

test('a node that hangs loses the duty within ten seconds, and does not get it back by waking up', async (t) => {
  const url = await freshDatabase()
  const holder = await observer(t, url)
  const first = await started(t, url)
  assert.ok(await until(async () => (await holder()).pid === first.pid, { within: 15_000 }))
  const second = await started(t, url)
  const { turn } = await holder()
  first.signal('SIGSTOP')
  const took = await until(async () => (await holder()).pid === second.pid, { within: 20_000 })
  first.signal('SIGCONT')
  t.diagnostic(`taken over after ${Math.round(took ?? Number.NaN)} ms`)
  assert.ok(took !== null && took < 10_000)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  assert.deepEqual(await holder(), { pid: second.pid, turn: turn + 1 })
  assert.equal((await fetch(`${first.origin}/readyz`)).status, 200)
})

test('a node whose line is cut without a word loses the duty within ten seconds, serves its pages, and comes back', async (t) => {
  const url = await freshDatabase()
  const holder = await observer(t, url)
  const wire = await line(t, url)
  const first = await started(t, wire.url)
  assert.ok(await until(async () => (await holder()).pid === first.pid, { within: 15_000 }))
  const second = await started(t, url)
  const ready = async () => (await fetch(`${first.origin}/readyz`).catch(() => null))?.status === 200
  assert.ok(await ready())
  assert.equal((await fetch(`${first.origin}/`)).status, 200)
  wire.cut()
  const took = await until(async () => (await holder()).pid === second.pid, { within: 20_000 })
  t.diagnostic(`taken over after ${Math.round(took ?? Number.NaN)} ms`)
  assert.ok(took !== null && took < 10_000)
  assert.equal((await fetch(`${first.origin}/`)).status, 200)
  wire.mend()
  const back = await until(ready, { within: 20_000, every: 100 })
  t.diagnostic(`back after ${Math.round(back ?? Number.NaN)} ms`)
  assert.ok(back !== null && back < 10_000)
})

test('while the database is down for longer than a page is good, pages say how old they are', async (t) => {
  const server = await serverWithTemplate()
  t.after(() => server.stop())
  const node = await started(t, await databaseOn(server))
  const looks = new Set<number>()
  const isStale = async () => {
    const answer = await fetch(`${node.origin}/`)
    looks.add(answer.status)
    return /class="stale">/.test(await answer.text())
  }
  assert.equal(await isStale(), false)
  await server.kill()
  assert.ok(await until(isStale, { within: 90_000, every: 100 }))
  await server.restart()
  assert.ok(await until(async () => !(await isStale()), { within: 10_000 }))
  assert.deepEqual([...looks], [200])
  assert.ok(node.alive())
})
