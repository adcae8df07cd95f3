import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { createToken } from '../accounts/tokens.ts'
import { startWithFront } from '../testing/front.ts'
import { world } from '../testing/world.ts'

const senders = 32

test('senders that post at the same time over connections of their own share commits', async (t) => {
  const ship = await world()
  const server = await startWithFront(ship)
  t.after(() => server.close())
  const cli = ship.as({ kind: 'cli', id: null, name: 'command line' })
  const { token } = await createToken(cli, { name: 'ci', scopes: ['releases:write'] })
  const { port } = server.app.server.address() as AddressInfo
  const post = (run: number) => {
    const body = JSON.stringify({ type: 'release.started', run: String(run), service: 'x', version: '1' })
    const head = `POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n`
    return `${head}content-length: ${body.length}\r\n\r\n${body}`
  }
  const sockets = Array.from({ length: senders }, () => connect(port, '127.0.0.1'))
  const said = async (round: number) => {
    const answers = sockets.map((socket) => once(socket, 'data'))
    for (const [place, socket] of sockets.entries()) socket.write(post(round * senders + place))
    return (await Promise.all(answers)).map(([bytes]) => String(bytes).slice(9, 12))
  }
  await said(0) // every connection is open, and the token is noted as used
  let commits = 0
  server.journal.on(() => {
    commits += 1
  })
  assert.deepEqual(new Set(await said(1)), new Set(['202']))
  assert.ok(commits <= senders / 2, `${commits} commits for ${senders} deliveries`)
  for (const socket of sockets) socket.destroy()
})
