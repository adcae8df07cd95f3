import { connect, type Socket } from 'node:net'

export type Answered = { key: string; status: number; body: string; headers: string }

type Given = {
  origin: string
  authorization: string
  /** What is posted under a key. */
  bodyFor(key: string): object
  /** Told of each answer that came whole. */
  answered(answer: Answered): void
  /** How many connections post, and how many posts each has under way: the next group goes out after its answers. */
  connections?: number
  at_once?: number
  prefix?: string
  /** The longest that a connection waits between groups, milliseconds. */
  pause?: number
}

/**
 * Posts events as fast as they are taken, over connections that stay open and with several posts under way on each:
 * plain bytes on a socket, because the machine's time is for the server. A connection that breaks is not made anew.
 */
export function keepPosting(given: Given) {
  const { connections = 16, at_once = 4, prefix = '' } = given
  const tried = new Set<string>()
  let over = false
  const lines = Array.from({ length: connections }, (_, line) =>
    postOn(given, {
      over: () => over,
      next: (number) => {
        const keys = Array.from({ length: at_once }, (_, at) => `${prefix}${line}-${number * at_once + at}`)
        for (const key of keys) tried.add(key)
        return keys
      },
    }),
  )
  return {
    /** Every key that was sent, answered or not. */
    tried,
    /** Resolves when every connection has ended, by itself or after `stop`. */
    ended: Promise.all(lines),
    /** Lets the answers under way come, then ends. */
    async stop() {
      over = true
      await Promise.all(lines)
    },
  }
}

type Line = { over(): boolean; next(number: number): string[] }

function postOn(given: Given, line: Line): Promise<void> {
  const { hostname, port } = new URL(given.origin)
  const socket = connect(Number(port), hostname.replace('localhost', '127.0.0.1'))
  socket.setNoDelay(true)
  let waiting: string[] = []
  let number = 0
  let come = ''
  const more = () => {
    if (line.over()) return socket.end()
    waiting = line.next(number++)
    socket.write(waiting.map((key) => request(given, hostname, key)).join(''))
  }
  socket.on('connect', more)
  socket.on('data', (bytes) => {
    come += bytes.toString('latin1')
    for (let answer = firstOf(come); answer; answer = firstOf(come)) {
      come = come.slice(answer.length)
      given.answered({ key: waiting.shift() ?? '', ...answer })
      if (waiting.length === 0) setTimeout(more, Math.random() * (given.pause ?? 0))
    }
  })
  return ended(socket)
}

function request({ authorization, bodyFor }: Given, host: string, key: string): string {
  const body = JSON.stringify(bodyFor(key))
  const head = `POST /api/v1/events HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}\r\n`
  return `${head}content-type: application/json\r\nidempotency-key: ${key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** The first answer in what has come, when all of it has. */
function firstOf(come: string) {
  const end = come.indexOf('\r\n\r\n')
  if (end < 0) return null
  const headers = come.slice(0, end)
  const length = end + 4 + Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? 0)
  if (come.length < length) return null
  return { status: Number(headers.slice(9, 12)), headers, body: come.slice(end + 4, length), length }
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {}) // it died with the server, and `close` follows
    socket.on('close', () => resolve())
  })
}
