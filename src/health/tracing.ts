import { setTimeout } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Client } from '../outbound/client.ts'
import type { Traced } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import type { Otel, Place, Span } from './otel.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span?: Span
  }
}

const [internal, server, client] = [0, 1, 2]
const failed = { code: 2 }
/** A collector that does not take the last spans does not hold a stop up for longer than this (milliseconds). */
const longest = 2_000

export type Tracing = {
  /** For what nobody asked for: jobs. */
  root: Traced
  /** A span for each request that takes a step of the framework, and in it one for each transaction. */
  watch(app: App): void
  /** A span for each call to others. */
  calls(client: Client): Client
  stop(): Promise<void>
}

/** Tells a collector what each request, transaction and call took. No address, header or body goes with it. */
export function makeTracing(otel: Otel, patience = longest): Tracing {
  const root = tracedIn(otel, otel.root)
  return {
    root,
    watch: (app) => watchRequests(app, otel),
    calls: (inner) => ({
      send: (sent) => called(otel, sent, () => inner.send(sent)),
      head: (url) => called(otel, { url, method: 'HEAD' }, () => inner.head(url)),
    }),
    stop: () => Promise.race([otel.stop().catch(() => {}), setTimeout(patience)]).then(() => {}),
  }
}

function tracedIn(otel: Otel, place: Place): Traced {
  return {
    begin(name) {
      const span = otel.start(name, { kind: internal }, place)
      return {
        end(known, error) {
          if (known) span.updateName(known)
          if (error) span.setStatus(failed)
          span.end()
        },
      }
    },
  }
}

function watchRequests(app: App, otel: Otel) {
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, reader_origin } = request
    const route = routeOptions.url ?? '(none)'
    const name = reader_origin === undefined ? `${method} ${route}` : `render ${route}`
    const attributes = { 'http.request.method': method, 'http.route': route }
    const place = placeOf(otel, request)
    const span = otel.start(name, { kind: server, attributes }, place)
    request.span = span
    request.ctx = { ...request.ctx, traced: tracedIn(otel, otel.within(place, span)) }
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.span?.setAttributes({ 'http.response.status_code': reply.statusCode })
    if (reply.statusCode >= 500) request.span?.setStatus(failed)
    request.span?.end()
    done()
  })
}

/** A pipeline that traces itself finds its delivery in its own trace. */
function placeOf(otel: Otel, { headers }: FastifyRequest): Place {
  const said = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(headers.traceparent ?? ''))
  if (!said) return otel.root
  const [, traceId = '', spanId = '', flags = ''] = said
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return otel.root
  return otel.placeOf({ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true })
}

async function called<T extends object>(
  otel: Otel,
  { url, method }: { url: string; method: string },
  work: () => Promise<T>,
): Promise<T> {
  const host = URL.canParse(url) ? new URL(url).host : ''
  const attributes = { 'http.request.method': method, 'server.address': host }
  const span = otel.start(`${method} ${host}`, { kind: client, attributes }, otel.root)
  try {
    const answer = await work()
    if ('status' in answer) span.setAttributes({ 'http.response.status_code': Number(answer.status) })
    if ('error' in answer) span.setStatus(failed)
    return answer
  } catch (error) {
    span.setStatus(failed)
    throw error
  } finally {
    span.end()
  }
}
