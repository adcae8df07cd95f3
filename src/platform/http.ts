import type { IncomingMessage } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Context } from './context.ts'
import { Refusal } from './refusal.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Set on a public GET route whose answer is the same for everybody: it is rendered once for each change and kept
     * ready as bytes (`renderings.ts`). `query` names the parameters that change the answer; others are ignored.
     */
    kept?: { query?: readonly string[] }
    /** Set on a route that needs no store, and answers while there is none. */
    storeless?: boolean
  }
  interface FastifyRequest {
    /** For whom a rendering is made that is kept ready: the origin that its readers come by. */
    reader_origin?: string
    /** The verb's context, with who asks as its actor. */
    ctx: Context
  }
}

/** The server as slices see it: routes whose schemas are zod's. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Who reads an address: people a page; programs JSON, or text of another kind (feeds, pictures, scripts). */
type Reader = 'people' | 'json' | 'text'

/** For whom an address is, by its beginning or its ending; an answer's errors are of the same kind as the answer. */
export function readerOf(url: string): Reader {
  const path = url.split('?')[0] ?? ''
  if (/^\/(api|hooks|assets|favicon|logo\/|openapi|livez|readyz|metrics)/.test(path)) return 'json'
  if (/\.(csv|jsonl)$/.test(path)) return 'text'
  if (path.startsWith('/admin')) return 'people'
  if (path.endsWith('.json')) return 'json'
  return /^\/\.well-known\/|\.(atom|rss|ics|svg|js|txt|xml)$/.test(path) ? 'text' : 'people'
}

/** Whether an address is for machines: it has no page. Everything else is for people. */
export function isForMachines(url: string): boolean {
  return readerOf(url) !== 'people'
}

/** The origin that links begin with: the one that is set, else the one that was asked for. */
export function originFor(request: FastifyRequest, set: string | null): string {
  return set ?? request.reader_origin ?? `${request.protocol}://${request.host || 'localhost'}`
}

/**
 * Whether what a client claims to have asked for is a host with at most a port (RFC 9110, 7.2). A path in it would
 * make its answers pass for those of another address. Before HTTP/1.1 it may be absent.
 */
export function hasReadableHost({ host }: Pick<FastifyRequest, 'host'>): boolean {
  if (host === '') return true
  return host.length <= longestHost && hostAndPort.test(host) && URL.canParse(`http://${host}`)
}

/** Whether a client names two hosts (RFC 9112, 3.2): what stands before us may have gone by the other one. */
export function namesTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts > 1
}

/** A name of 253 and a port; brackets hold an IPv6 address. Some networks give their machines names with `_`. */
const hostAndPort = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i
const longestHost = 259

/** How long shared caches may keep what is public: a crowd reads it from them, also while we cannot answer. */
export const publicCache = 'public, max-age=10, stale-while-revalidate=30, stale-if-error=86400'

/** `?cursor=&limit=`: the cursor is the id of the last row seen; 50 rows unless told, 100 at most. */
export const listQuery = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** The shape of every list: `{ data, next_cursor }`, the cursor null on the last page. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() })
}

/** Turns `limit + 1` rows read from the store into one page; the extra row only tells that more follow. */
export function pageOf<T extends { id: string }>(rows: T[], limit: number) {
  const data = rows.slice(0, limit)
  return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }
}

/** One page of a list that was read whole: what follows the cursor. */
export function pageAfter<T extends { id: string }>(
  all: T[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
  if (cursor !== undefined && from === 0) throw new Refusal('not-found', 'The list has no such cursor.')
  return pageOf(all.slice(from, from + limit + 1), limit)
}
