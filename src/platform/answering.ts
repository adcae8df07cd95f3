import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { namesTwoHosts } from './http.ts'
import { encoded, encodingFor, type Variant, writeVariant } from './rendering.ts'
import { grow, isGood, type Rendering, type Renderings } from './renderings.ts'
import { make } from './renewing.ts'

/** Answers a plain request from what is ready; false when it has to take its usual way. */
export function answerReady(kept: Renderings, request: IncomingMessage, response: ServerResponse): boolean {
  const { method, headers, url = '' } = request
  if ((method !== 'GET' && method !== 'HEAD') || headers.authorization !== undefined || kept.closed)
    return false
  if (namesTwoHosts(request) || (kept.origin === null && !namesItsOrigin(headers))) return false
  const key = kept.origin === null ? `http://${headers.host}${url}` : url
  const rendering = kept.ready.get(key)
  const present = kept.now().getTime()
  if (!rendering || !isGood(kept, rendering, present)) return false
  const variant = rendering.variants[encodingFor(headers['accept-encoding'])]
  if (!variant) return false
  if (present >= rendering.fresh_until) {
    void make(kept, kept.origin === null ? url : key, kept.origin ?? `http://${headers.host}`)
  }
  write(kept, request, response, rendering, variant)
  return true
}

/** Who comes by a proxy may read another origin's links, and who names no host reads ours. */
function namesItsOrigin(headers: IncomingHttpHeaders): boolean {
  const { host, 'x-forwarded-proto': proto, 'x-forwarded-host': forwarded } = headers
  return Boolean(host) && proto === undefined && forwarded === undefined
}

/** Writes a rendering in the encoding that the client reads. */
export async function sendRendering(
  kept: Renderings,
  request: IncomingMessage,
  response: ServerResponse,
  rendering: Rendering,
) {
  const encoding = encodingFor(request.headers['accept-encoding'])
  const variant = rendering.variants[encoding] ?? (await encodeOnce(kept, rendering, encoding))
  write(kept, request, response, rendering, variant)
}

/** Once for all who wait: a crowd comes right after a change, when nothing is compressed yet. */
function encodeOnce(
  kept: Renderings,
  rendering: Rendering,
  encoding: keyof Rendering['variants'],
): Promise<Variant> {
  const { variants, encoding: under, content } = rendering
  under[encoding] ??= encoded(content, encoding)
    .then((variant) => {
      variants[encoding] = variant
      grow(kept, rendering, variant.body.length)
      return variant
    })
    .finally(() => delete under[encoding])
  return under[encoding]
}

function write(
  { now }: Renderings,
  request: IncomingMessage,
  response: ServerResponse,
  { stale, made_at }: Rendering,
  variant: Variant,
) {
  if (!stale) return writeVariant(request, response, variant)
  const age = Math.max(0, Math.round((now().getTime() - made_at) / 1000))
  // RFC 9211: kept longer than it is good for, because what lies behind does not answer
  const words = `shiplog; hit; ttl=-${age}; detail=store-unavailable`
  writeVariant(request, response, variant, ['age', String(age), 'cache-status', words])
}
