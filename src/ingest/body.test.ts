import assert from 'node:assert/strict'
import { once as comes } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

const usual = 256 * 1024
const large = 8 * 2 ** 20
const json = { 'content-type': 'application/json' }

/** A message that Chef sends, so many bytes long. */
function sized(bytes: number, run_id = 'run-1') {
  const message = (node: string) =>
    JSON.stringify({ message_type: 'run_start', run_id, node_name: 'web1', node })
  return message('x'.repeat(bytes - message('').length))
}

async function port(kind = 'chef') {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: kind, kind })
  const url = `/hooks/${source.id}`
  const post = async (payload: string, token = secret) =>
    server.inject({ method: 'POST', url, payload, headers: { ...json, 'x-data-collector-token': token } })
  return { ship, server, url, secret, post }
}

test('a tool that sends whole nodes may send 8 MiB, and not a byte more', async () => {
  const { ship, post } = await port()
  assert.equal((await post(sized(large))).statusCode, 202)
  assert.equal((await post(sized(large + 1))).statusCode, 413)
  const [row] = await ship.db.selectFrom('deliveries').select('body').execute()
  assert.ok((row?.body?.length ?? usual) < 1000, 'a digest is kept')
})

test('whoever shows no valid secret, names no source or another kind, may send 256 KiB', async () => {
  const { ship, server, post } = await port()
  assert.equal((await post(sized(usual), 'slk_wrong')).statusCode, 401)
  assert.equal((await post(sized(usual + 1), 'slk_wrong')).statusCode, 413)
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  const chef = await createSource(ship, { name: 'Other Chef', kind: 'chef' })
  const headers = { ...json, authorization: `Bearer ${secret}`, 'x-data-collector-token': chef.secret }
  for (const url of [`/hooks/${source.id}`, '/hooks/none', '/api/v1/events', `/hooks/${source.id}/slk_x`]) {
    const answer = await server.inject({ method: 'POST', url, headers, payload: sized(usual + 1) })
    assert.equal(answer.statusCode, 413, url)
  }
})

test('what does not say how long it is, is read no further than it may be, and is answered', async () => {
  const { server, url, secret } = await port()
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' })
  /** Sends in chunks, as some libraries do; answers the status, and how much was sent until it came. */
  const send = async (bytes: number, token: string) => {
    const headers = { ...json, 'x-data-collector-token': token }
    const going = request(origin + url, { method: 'POST', headers })
    const answer = comes(going, 'response')
    let answered = false
    going.once('response', () => {
      answered = true
    })
    going.on('error', () => {})
    const text = sized(bytes, `run-${bytes}`)
    let sent = 0
    for (; sent < text.length && !answered && !going.destroyed; sent += 65_536) {
      const room = going.write(text.slice(sent, sent + 65_536))
      if (!room) await Promise.race([comes(going, 'drain'), answer])
    }
    going.end()
    const [{ statusCode }] = await answer
    going.destroy()
    return { statusCode, sent }
  }
  try {
    assert.equal((await send(usual + 1, secret)).statusCode, 202)
    assert.equal((await send(large + 1, secret)).statusCode, 413)
    const forged = await send(large, 'slk_wrong')
    assert.equal(forged.statusCode, 413)
    assert.ok(forged.sent < large, `${forged.sent} bytes were sent`)
  } finally {
    await server.app.close()
  }
})

test('a sender that goes away in the middle harms nobody', async () => {
  const { server, url, secret, post } = await port()
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' })
  try {
    const headers = { ...json, 'x-data-collector-token': secret, 'content-length': '5000' }
    const going = request(origin + url, { method: 'POST', headers })
    going.on('error', () => {})
    going.write('{"message_type":')
    await new Promise((resolve) => setTimeout(resolve, 50))
    going.destroy()
    assert.equal((await post(sized(1000))).statusCode, 202)
  } finally {
    await server.app.close()
  }
})
