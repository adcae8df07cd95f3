import { Refusal } from '../platform/refusal.ts'
import type { Client } from './client.ts'

/** The text at a public address; `anew` where what is kept does not do, and is not of this very minute. */
type PublicText = (url: string, anew?: boolean) => Promise<string>

/** How long an answer of whoever vouches for a sender is waited for: senders wait for us meanwhile. */
export const textMillis = 3000
const [goodFor, badFor, freshFor] = [3_600_000, 30_000, 60_000]
const mostKept = 50
/** Whoever knocks with ever new addresses makes us ask only so many at once, and of one host fewer: others have room. */
const [mostAtOnce, mostOfOneHost] = [32, 8]

type Text = { asked_at: number; text: string; failed?: Failure }
type Failure = { asked_at: number; error: string }
type Kept = Text | Failure

/**
 * What senders are verified with: certificates and sets of keys, at addresses that the adapters chose. Fetched by the
 * guarded client, kept for an hour (a failure for 30 seconds), and asked for once however many wait for it. `client` is
 * asked for at the first call, since the ports that are never called are known only once the server listens.
 */
export function publicTexts(client: () => Pick<Client, 'text'>, now: () => number = Date.now): PublicText {
  const kept = new Map<string, Kept>()
  const asking = new Map<string, Promise<Kept>>()

  async function ask(url: string): Promise<Kept> {
    const said = await client().text?.(url)
    const asked_at = now()
    if (said && 'text' in said) return { asked_at, text: said.text }
    return { asked_at, error: said?.error ?? 'Nothing is fetched here.' }
  }

  function askOnce(url: string): Promise<Kept> {
    const running = asking.get(url)
    if (running) return running
    const { host } = new URL(url)
    const there = [...asking.keys()].filter((one) => new URL(one).host === host)
    if (asking.size >= mostAtOnce || there.length >= mostOfOneHost) {
      throw unavailable(url, 'Too much else is being fetched.')
    }
    const asked = ask(url)
      .then((said) => keep(kept, url, said))
      .finally(() => asking.delete(url))
    asking.set(url, asked)
    return asked
  }

  return async (url, anew = false) => {
    const said = stillGood(kept.get(url), anew, now()) ?? (await askOnce(url))
    if ('text' in said) return said.text
    throw unavailable(url, said.error)
  }
}

/** What is kept and does; a text for which a newer one was just looked for in vain is no newer one. */
function stillGood(known: Kept | undefined, anew: boolean, now: number): Kept | undefined {
  if (!known) return undefined
  const age = now - known.asked_at
  if ('error' in known) return !anew && age < badFor ? known : undefined
  if (age < (anew ? freshFor : goodFor)) return known
  return age < goodFor && known.failed && now - known.failed.asked_at < badFor ? known.failed : undefined
}

/**
 * Keeps what was said last. A text stays when a newer one cannot be had, and no failure takes its place: else whoever
 * shows forged keys takes from others what they are verified with.
 */
function keep(kept: Map<string, Kept>, url: string, said: Kept): Kept {
  const known = kept.get(url)
  const stays = 'error' in said && known && 'text' in known && said.asked_at - known.asked_at < goodFor
  kept.delete(url) // so that it stands last
  kept.set(url, stays ? { ...known, failed: said } : said)
  if (kept.size > mostKept) {
    const failure = [...kept].find(([, one]) => 'error' in one)
    const [oldest] = failure ?? [...kept.keys()]
    if (oldest !== undefined) kept.delete(oldest)
  }
  return said
}

function unavailable(url: string, why: string) {
  const { host } = new URL(url)
  return new Refusal('unavailable', `Nothing could be fetched from ${host}. ${why}`)
}
