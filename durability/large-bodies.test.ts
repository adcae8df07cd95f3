import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { asking, attacked } from './attacked.ts'

const whole = 10_000_000
const part = Buffer.alloc(64 * 1024, 'a')
const framed = Buffer.concat([Buffer.from('10000\r\n'), part, Buffer.from('\r\n')])

/** Posts ten megabytes as fast as they are taken, until there is an answer or an end; the answer's status. */
function pour(port: number, path: string, chunked: boolean): Promise<number> {
  return new Promise((resolve) => {
    let said = ''
    const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${whole}`
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: status.test\r\nOrigin: http://status.test\r\nContent-Type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n`,
      )
      more()
    })
    const more = () => {
      while (!socket.destroyed && socket.bytesWritten < whole)
        if (!socket.write(chunked ? framed : part)) return void socket.once('drain', more)
    }
    socket.on('data', (bytes) => {
      said += bytes
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(Number(/HTTP\/1\.1 (\d+)/.exec(said)?.[1] ?? 0)))
  })
}

test('a thousand bodies of ten megabytes take no memory', { timeout: 120_000 }, async (t) => {
  const { port, memory, source, isAlive } = await attacked(t)
  const { ask, end } = asking(port)
  t.after(end)
  await ask('/')
  const paths = ['/login', '/api/v1/events', `/hooks/${source}`, '/api/v1/incidents']
  const round = () =>
    Promise.all(Array.from({ length: 50 }, (_, at) => pour(port, paths[at % 4] ?? '/', at % 8 > 3)))
  for (let rounds = 0; rounds < 3; rounds += 1) await round() // what the runtime takes once: 50 MiB, and no more after it
  const before = memory()
  let most = before
  const statuses = new Map<number, number>()
  for (let rounds = 0; rounds < 20; rounds += 1) {
    for (const status of await round()) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    most = Math.max(most, memory())
    assert.equal((await ask('/')).status, 200)
  }
  const more = (most - before) / 2 ** 20
  t.diagnostic(
    `answered ${JSON.stringify([...statuses])}, 0 is a connection that ended before its answer was read; ${more.toFixed(1)} MiB more at most`,
  )
  assert.deepEqual(
    [...statuses.keys()].filter((status) => ![0, 401, 413].includes(status)),
    [],
  )
  assert.ok((statuses.get(413) ?? 0) >= 500)
  assert.ok(more <= 50, `${more} MiB more`)
  assert.ok(isAlive())
})
