import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents'
import { type Server, startServer } from '../e2e/server.ts'

let server: Server
let boss = ''
let address = ''
let secret = ''
/** What the package really sent, as it came in. */
const seen: { headers: IncomingHttpHeaders; body: string }[] = []
const between = createServer(async (request, response) => {
  const body = await buffer(request)
  seen.push({ headers: request.headers, body: body.toString() })
  const { authorization = '', 'content-type': type = '' } = request.headers
  const own = Object.entries(request.headers).filter(([name]) => name.startsWith('ce-'))
  const headers = { ...Object.fromEntries(own), authorization, 'content-type': type } as Record<
    string,
    string
  >
  const answer = await fetch(address, { method: 'POST', headers, body })
  response.writeHead(answer.status).end(await answer.text())
})

before(async () => {
  server = await startServer()
  boss = await server.cli('token', 'create', '--name', 'boss', '--scope', 'admin')
  await api('POST', '/api/v1/components', { name: 'Shop' })
  const made = await api('POST', '/api/v1/sources', { name: 'CD', kind: 'cloudevents' })
  secret = made.secret
  address = `${server.origin}/hooks/${made.id}`
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  between.close()
  await server?.stop()
})

async function api(method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${boss}`, 'content-type': 'application/json' }
  const answer = await fetch(server.origin + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${path}: ${text}`)
  return JSON.parse(text)
}

/** Sends an event as the package does, to Shiplog itself or through whoever keeps it; answers what it was told. */
async function emit(mode: Mode, event: CloudEvent<unknown>, to = address) {
  const send = emitterFor(httpTransport(to), { mode })
  const { body } = (await send(event, { headers: { authorization: `Bearer ${secret}` } })) as { body: string }
  return JSON.parse(body)
}

function deployed(id: string, predicate: string, artifactId: string) {
  const type = `dev.cdevents.service.${predicate}.0.3.0`
  const context = {
    specversion: '0.5.1',
    id,
    source: '/cd/shop',
    type,
    timestamp: new Date().toISOString(),
  }
  const data = {
    context,
    subject: { id: 'shop', content: { environment: { id: 'production' }, artifactId } },
  }
  return new CloudEvent({ id, source: context.source, type, subject: 'shop', time: context.timestamp, data })
}

test('what the cloudevents package emits becomes releases in both modes, once', async () => {
  for (const [mode, id, version] of [
    [Mode.BINARY, 'b1', '1.4.2'],
    [Mode.STRUCTURED, 's1', '1.4.3'],
  ] as const) {
    const event = deployed(id, 'deployed', `pkg:oci/shop@${version}`)
    const told = await emit(mode, event)
    assert.deepEqual([told.matched, told.state], [true, 'succeeded'], JSON.stringify(told))
    assert.equal((await emit(mode, event)).duplicate, true)
  }
  const back = await emit(Mode.BINARY, deployed('b2', 'rolledback', 'pkg:oci/shop@1.4.2'))
  const { data } = await api('GET', '/api/v1/releases')
  const kinds = data.map((one: { version: string; kind: string }) => `${one.kind} ${one.version}`)
  assert.deepEqual(kinds, ['rollback 1.4.2', 'deploy 1.4.3', 'deploy 1.4.2'])
  assert.equal(data[0].id, back.release)
})

test('one event in the other mode is the same event, and one of our own is understood as it is', async () => {
  const data = { service: 'shop', version: '1.5.0', run: '7' }
  const event = new CloudEvent({ id: 'own-1', source: '/ci', type: 'io.shiplog.release.started', data })
  const { port } = between.address() as AddressInfo
  const through = `http://127.0.0.1:${port}/`
  assert.equal((await emit(Mode.BINARY, event, through)).state, 'running')
  assert.equal((await emit(Mode.STRUCTURED, event, through)).duplicate, true)
  const [binary, structured] = seen
  assert.equal(binary?.headers['ce-type'], 'io.shiplog.release.started')
  assert.match(String(structured?.headers['content-type']), /^application\/cloudevents\+json/)
  assert.equal(binary?.headers['content-length'], undefined, 'the package sends in chunks')
})
