import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { startWithFront } from '../testing/front.ts'
import { sendBytes, statusesIn } from '../testing/sockets.ts'
import { sharedWorld } from '../testing/world.ts'

/** What only a bare socket can say: client libraries, and the framework's own testing, would put it right. */
const servers = Promise.all([
  sharedWorld().then((ship) => startWithFront(ship)),
  sharedWorld().then((ship) => startWithFront(ship, { url: null })),
])
after(async () => {
  for (const server of await servers) await server.close()
})

async function say(bytes: string, which: 0 | 1 = 0) {
  const server = (await servers)[which]
  const { port } = server.app.server.address() as AddressInfo
  return sendBytes(port, bytes)
}

const host = 'Host: status.test\r\n'
const post = `POST /login HTTP/1.1\r\n${host}`

test('two Host headers are refused, also where the page is ready', async () => {
  for (const which of [0, 1] as const) {
    assert.deepEqual(
      statusesIn(await say(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, which)),
      [200],
    )
    for (const path of ['/', '/login', '/api/v1/components', '/livez']) {
      const said = await say(
        `GET ${path} HTTP/1.1\r\n${host}host: evil.test\r\nConnection: close\r\n\r\n`,
        which,
      )
      assert.deepEqual(statusesIn(said), [400], path)
      assert.doesNotMatch(said, /evil/)
    }
  }
})

test('a foreign host, in a header or in an absolute address, is in no link', async () => {
  const foreign = [
    'GET / HTTP/1.1\r\nHost: evil.test',
    `GET http://evil.test/history.atom HTTP/1.1\r\n${host.trim()}`,
  ]
  const forwarded = `GET /feed.json HTTP/1.1\r\n${host}X-Forwarded-Host: evil.test\r\nForwarded: host=evil.test`
  for (const head of [...foreign, forwarded, `GET //evil.test/%2e%2e HTTP/1.1\r\n${host.trim()}`]) {
    assert.doesNotMatch(await say(`${head}\r\nConnection: close\r\n\r\n`), /evil/, head)
  }
  for (const head of [foreign[1] ?? '', forwarded]) {
    assert.doesNotMatch(await say(`${head}\r\nConnection: close\r\n\r\n`, 1), /evil/, head)
  }
})

const chunked = 'Transfer-Encoding: chunked\r\n'
const second = `GET /smuggled HTTP/1.1\r\n${host}\r\n`
const unreadable: Record<string, string> = {
  'Content-Length beside Transfer-Encoding': `${post}Content-Length: 4\r\n${chunked}\r\n0\r\n\r\n${second}`,
  'Transfer-Encoding beside Content-Length': `${post}${chunked}Content-Length: 4\r\n\r\n0\r\n\r\n${second}`,
  'two lengths': `${post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde${second}`,
  'a length below nothing': `${post}Content-Length: -1\r\n\r\n`,
  'a length with a sign': `${post}Content-Length: +4\r\n\r\nabcd`,
  'lines that end in LF alone': 'GET / HTTP/1.1\nHost: status.test\n\n',
  'a NUL in a header': `GET / HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`,
  'a space before the colon': 'GET / HTTP/1.1\r\nHost : status.test\r\n\r\n',
  'a folded header': `GET / HTTP/1.1\r\n${host}X-A: a\r\n b\r\n\r\n`,
  'no Host at all': 'GET / HTTP/1.1\r\n\r\n',
  'a method that is none': `BREW / HTTP/1.1\r\n${host}\r\n`,
  'HTTP/2 without asking': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  TLS: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a chunk whose length is none': `${post}${chunked}\r\nzz\r\nabc\r\n0\r\n\r\n`,
}
for (const [what, bytes] of Object.entries(unreadable)) {
  test(`on the wire, ${what} is 400, once, and the connection ends`, async () => {
    const said = await say(bytes)
    assert.deepEqual(statusesIn(said), [400])
    assert.match(said, /^Connection: close\r$/im)
  })
}

test('what is no HTTP is answered as problem JSON with our headers, and names neither server nor version', async () => {
  const said = await say(unreadable['two lengths'] ?? '')
  assert.match(said, /^content-type: application\/problem\+json\r$/im)
  assert.match(said, /^x-content-type-options: nosniff\r$/im)
  assert.match(said, /^content-security-policy: default-src 'none'/im)
  assert.match(said, /"request_id":"[\da-f-]{36}"/)
  assert.doesNotMatch(said, /^(server|x-powered-by):|fastify|node/im)
})

test('headers of more than 16 KiB are 431, however they are cut', async () => {
  const wide = 'a'.repeat(17_000)
  const many = 'a: b\r\n'.repeat(2_800)
  for (const head of [`GET / HTTP/1.1\r\n${host}X-A: ${wide}`, `GET /${wide} HTTP/1.1\r\n${host.trim()}`]) {
    assert.deepEqual(statusesIn(await say(`${head}\r\n\r\n`)), [431])
  }
  assert.deepEqual(statusesIn(await say(`GET / HTTP/1.1\r\n${host}${many}\r\n`)), [431])
  const just = 'a'.repeat(15_000)
  assert.deepEqual(
    statusesIn(await say(`GET / HTTP/1.1\r\n${host}X-A: ${just}\r\nConnection: close\r\n\r\n`)),
    [200],
  )
})

test('chunk extensions without end are cut', async () => {
  assert.deepEqual(
    statusesIn(await say(`${post}${chunked}\r\n1;${'a'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`)),
    [413],
  )
})

test('requests sent in one go are answered one by one and in order', async () => {
  const said = await say(
    `GET /livez HTTP/1.1\r\n${host}\r\n${second}GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  )
  assert.deepEqual(statusesIn(said), [200, 404, 200])
})

test('methods that nobody serves change nothing, tell nothing and open nothing', async () => {
  for (const method of ['TRACE', 'OPTIONS', 'PROPFIND', 'PUT', 'DELETE', 'PATCH']) {
    const said = await say(
      `${method} / HTTP/1.1\r\n${host}X-Secret: c0nfidential\r\nConnection: close\r\n\r\n`,
    )
    assert.deepEqual(statusesIn(said), [404], method)
    assert.doesNotMatch(said, /c0nfidential/)
  }
  const tunnel = await say(`CONNECT evil.test:443 HTTP/1.1\r\n${host}\r\n`)
  assert.equal(tunnel, '')
  const socket = await say(`GET / HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`)
  assert.deepEqual(statusesIn(socket), [200])
})
