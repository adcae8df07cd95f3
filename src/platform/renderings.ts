import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Content, type Encoding, encoded, encodingFor, type Variant, writeVariant } from './rendering.ts'
import type { RenderingFiles } from './rendering-files.ts'

/** A public answer as it was at `made_at` (milliseconds), good until something changes or the minute is over. */
type Rendering = {
  key: string
  content: Content
  made_at: number
  revision: number
  fresh_until: number
  /** Whether a newer one was asked for and could not be made. */
  stale: boolean
  size: number
  variants: Partial<Record<Encoding, Variant>>
}

/** Renders an address for readers who come by an origin: whatever the server answers there now. */
type Render = (address: string, origin: string) => Promise<{ status: number; content: Content }>

type Given = {
  now: () => Date
  log: { warn(detail: object, words: string): void }
  files: RenderingFiles | null
  /** The origin that links begin with; null: each reader's own, and each has renderings of its own. */
  origin: string | null
  /** The origin of the renderings that go to disk. */
  home: () => string
  render: Render
}

/**
 * Public answers, rendered once for each change and kept ready as bytes. What cannot be rendered is answered as it
 * was, and says so. Bounded in number and bytes: what was renewed longest ago goes first.
 */
export type Renderings = Given & {
  ready: Map<string, Rendering>
  making: Map<string, Promise<Rendering | null>>
  revision: number
  /** What was rendered before this revision may not be kept any more. */
  forgotten: number
  bytes: number
  paused_until: number
  closed: boolean
}

const minute = 60_000
/** How long a store that could not be read is left alone. */
const pause = 3_000
const most = { renderings: 2_000, bytes: 64 * 2 ** 20 }

export function makeRenderings(given: Given): Renderings {
  const nothing = { revision: 0, forgotten: 0, bytes: 0, paused_until: 0, closed: false }
  return { ...given, ...nothing, ready: new Map(), making: new Map() }
}

/** Something changed: every rendering is made anew when it is next asked for. */
export function outdate(kept: Renderings) {
  kept.revision += 1
}

/** Something was taken from the public: no rendering from before may be answered any more, come what may. */
export function forget(kept: Renderings) {
  outdate(kept)
  kept.forgotten = kept.revision
  kept.ready.clear()
  kept.bytes = 0
  kept.files?.clear()
}

/** Answers a plain request from what is ready; false when it has to take its usual way. */
export function answerReady(kept: Renderings, request: IncomingMessage, response: ServerResponse): boolean {
  const { method, headers, url = '' } = request
  if ((method !== 'GET' && method !== 'HEAD') || headers.authorization !== undefined || kept.closed)
    return false
  // who comes by a proxy may read another origin's links
  if (kept.origin === null && headers['x-forwarded-proto'] !== undefined) return false
  const key = kept.origin === null ? `http://${headers.host}${url}` : url
  const rendering = kept.ready.get(key)
  if (!rendering || !isGood(kept, rendering)) return false
  const variant = rendering.variants[encodingFor(headers['accept-encoding'])]
  if (!variant) return false
  if (kept.now().getTime() >= rendering.fresh_until) {
    void make(kept, kept.origin === null ? url : key, kept.origin ?? `http://${headers.host}`)
  }
  write(kept, request, response, rendering, variant)
  return true
}

/** Writes a rendering in the encoding that the client reads. */
export async function sendRendering(
  kept: Renderings,
  request: IncomingMessage,
  response: ServerResponse,
  rendering: Rendering,
) {
  const encoding = encodingFor(request.headers['accept-encoding'])
  let variant = rendering.variants[encoding]
  if (!variant) {
    variant = await encoded(rendering.content, encoding)
    if (!rendering.variants[encoding]) grow(kept, rendering, variant.body.length)
    rendering.variants[encoding] = variant
  }
  write(kept, request, response, rendering, variant)
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

/** The rendering of an address, made when there is none that is good; null when there is nothing to be kept there. */
export async function renderingFor(kept: Renderings, address: string, origin: string) {
  const rendering = kept.ready.get(keyOf(kept, address, origin))
  if (!rendering || !isGood(kept, rendering)) return make(kept, address, origin)
  if (kept.now().getTime() >= rendering.fresh_until) void make(kept, address, origin)
  return rendering
}

function keyOf({ origin: home }: Renderings, address: string, origin: string) {
  return home === null ? origin + address : address
}

/** What is of the last minute is still answered while the next one is made, so that nobody waits for a clock. */
function isGood({ revision, now }: Renderings, rendering: Rendering) {
  return rendering.revision === revision && now().getTime() < rendering.fresh_until + minute
}

/** Once for all who ask at the same time; whoever asks after a change does not get what was begun before it. */
function make(kept: Renderings, address: string, origin: string): Promise<Rendering | null> {
  const key = `${kept.revision} ${keyOf(kept, address, origin)}`
  const under = kept.making.get(key)
  if (under) return under
  const made = renew(kept, address, origin).finally(() => kept.making.delete(key))
  kept.making.set(key, made)
  return made
}

async function renew(kept: Renderings, address: string, origin: string): Promise<Rendering | null> {
  const { revision, render, log } = kept
  const made_at = kept.now().getTime()
  if (made_at < kept.paused_until) return asItWas(kept, address, origin)
  try {
    const { status, content } = await render(address, origin)
    if (status >= 500) throw new Error(`${address} was answered ${status}`)
    if (status !== 200) return drop(kept, address, origin)
    if (revision === kept.revision && origin === kept.home())
      kept.files?.save({ ...content, address, made_at })
    const fresh_until = (Math.floor(made_at / minute) + 1) * minute
    return keep(kept, address, origin, { content, made_at, revision, fresh_until, stale: false })
  } catch (err) {
    log.warn({ err, address }, 'a public page could not be renewed and is answered as it was')
    kept.paused_until = kept.now().getTime() + pause
    return asItWas(kept, address, origin)
  }
}

const notice = '<aside class="stale" hidden>'

/** The newest there is, from memory or from disk, marked as old; tried again after a pause. */
async function asItWas(kept: Renderings, address: string, origin: string) {
  const { revision } = kept
  const known = kept.ready.get(keyOf(kept, address, origin))
  const last = known ?? (await kept.files?.load(address))
  if (!last) return null
  const { headers, body } = 'content' in last ? last.content : last
  const content = { headers, body: body.replace(notice, notice.replace(' hidden', '')) }
  const fresh_until = kept.now().getTime() + pause
  return keep(kept, address, origin, { content, made_at: last.made_at, revision, fresh_until, stale: true })
}

function keep(
  kept: Renderings,
  address: string,
  origin: string,
  made: Omit<Rendering, 'key' | 'variants' | 'size'>,
): Rendering {
  const key = keyOf(kept, address, origin)
  const before = kept.ready.get(key)
  const same = before && before.content.body === made.content.body && before.stale === made.stale
  const variants = same ? before.variants : {}
  const size = same ? before.size : Buffer.byteLength(made.content.body)
  const rendering = { ...made, key, variants, size }
  if (made.revision < kept.forgotten) return rendering
  remove(kept, key)
  kept.ready.set(key, rendering)
  kept.bytes += size
  for (const oldest of kept.ready.keys()) {
    if (kept.ready.size <= most.renderings && kept.bytes <= most.bytes) break
    remove(kept, oldest)
  }
  return rendering
}

function grow(kept: Renderings, rendering: Rendering, bytes: number) {
  if (kept.ready.get(rendering.key) !== rendering) return
  rendering.size += bytes
  kept.bytes += bytes
}

function remove(kept: Renderings, key: string) {
  kept.bytes -= kept.ready.get(key)?.size ?? 0
  kept.ready.delete(key)
}

function drop(kept: Renderings, address: string, origin: string) {
  remove(kept, keyOf(kept, address, origin))
  kept.files?.remove(address)
  return null
}
