import assert from 'node:assert/strict'
import { type AddressInfo, connect } from 'node:net'
import { after, test } from 'node:test'
import { createToken } from '../accounts/tokens.ts'
import { startWithFront } from '../testing/front.ts'
import { northwind } from '../testing/northwind.ts'
import { once } from '../testing/world.ts'

const { ship } = await northwind()
const server = await startWithFront(ship)
const { port } = server.app.server.address() as AddressInfo
const cli = ship.as({ kind: 'cli', id: null, name: 'command line' })
const { token } = await createToken(cli, { name: 'crowd', scopes: ['admin'] })
after(() => server.close())

/** Connects and asks for one thing; says how the answer begins. */
function come(path: string, headers = '') {
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: status.test\r\n${headers}\r\n`),
  )
  const said = new Promise<string>((resolve) =>
    socket.once('data', (data) => resolve(`${data}`.slice(0, 12))),
  )
  return { said, end: () => socket.destroy() }
}

/** How many of a crowd of 200 that connects at once are answered before a reader who connects right after them. */
async function answeredFirst() {
  await server.ask('/')
  const crowd = Array.from({ length: 200 }, () =>
    come('/api/v1/journal', `Authorization: Bearer ${token}\r\n`),
  )
  let answered = 0
  for (const { said } of crowd) {
    said.then((status) => {
      if (status === 'HTTP/1.1 200') answered += 1
    })
  }
  const reader = come('/')
  assert.equal(await reader.said, 'HTTP/1.1 200')
  const first = answered
  for (const { end } of [...crowd, reader]) end()
  return first
}

test('a reader who connects after a crowd does not wait until the crowd is answered', once, async () => {
  const first = await answeredFirst()
  assert.ok(first < 100, `${first} of 200 came first`)
})

test(
  'when the line is not told of new connections the reader does wait, which the same crowd sees',
  once,
  async () => {
    server.app.server.off('connection', server.front.line.welcome)
    const first = await answeredFirst()
    assert.ok(first >= 100, `${first} of 200 came first`)
  },
)
