import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, type RequestListener } from 'node:http'
import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import type { Journal } from './journal/follow.ts'
import { hidesSomething, isPublicLine } from './journal/journal.ts'
import { answerReady, sendRendering } from './platform/answering.ts'
import { type App, hasReadableHost, namesTwoHosts, originFor } from './platform/http.ts'
import { type Line, makeLine } from './platform/line.ts'
import { Refusal } from './platform/refusal.ts'
import type { RenderingFiles } from './platform/rendering-files.ts'
import { forget, keyOf, type Most, makeRenderings, outdate, type Renderings } from './platform/renderings.ts'
import { renderingFor } from './platform/renewing.ts'
import { shedOne } from './platform/shedding.ts'

export type Front = ReturnType<typeof makeFront>

type Given = {
  now: () => Date
  /** The public origin that is set, if any. */
  url: string | null
  /** Where the newest renderings are kept for bad days, if anywhere. */
  files: RenderingFiles | null
  journal: Journal
  /** By hundreds of statuses, what was answered without a step of the framework. */
  answered?: number[]
  /** Where what has to be worked out waits. */
  line?: Line
  /** How many answers, and how many bytes of them, are kept ready; as many as a server has room for, unless it is said. */
  most?: Most
}

/**
 * What stands before the server: answers of routes that are `kept` are rendered by asking the server itself, once
 * for each change in the journal, and written from memory from then on without a step of the framework.
 */
export function makeFront({ now, url, files, journal, answered = [], line = makeLine(), most }: Given) {
  const rendering = new AsyncLocalStorage<{ origin: string }>()
  let server: App | undefined
  const renderings = makeRenderings({
    now,
    files,
    origin: url,
    most,
    home: () => url ?? localOrigin(server),
    log: { warn: (detail, words) => server?.log.warn(detail, words) },
    render: (address, origin) => rendering.run({ origin }, () => ask(server, address, origin)),
  })
  journal.on((lines) => {
    if (lines.some(hidesSomething)) forget(renderings)
    else if (lines.some(isPublicLine)) outdate(renderings)
  })

  function attach(app: App) {
    server = app
    app.addHook('preClose', async () => {
      renderings.closed = true
    })
    app.addHook('onRequest', async (request, reply) => {
      const inside = rendering.getStore()
      if (inside) request.reader_origin = inside.origin
      const address = inside || !isReadable(request) ? null : addressOf(request)
      if (address === null) return
      refuseCrowd(renderings, address, originFor(request, url))
      const made = await renderingFor(renderings, address, originFor(request, url))
      if (!made) return // it is nothing to keep: answered as any other request is
      reply.hijack()
      await sendRendering(renderings, request.raw, reply.raw, made)
    })
  }

  return {
    renderings,
    attach,
    line,
    serverFactory: factoryFor(renderings, answered, line),
    /** Renders an address if that is due, for nobody in particular. */
    refresh: (address: string) => renderingFor(renderings, address, renderings.home()),
  }
}

const isReadable = (request: FastifyRequest) => hasReadableHost(request) && !namesTwoHosts(request.raw)

/** What is under way at once; a crowd that makes up addresses then keeps readers from no page that there is. */
const mostAtOnce = 100

function refuseCrowd(kept: Renderings, address: string, origin: string) {
  const { ready, making } = kept
  const key = keyOf(kept, address, origin)
  if (making.size < mostAtOnce || making.has(key) || ready.has(key)) return
  throw new Refusal(
    'busy',
    'More pages are asked for than can be made at once. Please try again in a moment.',
  )
}

/** Node's own server as Fastify would make it, with the renderings before it. */
function factoryFor(renderings: Renderings, answered: number[], line: Line) {
  return (handler: RequestListener, options: FastifyServerOptions & { http?: object }) => {
    const server = createServer(options.http ?? {}, (request, response) => {
      const isBare = answerReady(renderings, request, response) || shedOne(line, request, response)
      if (!isBare) return handler(request, response)
      const hundreds = Math.floor(response.statusCode / 100)
      answered[hundreds] = (answered[hundreds] ?? 0) + 1
    })
    server.on('connection', line.welcome)
    server.keepAliveTimeout = options.keepAliveTimeout ?? 0
    server.requestTimeout = options.requestTimeout ?? 0
    server.setTimeout(options.connectionTimeout ?? 0)
    return server
  }
}

async function ask(server: App | undefined, address: string, origin: string) {
  if (!server) throw new Error('The server is not there yet.')
  const { host } = new URL(origin)
  const { statusCode, headers, body } = await server.inject({
    method: 'GET',
    url: address,
    headers: { host },
  })
  return { status: statusCode, content: { headers, body } }
}

/** The one spelling of a kept address, with the parameters that change the answer; null for any other request. */
function addressOf({ routeOptions, method, headers, params, query }: FastifyRequest): string | null {
  const { kept } = routeOptions.config
  if (!kept || !routeOptions.url || headers.authorization !== undefined) return null
  if (method !== 'GET' && method !== 'HEAD') return null
  const given = params as Record<string, string>
  // as a part of an address they lead to another one, and its page would be kept as this one's
  if (Object.values(given).some((part) => part === '.' || part === '..')) return null
  const path = routeOptions.url.replace(/:(\w+)/g, (_, name) => encodeURIComponent(given[name] ?? ''))
  const asked = new URLSearchParams()
  for (const name of kept.query ?? []) {
    const value = (query as Record<string, unknown>)[name]
    if (value === undefined || value === '') continue
    if (typeof value !== 'string' || value.length > longestValue) return null
    asked.append(name, value)
  }
  return asked.size > 0 ? `${path}?${asked}` : path
}

const longestValue = 200

function localOrigin(server: App | undefined) {
  const address = server?.server.address()
  return `http://localhost:${typeof address === 'object' ? (address?.port ?? 80) : 80}`
}
