import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, createServer as createWire, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

export type Stoppable = { stop(): Promise<void> }

/** One request as a tool sent it; header names are lower case. */
export type Recorded = {
  method: string
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: string
}

/** A Shiplog that hangs: it takes connections and whatever comes over them, and never answers. */
export async function hangs() {
  let taken = 0
  const wire = createWire((socket) => {
    taken += 1
    socket.on('error', () => {}).resume()
  })
  /** Waits until so many have come. */
  async function heard(count: number) {
    while (taken < count) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { ...(await listening(wire)), taken: () => taken, heard }
}

/** A Shiplog that falls over: it takes connections and closes them at once. */
export async function closes() {
  return listening(createWire((socket) => socket.on('error', () => {}).destroy()))
}

/** An origin where nothing listens: a port that was free a moment ago. */
export async function nowhere() {
  const { origin, stop } = await listening(createWire())
  await stop()
  return origin
}

/**
 * A proxy that passes everything on and keeps what it saw. With KEEP_REQUESTS=FOLDER in the environment each request is
 * also written there, named after `name`, ready to become a fixture once it says what is expected.
 */
export async function records(target: string, name: string) {
  const seen: Recorded[] = []
  const server = createServer(async (incoming, reply) => {
    const body = await buffer(incoming)
    const { method = 'GET', url = '/', headers } = incoming
    const [path = '/', query = ''] = url.split('?')
    seen.push({ method, path, query, headers, body: body.toString() })
    keep(seen, name)
    const { host: _, 'transfer-encoding': __, expect: ___, ...rest } = headers
    const passed = { ...rest, 'content-length': String(body.length) }
    const onward = request(target + url, { method, headers: passed }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply)
    })
    onward.on('error', () => reply.writeHead(502).end())
    onward.end(body)
  })
  return { ...(await listening(server)), seen }
}

function keep(seen: readonly Recorded[], name: string) {
  const last = seen.at(-1)
  const { KEEP_REQUESTS } = process.env
  if (!KEEP_REQUESTS || !last) return
  const from = `captured from the real tool: ${name}`
  const file = join(KEEP_REQUESTS, `${name}-${seen.length}.json`)
  writeFileSync(file, `${JSON.stringify({ from, ...asFixture(last) }, null, 2)}\n`)
}

/**
 * What is kept of a request as a fixture: nothing that lets somebody in, and nothing of this machine. Its path is what
 * stands behind the source's own address.
 */
export function asFixture({ method, path, query, headers, body }: Recorded) {
  const { authorization: _, host: __, connection: ___, 'content-length': ____, ...kept } = headers
  const behind = path === '/api/v1/events' ? '' : path.replace(/^\/hooks\/[^/]+/, '')
  const asked = { ...(method !== 'POST' && { method }), ...(behind && { path: behind }) }
  return {
    ...asked,
    ...(query && { query: Object.fromEntries(new URLSearchParams(query)) }),
    headers: kept,
    body: asJson(body),
  }
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

async function listening(server: Server) {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => open.add(socket.on('close', () => open.delete(socket))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of open) socket.destroy()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}
