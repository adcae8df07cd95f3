import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { makeIntake } from '../ingest/intake.ts'
import type { Verified } from '../ingest/model.ts'
import { operators } from '../platform/line.ts'
import { Refusal } from '../platform/refusal.ts'
import { startWithFront } from '../testing/front.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { world } from '../testing/world.ts'

type Server = Awaited<ReturnType<typeof startWithFront>>
const started: Server[] = []
after(async () => {
  for (const server of started) await server.close()
})

async function shop() {
  const { ship } = await northwind()
  const server = await startWithFront(ship)
  started.push(server)
  return { ...server, ship, port: (server.app.server.address() as AddressInfo).port }
}

test('when more is asked for than can be answered, pages that are ready are, and the rest is told when to come again', async () => {
  const { ask, app, ship } = await shop()
  const { token } = await startTestApp(ship)
  const authorization = await token('admin')
  assert.equal((await ask('/')).status, 200)
  const crowd = Array.from({ length: 300 }, () =>
    app.inject({ url: '/api/v1/journal', headers: { authorization } }),
  )
  const pages = await Promise.all(Array.from({ length: 20 }, () => ask('/')))
  assert.ok(pages.every(({ status }) => status === 200))
  const answers = await Promise.all(crowd)
  const refused = answers.filter(({ statusCode }) => statusCode === 503)
  assert.ok(refused.length > 0 && refused.length < 300, `${refused.length} of 300 were refused`)
  for (const { headers, body } of refused) {
    assert.equal(headers['retry-after'], '10')
    assert.match(String(headers['content-type']), /^application\/problem\+json/)
    assert.equal(JSON.parse(body).status, 503)
    assert.ok(headers['content-security-policy'])
  }
  assert.ok(answers.every(({ statusCode }) => statusCode === 200 || statusCode === 503))
  assert.equal((await ask('/api/v1/journal', { authorization })).status, 200) // the crowd has gone
})

test('while the line is full, operators and programs are told so without a step of the framework, and tools are not', async () => {
  const { front, ask } = await shop()
  await ask('/')
  const leaves = await Promise.all(Array.from({ length: 32 }, () => front.line.enter(operators)))
  const waiting = Array.from({ length: 100 }, () => front.line.enter(operators))
  for (const [path, headers] of [
    ['/admin/incidents', {}],
    ['/api/v1/journal', { authorization: 'Bearer x' }],
  ] as const) {
    const answer = await ask(path, headers)
    assert.deepEqual(
      [answer.status, answer.headers['retry-after'], answer.headers['cache-control']],
      [503, '10', 'no-store'],
    )
    assert.match(
      String(answer.headers['content-type']),
      path === '/admin/incidents' ? /^text\/html/ : /^application\/problem/,
    )
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'/)
  }
  assert.equal((await ask('/')).status, 200)
  assert.equal((await ask('/livez')).status, 200)
  assert.equal((await ask('/api/v1/events', { authorization: 'Bearer x' }, 'POST')).status, 401)
  for (const leave of leaves) leave()
  for (const one of waiting) (await one)()
  assert.equal((await ask('/api/v1/journal', { authorization: 'Bearer x' })).status, 401)
})

test('a crowd that makes up addresses grows nothing, keeps nobody from the page, and is refused where it is too large', async () => {
  const { app, ask, front } = await shop()
  await ask('/')
  const headers = { host: 'status.test', 'if-none-match': '"made-up"' }
  const made_up = Array.from({ length: 250 }, (_, at) => app.inject({ url: `/incidents/x${at}`, headers }))
  const pages = await Promise.all(Array.from({ length: 20 }, () => ask('/')))
  assert.ok(pages.every(({ status }) => status === 200))
  const statuses = (await Promise.all(made_up)).map(({ statusCode }) => statusCode)
  const count = (status: number) => statuses.filter((one) => one === status).length
  assert.deepEqual([count(404), count(503)], [100, 150])
  assert.deepEqual([front.renderings.ready.size, front.renderings.making.size], [1, 0])
})

test('passwords are tried two at a time, and a crowd at the door is told to come again', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await server.signedIn('viewer')
  const guess = async (at: number) => {
    const browser = server.newBrowser(`203.0.113.${at}`)
    await browser.get('/login')
    return (await browser.post('/login', { email: 'viewer1@example.com', password: 'not this one at all' }))
      .statusCode
  }
  const statuses = await Promise.all(Array.from({ length: 40 }, (_, at) => guess(at)))
  const count = (status: number) => statuses.filter((one) => one === status).length
  assert.ok(count(503) >= 10, `${count(503)} of 40 were refused`)
  assert.ok(count(422) + count(429) + count(401) >= 20)
})

test('a tool that floods is told to wait, and no other tool with it', async () => {
  const ship = await world()
  const intake = makeIntake()
  const say = async (source: string) => {
    const item = { source: { id: source }, scope: '' } as unknown as Verified // never read: it is about places alone
    return intake.take(ship, item).then(
      () => 'taken',
      (error) => (error instanceof Refusal ? error.code : 'tried'),
    )
  }
  const flood = Array.from({ length: 700 }, () => say('flood'))
  const others = ['a', 'b', 'c'].map(say)
  const told = await Promise.all(flood)
  assert.deepEqual(told.filter((one) => one !== 'tried').length, 199)
  assert.ok(told.every((one) => one === 'tried' || one === 'too-many'))
  assert.deepEqual(await Promise.all(others), ['tried', 'tried', 'tried'])
  intake.close()
})

/** A client that says this much and then nothing, or one more byte now and then; answers when it was cut. */
function slow(port: number, head: string, drip = '') {
  const socket: Socket = connect(port, '127.0.0.1', () => socket.write(head))
  const timer = setInterval(() => drip && socket.write(drip), 100)
  socket.resume() // without a reader it would never hear of the end
  socket.on('error', () => {})
  const cut = new Promise<void>((resolve) =>
    socket.on('close', () => {
      clearInterval(timer)
      resolve()
    }),
  )
  return { cut, end: () => socket.destroy() }
}

const slowly: Record<string, [head: string, drip?: string]> = {
  'says nothing': [''],
  'never ends its first line': ['GET /', 'a'],
  'never ends its headers': ['GET / HTTP/1.1\r\nHost: status.test\r\nX-A: ', 'a'],
  'never ends its body': ['POST /login HTTP/1.1\r\nHost: status.test\r\nContent-Length: 5000\r\n\r\n', 'a'],
  'never ends its chunks': [
    'POST /hooks/x HTTP/1.1\r\nHost: status.test\r\nTransfer-Encoding: chunked\r\n\r\n',
    '1\r\na\r\n',
  ],
}

test('the patience of the server is what the documentation says', async () => {
  const { app } = await shop()
  const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = app.server
  assert.deepEqual(
    [headersTimeout, requestTimeout, keepAliveTimeout, timeout],
    [8_000, 10_000, 5_000, 20_000],
  )
})

test('a thousand clients that are slow on purpose are cut, and nobody else notices', async () => {
  const { app, port, ask } = await shop()
  const { server } = app
  Object.assign(server, { headersTimeout: 600, requestTimeout: 900 }) // the same, in less time
  await ask('/')
  const clients = Array.from({ length: 1_000 }, (_, at) =>
    slow(port, ...(Object.values(slowly)[at % 5] ?? [''])),
  )
  let cut = 0
  const counted = () => {
    cut += 1
  }
  for (const client of clients) client.cut.then(counted)
  for (let count = 0; cut < 1_000 && count < 300; count += 1) {
    assert.equal((await ask('/')).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (const { end } of clients) end()
  assert.equal(cut, 1_000)
})

test('without that patience the slow ones are still there, as the test before would see', async () => {
  const { app, port } = await shop()
  Object.assign(app.server, { headersTimeout: 0, requestTimeout: 0 })
  let cut = 0
  const clients = Object.values(slowly)
    .slice(1)
    .map((how) => slow(port, ...how))
  const counted = () => {
    cut += 1
  }
  for (const client of clients) client.cut.then(counted)
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  assert.equal(cut, 0)
  for (const { end } of clients) end()
})

test('bodies of ten megabytes are refused without being read, whether they say how long they are or not', async () => {
  const { port } = await shop()
  const sent = await Promise.all(
    [true, false].flatMap((says) =>
      ['/login', '/hooks/none', '/api/v1/events'].map((path) => pour(port, path, says)),
    ),
  )
  for (const { status, bytes } of sent) {
    assert.equal(status, 413)
    assert.ok(bytes < 6_000_000, `${bytes} bytes were taken`)
  }
})

/** Sends ten megabytes as fast as they are taken; answers the status and how much was taken until then. */
function pour(port: number, path: string, says: boolean): Promise<{ status: number; bytes: number }> {
  const whole = 10_000_000
  const form = 'Origin: http://status.test\r\nContent-Type: application/x-www-form-urlencoded'
  const part = Buffer.alloc(50_000, 'a')
  const length = says ? `Content-Length: ${whole}` : 'Transfer-Encoding: chunked'
  return new Promise((resolve) => {
    let said = ''
    let over = false
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: status.test\r\n${form}\r\n${length}\r\n\r\n`)
      more()
    })
    function more() {
      while (!over && socket.bytesWritten < whole) {
        const piece = says ? part : Buffer.concat([Buffer.from('c350\r\n'), part, Buffer.from('\r\n')])
        if (!socket.write(piece)) return void socket.once('drain', more)
      }
    }
    const end = () => {
      over = true
      socket.destroy()
      resolve({
        status: Number(/HTTP\/1\.1 (\d+)/.exec(said)?.[1]),
        bytes: socket.bytesWritten - socket.writableLength,
      })
    }
    socket.on('data', (chunk) => {
      said += chunk
      end()
    })
    socket.on('error', end)
    socket.setTimeout(5_000, end)
  })
}
