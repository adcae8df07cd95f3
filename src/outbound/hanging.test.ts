import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { world } from '../testing/world.ts'
import { queueCall } from './actions.ts'
import { makeClient } from './client.ts'
import { keepSending } from './sending.ts'

const receivers = 200

/**
 * Publishes to two hundred receivers, of which the first half never answers: how many of the others were called before
 * any call was given up, once no more are.
 */
async function reached(t: TestContext, at_once?: number) {
  const [healthy, hanging] = [new Set<string>(), new Set<string>()]
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/hangs')) return void hanging.add(request.url)
    healthy.add(request.url ?? '')
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const ship = { ...(await world()), now: () => new Date() }
  for (let number = 0; number < receivers; number += 1) {
    const url = `http://127.0.0.1:${port}/${number < receivers / 2 ? 'hangs' : 'answers'}/${number}`
    await queueCall(ship, { ...call, url })
  }
  const stop = keepSending(
    ship,
    { on: (tell) => void tell([]) },
    makeClient({ allow: ['127.0.0.1'] }),
    at_once,
  )
  while (hanging.size < Math.min(at_once ?? receivers, receivers / 2)) await pause(20)
  for (let before = -1; healthy.size < receivers / 2 && healthy.size > before; ) {
    before = healthy.size
    await pause(3_000 / (healthy.size + 2))
  }
  const ended = stop()
  server.closeAllConnections()
  await ended
  return healthy.size
}

const call = {
  purpose: 'ping',
  subject: ['site', 'site'] as [string, string],
  body: '{}',
  schedule: 'patient' as const,
}

test('receivers that hang keep none of the others waiting', async (t) => {
  assert.equal(await reached(t), receivers / 2)
})

test('with room for fewer calls than there are receivers that hang, the others do wait', async (t) => {
  assert.equal(await reached(t, receivers / 4), 0)
})
