import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeClient } from './client.ts'

const allow = ['127.0.0.1']
const soon = 400

/** Starts a server on this machine and answers where it listens; everything it holds ends with the test. */
async function listening(t: TestContext, server: Server | TcpServer, host = '127.0.0.1', port = 0) {
  const open = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {})
  })
  server.listen(port, host)
  await once(server, 'listening')
  t.after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function httpAt(t: TestContext, answer: RequestListener) {
  return `http://127.0.0.1:${await listening(t, createServer(answer))}/deploy`
}

/** Answers whatever comes with these bytes, HTTP or not. */
async function bytesAt(t: TestContext, bytes: string) {
  const server = createTcpServer((socket) => void socket.on('data', () => socket.write(bytes)))
  return `http://127.0.0.1:${await listening(t, server)}/`
}

const post = (url: string, more: Partial<Parameters<typeof makeClient>[0]> = {}) =>
  makeClient({ allow, timeout_ms: soon, ...more }).send({ url, method: 'POST', body: '{"a":1}' })

async function refusal(answer: ReturnType<typeof post>) {
  const said = await answer
  assert.ok('error' in said, `it was answered: ${JSON.stringify(said)}`)
  return said
}

test('a call arrives as it was meant, and the beginning of the answer is kept', async (t) => {
  let came: IncomingMessage | undefined
  let body = ''
  const url = await httpAt(t, async (request, response) => {
    came = request
    for await (const chunk of request) body += chunk
    response.writeHead(202, { 'retry-after': '7' }).end('taken')
  })
  const client = makeClient({ allow })
  const said = await client.send({ url, method: 'POST', headers: { 'x-own': 'yes' }, body: '{"a":1}' })
  assert.ok('status' in said && 'headers' in said)
  assert.deepEqual([said.status, said.headers['retry-after'], said.body_excerpt], [202, '7', 'taken'])
  assert.deepEqual([came?.method, came?.headers['x-own'], body], ['POST', 'yes', '{"a":1}'])
  assert.equal(came?.headers['accept-encoding'], 'identity')
})

test('whether an artifact is there is asked without fetching it', async (t) => {
  let method: string | undefined
  const url = await httpAt(t, (request, response) => {
    method = request.method
    response.writeHead(404).end()
  })
  const said = await makeClient({ allow }).head(url)
  assert.deepEqual([method, said.status], ['HEAD', 404])
})

test('a receiver that hangs, or drips its headers, is left in time', async (t) => {
  const hanging = await httpAt(t, () => {})
  assert.equal((await refusal(post(hanging))).error, 'There was no answer within 0.4 seconds.')
  const dripping = createTcpServer((socket) => {
    const timer = setInterval(() => socket.write('x'), 20)
    socket.write('HTTP/1.1 200 OK\r\nx-long: ')
    socket.on('close', () => clearInterval(timer))
  })
  const url = `http://127.0.0.1:${await listening(t, dripping)}/`
  assert.equal((await refusal(post(url))).permanent, false)
})

test('a receiver that drips its body is left in time, and what it said by its status counts', async (t) => {
  const url = await httpAt(t, (_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  })
  assert.equal((await post(url)).status, 200)
})

test('a name that is never found out is left in time', async () => {
  const never = () => new Promise<never>(() => {})
  assert.match((await refusal(post('http://deploy.example/', { resolve: never }))).error, /no answer within/)
})

test('an answer of any size costs next to nothing', async (t) => {
  let written = 0
  const closed = Promise.withResolvers<void>()
  const url = await httpAt(t, (_, response) => {
    response.writeHead(200, { 'content-length': String(10 * 1024 ** 3) })
    const more = () => {
      while (!response.destroyed) {
        written += 64 * 1024
        if (!response.write('0123456789abcdef'.repeat(4096))) return void response.once('drain', more)
      }
    }
    response.on('close', closed.resolve)
    more()
  })
  const said = await post(url, { timeout_ms: 15_000 })
  await closed.promise
  assert.equal(said.status, 200)
  assert.equal(said.body_excerpt?.length, 2048)
  assert.ok(written < 32 * 1024 ** 2, `${written} bytes were taken`)
})

test('an answer is never unpacked, and what no store takes is not kept', async (t) => {
  const url = await httpAt(t, (_, response) => response.writeHead(200).end('a\u0000b\u001b[31m\r\nü'))
  assert.equal((await post(url)).body_excerpt, 'a\ufffdb\ufffd[31m\ufffd\nü')
})

test('a text is fetched whole or not at all: not cut, not broken off, from nowhere else', async (t) => {
  const text = (url: string, more = {}) => makeClient({ allow, timeout_ms: soon, ...more }).text?.(url)
  const pem = `-----BEGIN-----\r\n${'ü'.repeat(20_000)}\r\n`
  const answering = (answer: RequestListener) => httpAt(t, answer)
  let method: string | undefined
  const right = await answering((request, response) => {
    method = request.method
    response.end(pem)
  })
  assert.deepEqual([await text(right), method], [{ text: pem }, 'GET'])
  const wrong: [RequestListener, RegExp][] = [
    [(_, response) => response.end('x'.repeat(65 * 1024)), /more than 64 KiB/],
    [(_, response) => response.writeHead(404).end(pem), /answered 404/],
    [(_, response) => response.writeHead(204).end(), /answered 204/],
    [(_, response) => response.writeHead(302, { location: right }).end(), /does not follow/],
    [(_, response) => response.writeHead(200).write('half'), /no answer within/],
    [
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
      },
      /broke off before its answer was whole/,
    ],
  ]
  for (const [answer, words] of wrong) {
    const said = await text(await answering(answer))
    assert.ok(said && 'error' in said, JSON.stringify(said)?.slice(0, 100))
    assert.match(said.error, words)
  }
  const inside = await text(right, { allow: [] })
  assert.ok(inside && 'error' in inside && /not on the open internet/.test(inside.error))
})

test('headers without end are not read', async (t) => {
  const url = await bytesAt(t, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)
  assert.match((await refusal(post(url))).error, /more headers than are read/)
})

test('a redirect is not followed, wherever it leads', async (t) => {
  let followed = 0
  const inside = await httpAt(t, (_, response) => {
    followed += 1
    response.end()
  })
  for (const location of [
    `${inside}?token=canary`,
    '//ada:canary@x.example/#canary',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
  ]) {
    for (const status of [301, 302, 307, 308]) {
      const url = await httpAt(t, (_, response) => response.writeHead(status, { location }).end())
      const { error, permanent, status: said } = await refusal(post(url))
      assert.match(error, /sends callers on.*does not follow/)
      assert.doesNotMatch(error, /canary/)
      assert.deepEqual([permanent, said], [true, status])
    }
  }
  assert.equal(followed, 0)
})

test('addresses inside are refused, as literals in any dress and behind names', async (t) => {
  let came = 0
  const port = await listening(
    t,
    createServer((_, response) => {
      came += 1
      response.end()
    }),
  )
  const guarded = { allow: [] }
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::ffff:127.0.0.1]',
    '0',
    '[::1]',
    '127.0.0.1.',
  ]) {
    const { error, permanent } = await refusal(post(`http://${host}:${port}/`, guarded))
    assert.match(error, /not on the open internet.*SHIPLOG_OUTBOUND_ALLOW/, host)
    assert.equal(permanent, true)
  }
  for (const inside of ['127.0.0.1', '169.254.169.254', '10.0.0.1', '::ffff:127.0.0.1']) {
    const resolve = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: inside, family: inside.includes(':') ? 6 : 4 },
    ]
    const { error } = await refusal(post(`http://deploy.example:${port}/`, { ...guarded, resolve }))
    assert.match(error, new RegExp(`deploy.example leads to ${inside}`))
  }
  assert.match((await refusal(post('http://localhost/', guarded))).error, /localhost leads to/)
  assert.equal(came, 0)
})

test('a name that changes its address after the check is called where it was checked, or not at all', async (t) => {
  const came: string[] = []
  const named = (name: string) =>
    createServer((request, response) => {
      came.push(`${name} as ${request.headers.host}`)
      response.end()
    })
  const port = await listening(t, named('checked'))
  await listening(t, named('inside'), '127.0.0.2', port)
  const answers = ['127.0.0.1', '127.0.0.2']
  const resolve = async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }]
  const client = makeClient({ allow, resolve })
  const url = `http://deploy.example:${port}/`
  assert.equal((await client.send({ url, method: 'POST' })).status, 200)
  const second = await client.send({ url, method: 'POST' })
  assert.match('error' in second ? second.error : '', /leads to 127\.0\.0\.2/)
  assert.deepEqual(came, [`checked as deploy.example:${port}`])
})

test('where a connection ended up is looked at once more', async (t) => {
  let came = 0
  const port = await listening(
    t,
    createServer((_, response) => {
      came += 1
      response.end()
    }),
  )
  // the system leads 0.0.0.0 to 127.0.0.1, which nobody allowed
  const { error } = await refusal(post(`http://0.0.0.0:${port}/`, { allow: ['0.0.0.0'] }))
  assert.match(error, /ended up at an address/)
  assert.equal(came, 0)
})

const never: [string, RegExp][] = [
  ['file:///etc/passwd', /begin with https/],
  ['gopher://example.com/', /begin with https/],
  ['data:text/plain,x', /begin with https/],
  ['http://ada:secret@example.com/', /user name or a password/],
  ['http://example.com:25/', /Port 25/],
  ['https://example.com:6379/', /Port 6379/],
  ['http://', /not an address/],
  ['deploy', /not an address/],
  ['', /not an address/],
]
test('what is no address of a receiver is never called', async () => {
  for (const [url, words] of never) {
    const { error, permanent } = await refusal(post(url))
    assert.match(error, words, url)
    assert.equal(permanent, true)
  }
})

test('nobody adds a header that would change whom or what is called', async () => {
  const client = makeClient({ allow })
  const wrong = [{ host: 'x' }, { 'Content-Length': '1' }, { 'x\r\ny': '1' }, { x: 'a\r\nb: c' }, { '': 'x' }]
  for (const headers of wrong as unknown as Record<string, string>[]) {
    const said = await refusal(client.send({ url: 'http://127.0.0.1:9/', method: 'POST', headers }))
    assert.match(said.error, /cannot be sent/)
  }
})

test('what is no HTTP, breaks off or is not there is said in words', async (t) => {
  assert.match((await refusal(post(await bytesAt(t, 'SSH-2.0-OpenSSH_9\r\n')))).error, /does not speak HTTP/)
  const cutting = createTcpServer((socket) => void socket.on('data', () => socket.destroy()))
  const cut = `http://127.0.0.1:${await listening(t, cutting)}/`
  assert.match((await refusal(post(cut))).error, /closed the connection before it answered/)
  const gone = createServer()
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  const said = await refusal(post(`http://127.0.0.1:${port}/`))
  assert.deepEqual([said.error, said.permanent], [`Nothing listens at 127.0.0.1:${port}.`, false])
  const resolve = async () => Promise.reject(Object.assign(new Error('secret'), { code: 'ENOTFOUND' }))
  assert.match(
    (await refusal(post('http://nowhere.example/', { resolve }))).error,
    /nowhere\.example was not/,
  )
})

test('a certificate that nobody vouches for is not trusted, and plain HTTP is no TLS', async (t) => {
  const pem = readFileSync(join(import.meta.dirname, 'fixtures/self-signed.pem'))
  let came = 0
  const server = createTlsServer({ key: pem, cert: pem }, (_, response) => {
    came += 1
    response.end()
  })
  const port = await listening(t, server)
  const { error, permanent } = await refusal(post(`https://127.0.0.1:${port}/`))
  assert.match(error, /signed by nobody but itself/)
  assert.deepEqual([permanent, came], [false, 0])
  const plain = (await httpAt(t, (_, response) => response.end())).replace('http:', 'https:')
  assert.match((await refusal(post(plain))).error, /does not speak TLS/)
})
