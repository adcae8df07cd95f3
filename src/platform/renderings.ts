import type { Content, Encoding, Variant } from './rendering.ts'
import type { RenderingFiles } from './rendering-files.ts'

/** A public answer as it was at `made_at` (milliseconds), good until something changes or the minute is over. */
export type Rendering = {
  key: string
  content: Content
  made_at: number
  revision: number
  fresh_until: number
  /** Whether a newer one was asked for and could not be made. */
  stale: boolean
  size: number
  variants: Partial<Record<Encoding, Variant>>
  /** The encodings that are being made: once for all who wait. */
  encoding: Partial<Record<Encoding, Promise<Variant>>>
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
  most?: Most
}

/** How many renderings are kept ready, and how many bytes of them. */
export type Most = { renderings: number; bytes: number }

/**
 * Public answers, rendered once for each change and kept ready as bytes. What cannot be rendered is answered as it
 * was, and says so. Bounded in number and bytes: what was renewed longest ago goes first.
 */
export type Renderings = Given & {
  most: Most
  ready: Map<string, Rendering>
  making: Map<string, Making>
  revision: number
  /** What was rendered before this revision may not be kept any more. */
  forgotten: number
  bytes: number
  paused_until: number
  closed: boolean
}

type Made = Promise<Rendering | null>
type Making = { revision: number; made: Made; next?: Made }

export const minute = 60_000
const most: Most = { renderings: 2_000, bytes: 64 * 2 ** 20 }

export function makeRenderings(given: Given): Renderings {
  const nothing = { revision: 0, forgotten: 0, bytes: 0, paused_until: 0, closed: false }
  return { ...given, ...nothing, most: given.most ?? most, ready: new Map(), making: new Map() }
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

/** What a rendering is kept under. */
export function keyOf({ origin: home }: Renderings, address: string, origin: string) {
  return home === null ? origin + address : address
}

/** What is of the last minute is still answered while the next one is made, so that nobody waits for a clock. */
export function isGood({ revision }: Renderings, rendering: Rendering, present: number) {
  return rendering.revision === revision && present < rendering.fresh_until + minute
}

/** Keeps a rendering in the place of the one before, whose bytes it takes over when they are the same. */
export function keep(
  kept: Renderings,
  address: string,
  origin: string,
  made: Omit<Rendering, 'key' | 'variants' | 'encoding' | 'size'>,
): Rendering {
  const key = keyOf(kept, address, origin)
  const before = kept.ready.get(key)
  const same = before && before.content.body === made.content.body && before.stale === made.stale
  const { variants, encoding, size } = same
    ? before
    : { variants: {}, encoding: {}, size: Buffer.byteLength(made.content.body) }
  const rendering = { ...made, key, variants, encoding, size }
  if (made.revision < kept.forgotten) return rendering
  remove(kept, key)
  kept.ready.set(key, rendering)
  kept.bytes += size
  for (const oldest of kept.ready.keys()) {
    if (kept.ready.size <= kept.most.renderings && kept.bytes <= kept.most.bytes) break
    remove(kept, oldest)
  }
  return rendering
}

/** Counts the bytes of an encoding, also when a rendering of the same bytes stands in its place meanwhile. */
export function grow(kept: Renderings, { key, variants }: Rendering, bytes: number) {
  const present = kept.ready.get(key)
  if (present?.variants !== variants) return
  present.size += bytes
  kept.bytes += bytes
}

function remove(kept: Renderings, key: string) {
  kept.bytes -= kept.ready.get(key)?.size ?? 0
  kept.ready.delete(key)
}

/** There is nothing public at the address (any more). */
export function drop(kept: Renderings, address: string, origin: string) {
  remove(kept, keyOf(kept, address, origin))
  kept.files?.remove(address)
  return null
}
