import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { queueCall } from '../outbound/actions.ts'
import { attemptsOf, callById } from '../outbound/store.ts'
import { shell } from '../testing/shell.ts'
import { withStore } from './open.ts'

async function receiver(t: TestContext) {
  const came = Promise.withResolvers<string | undefined>()
  const server = createServer((request, response) => {
    came.resolve(request.headers.authorization)
    response.writeHead(202).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, came: came.promise }
}

const wanted = { purpose: 'ping', subject: ['site', 'site'] as [string, string], body: '{}' }

test('serve sends the calls that wait, and a stop lets what it has begun end', async (t) => {
  const { serving, env } = shell(t, { SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1' })
  const server = await serving(['serve'])
  const { url, came } = await receiver(t)
  const headers = { authorization: 'Bearer abc' }
  const id = await withStore(env, (ctx) => queueCall(ctx, { ...wanted, url, headers, schedule: 'urgent' }))
  assert.equal(await came, 'Bearer abc')
  assert.equal(await server.stop(), 0)
  assert.ok(await withStore(env, async (ctx) => (await callById(ctx, id)).delivered_at))
})

test('serve calls nothing inside a network that its settings do not name', async (t) => {
  const { serving, env } = shell(t)
  const { url } = await receiver(t)
  const id = await withStore(env, (ctx) => queueCall(ctx, { ...wanted, url, schedule: 'urgent' }))
  const server = await serving(['serve'])
  const tried = () => withStore(env, (ctx) => attemptsOf(ctx, id))
  while ((await tried()).length === 0) await new Promise((resolve) => setTimeout(resolve, 100))
  assert.match((await tried())[0]?.error ?? '', /not on the open internet/)
  assert.equal(await server.stop(), 0)
})
