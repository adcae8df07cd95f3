import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { asking, attacked, percentile } from './attacked.ts'

const heads: [head: string, drip: string][] = [
  ['', ''],
  ['GET / HTTP/1.1\r\nHost: status.test\r\nX-A: ', 'a'],
  ['POST /login HTTP/1.1\r\nHost: status.test\r\nContent-Length: 5000\r\n\r\n', 'a'],
  ['POST /hooks/x HTTP/1.1\r\nHost: status.test\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'],
]

/** Opens connections that are slow on purpose; how long (seconds) each was let be. */
async function besiege(port: number, count: number) {
  const cut: number[] = []
  const sockets = Array.from({ length: count }, (_, at) => {
    const [head = '', drip = ''] = heads[at % heads.length] ?? []
    const began = performance.now()
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    const timer = setInterval(() => drip && socket.write(drip), 1_000)
    socket.resume() // without a reader it would never hear of the end
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      cut.push((performance.now() - began) / 1000)
    })
    return socket
  })
  await pause(500)
  return { cut, end: () => sockets.map((socket) => socket.destroy()) }
}

/** Readers come one after the other while the siege lasts. */
async function readers(port: number, until: () => boolean) {
  const { ask, end } = asking(port)
  const took: number[] = []
  for (const limit = Date.now() + 20_000; !until() && Date.now() < limit; await pause(10)) {
    const answer = await ask('/')
    assert.equal(answer.status, 200)
    took.push(answer.took)
  }
  end()
  return took
}

async function siege(t: TestContext, count: number, ...without: string[]) {
  const { port, isAlive } = await attacked(t, ...without)
  const slow = await besiege(port, count)
  const took = await readers(port, () => slow.cut.length === count)
  const cut = slow.cut.length
  const longest = Math.max(0, ...slow.cut)
  slow.end()
  assert.ok(isAlive())
  return { cut, longest, p99: percentile(took, 99), asked: took.length }
}

test('four thousand clients that are slow on purpose are cut within 15 s, and readers wait no longer', {
  timeout: 60_000,
}, async (t) => {
  const { cut, longest, p99, asked } = await siege(t, 4_000)
  t.diagnostic(
    `${cut} cut, the last after ${longest.toFixed(1)} s; ${asked} readers, p99 ${p99.toFixed(1)} ms`,
  )
  assert.equal(cut, 4_000)
  assert.ok(longest <= 15, `the last was cut after ${longest} s`)
  assert.ok(p99 <= 25, `p99 of readers was ${p99} ms`)
})

test('without a limit on how long a request may take they are still there, which the same siege sees', {
  timeout: 60_000,
}, async (t) => {
  const { cut } = await siege(t, 200, '--no-patience')
  assert.ok(cut < 200, 'all were cut')
})
