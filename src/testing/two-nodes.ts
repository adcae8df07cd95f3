import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { createToken } from '../accounts/tokens.ts'
import { createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { queueCall } from '../outbound/actions.ts'
import { inTransaction } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import { keepIndexed } from '../search/indexing.ts'
import { type Node, sharedSecret, startNode, until } from './nodes.ts'
import { backwards, sendAsALiarWould, sendDeliveries, tellAndRead } from './two-nodes-load.ts'
import { type World, worldOn } from './world.ts'

/** A database with what two nodes are to be killed over, and the way in. */
async function scene(url: string) {
  const secret = Buffer.from(sharedSecret, 'hex')
  const ship: World = {
    ...worldOn(openDatabase(url)),
    now: () => new Date(),
    secret,
    actor: { kind: 'cli', id: null, name: 'command line' },
  }
  await createComponent(ship, { name: 'Checkout' })
  const incident = await declareIncident(ship, {
    title: 'Cards fail',
    body: 'step 0',
    cause: 'unknown',
    components: [{ component: 'checkout', status: 'degraded_performance' }],
  } as never)
  const { token } = await createToken(ship, { name: 'ci', scopes: ['admin'] } as never)
  await keepIndexed(ship, { most: Number.POSITIVE_INFINITY })
  return { ship, incident: (incident as { id: string }).id, authorization: `Bearer ${token}` }
}

/** A receiver that takes its time, and remembers how often it was told of each call. */
async function slowReceiver() {
  const came = new Map<string, number>()
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id'] ?? request.headers['x-call'])
    came.set(id, (came.get(id) ?? 0) + 1)
    request.resume()
    setTimeout(() => response.end('ok'), 20 + Math.random() * 60)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { came, url, close }
}

/** The two nodes of a run, each started anew after it was killed. */
async function pair(url: string) {
  const set = { SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1', SHIPLOG_LOG_LEVEL: 'warn' }
  const nodes = (await Promise.all([startNode(url, set), startNode(url, set)])) as [Node, Node]
  return {
    nodes,
    origin: (at: number) => nodes[at % 2]?.origin ?? '',
    async kill(at: 0 | 1) {
      await nodes[at].kill()
    },
    async revive(at: 0 | 1) {
      nodes[at] = await startNode(url, set)
    },
    stop: () => Promise.all(nodes.map((node) => node.stop())),
  }
}
type Pair = Awaited<ReturnType<typeof pair>>

/** Who has the duty: the process that took the newest turn. */
async function holder(ship: World): Promise<{ pid: number; turn: number }> {
  const row = await ship.db.selectFrom('duties').select(['holder', 'fence']).executeTakeFirst()
  return { pid: Number(row?.holder.split(':').at(-1) ?? 0), turn: row?.fence ?? 0 }
}

/** Kills one node after the other, `kills` times, the one that has the duty every second time; answers how long each taking over took. */
async function killInTurn(ship: World, pair: Pair, kills: number, stuck: (ids: string[]) => void) {
  const takeovers: (number | null)[] = []
  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 150))
    const before = await holder(ship)
    const holds = pair.nodes[0].pid === before.pid ? 0 : 1
    const victim = (kill % 2 === 0 ? holds : 1 - holds) as 0 | 1
    await pair.kill(victim)
    const claimed = ship.db.selectFrom('outbound_calls').select('id').where('claimed_until', 'is not', null)
    stuck((await claimed.execute()).map(({ id }) => id))
    if (victim === holds) {
      takeovers.push(await until(async () => (await holder(ship)).turn > before.turn, { within: 15_000 }))
    }
    if (kill < kills - 1) await pair.revive(victim)
  }
  return takeovers
}

/** Stores calls to a receiver, a few at a time, until it is over; answers their ids. */
async function queueCalls(ship: World, url: string, over: () => boolean) {
  const ids: string[] = []
  while (!over()) {
    await inTransaction(ship, async (ctx) => {
      const subject: [string, string] = ['rollback_request', 'req000000000']
      const call = { purpose: 'rollback.requested', subject, url, body: '{}', schedule: 'patient' as const }
      for (let count = 0; count < 2; count += 1) {
        const id = await queueCall(ctx, {
          ...call,
          secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
        })
        ids.push(id)
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return ids
}

type Trial = { kills: number; senders?: number }

/**
 * Two nodes on one database, killed in turn under load: deliveries, calls to others, an incident's story and readers.
 * Answers what came of it all, once the calls that died under way were sent again.
 */
export async function trial(url: string, { kills, senders = 4 }: Trial) {
  const { ship, incident, authorization } = await scene(url)
  const receiver = await slowReceiver()
  const nodes = await pair(url)
  let done = false
  const over = () => done
  const mayDouble = new Map<string, number>()
  const stuck = (ids: string[]) => {
    for (const id of ids) mayDouble.set(id, (mayDouble.get(id) ?? 0) + 1)
  }
  try {
    await until(async () => (await holder(ship)).turn > 0, { within: 15_000 })
    const given = { authorization, pair: nodes, over }
    const sending = sendDeliveries(given, senders)
    const lying = sendAsALiarWould(given, senders)
    const reading = tellAndRead(given, incident)
    const queueing = queueCalls(ship, receiver.url, over)
    const takeovers = await killInTurn(ship, nodes, kills, stuck)
    done = true
    const [{ acknowledged, asked, failed, whys }, seen, calls] = await Promise.all([
      sending,
      reading,
      queueing,
    ])
    return {
      takeovers,
      asked,
      failed,
      whys,
      acknowledged: acknowledged.size,
      lost: await lostOf(ship, acknowledged),
      lies_lost: (await lostOf(ship, await lying)).length,
      backwards: backwards(seen),
      seen,
      calls: calls.length,
      ...(await callsOf({ ship, url }, receiver.came, mayDouble)),
    }
  } finally {
    done = true
    await nodes.stop()
    receiver.close()
    await ship.db.destroy()
  }
}

/** What was acknowledged and is not there, or is there under another name. */
async function lostOf(ship: World, acknowledged: Map<string, string>): Promise<string[]> {
  const rows = await ship.db.selectFrom('deliveries').select(['id', 'dedupe_key']).execute()
  const kept = new Map(rows.map(({ id, dedupe_key }) => [dedupe_key, id]))
  return [...acknowledged]
    .filter(([key, id]) => (id === '' ? !kept.has(key) : kept.get(key) !== id))
    .map(([key]) => key)
}

/** Lets the minute pass that a call lies in a dead node's hands, and waits until all are sent. */
async function callsOf(
  { ship, url }: { ship: World; url: string },
  came: Map<string, number>,
  mayDouble: Map<string, number>,
) {
  const waiting = ship.db.selectFrom('outbound_calls').select('id').where('next_attempt_at', 'is not', null)
  const client = new pg.Client(url)
  await client.connect()
  const dead = `update outbound_calls set claimed_until = '1970-01-01T00:00:00.000Z'
    where id = any($1) and claimed_until < $2`
  const sent = await until(
    async () => {
      await client.query(dead, [[...mayDouble.keys()], new Date(Date.now() + 57_000).toISOString()])
      return (await waiting.execute()).length === 0
    },
    { within: 20_000, every: 500 },
  )
  await client.end()
  const ids = (await ship.db.selectFrom('outbound_calls').select('id').execute()).map(({ id }) => id)
  return {
    all_sent: sent !== null && ids.every((id) => came.has(id)),
    doubles: ids.filter((id) => (came.get(id) ?? 0) > 1).length,
    too_many: ids.filter((id) => (came.get(id) ?? 0) > 1 + (mayDouble.get(id) ?? 0)),
  }
}
