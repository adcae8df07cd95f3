import { drop, isGood, keep, keyOf, minute, type Rendering, type Renderings } from './renderings.ts'
import { within } from './within.ts'

/** Longer than this (milliseconds) nobody waits for a rendering when there is one of before. */
const longest = 4_000
/** How long (milliseconds) a store that could not be read is left alone. */
const pause = 3_000
/** What is answered when the store is at fault (`errors.ts`). */
const unavailable = 503

/** The rendering of an address, made when there is none that is good; null when there is nothing to be kept there. */
export async function renderingFor(kept: Renderings, address: string, origin: string) {
  const rendering = kept.ready.get(keyOf(kept, address, origin))
  const present = kept.now().getTime()
  if (!rendering || !isGood(kept, rendering, present)) return make(kept, address, origin)
  if (present >= rendering.fresh_until) void make(kept, address, origin)
  return rendering
}

/**
 * Once for all who ask at the same time. Whoever asks after a change does not get what was begun before it, but waits
 * for the one that follows: however fast changes come, an address is rendered once at a time.
 */
export function make(kept: Renderings, address: string, origin: string): Promise<Rendering | null> {
  const key = keyOf(kept, address, origin)
  const under = kept.making.get(key)
  if (!under) return begin(kept, key, address, origin)
  if (under.revision === kept.revision) return under.made
  under.next ??= under.made.then(() => make(kept, address, origin))
  return under.next
}

function begin(kept: Renderings, key: string, address: string, origin: string) {
  const made = renew(kept, address, origin).finally(() => kept.making.delete(key))
  kept.making.set(key, { revision: kept.revision, made })
  return made
}

async function renew(kept: Renderings, address: string, origin: string): Promise<Rendering | null> {
  const { revision, render } = kept
  const made_at = kept.now().getTime()
  if (made_at < kept.paused_until) return asItWas(kept, address, origin)
  try {
    const { status, content } = await within(
      longest,
      render(address, origin),
      `not rendered within ${longest} ms`,
    )
    if (status >= 500) return failed(kept, address, origin, { status })
    if (status !== 200) return drop(kept, address, origin)
    if (revision === kept.revision && origin === kept.home())
      kept.files?.save({ ...content, address, made_at })
    const fresh_until = (Math.floor(made_at / minute) + 1) * minute
    return keep(kept, address, origin, { content, made_at, revision, fresh_until, stale: false })
  } catch (err) {
    return failed(kept, address, origin, { err, status: unavailable })
  }
}

/** Only what lies in the store, or does not answer at all, is no better for any other address just now. */
function failed(kept: Renderings, address: string, origin: string, why: { status: number; err?: unknown }) {
  kept.log.warn({ ...why, address }, 'a public page could not be renewed and is answered as it was')
  if (why.status === unavailable) kept.paused_until = kept.now().getTime() + pause
  return asItWas(kept, address, origin)
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
