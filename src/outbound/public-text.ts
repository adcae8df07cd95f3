import { Refusal } from '../platform/refusal.ts'
import type { Client } from './client.ts'

/** The text at a public address; `anew` where what is kept does not do, and is not of this very minute. */
type PublicText = (url: string, anew?: boolean) => Promise<string>

/** How long an answer of whoever vouches for a sender is waited for: senders wait for us meanwhile. */
export const textMillis = 3000
const [goodFor, badFor, freshFor] = [3_600_000, 30_000, 60_000]
const mostKept = 50
/** Whoever knocks with ever new addresses makes us ask only so many at once. */
const mostAtOnce = 8

type Kept = { asked_at: number; text: string } | { asked_at: number; error: string }

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
    if (asking.size >= mostAtOnce) throw unavailable(url, 'Too much else is being fetched.')
    const asked = ask(url)
      .then((said) => keep(kept, url, said))
      .finally(() => asking.delete(url))
    asking.set(url, asked)
    return asked
  }

  return async (url, anew = false) => {
    const known = kept.get(url)
    const said = known && stillGood(known, anew, now()) ? known : await askOnce(url)
    if ('text' in said) return said.text
    throw unavailable(url, said.error)
  }
}

function stillGood(known: Kept, anew: boolean, now: number): boolean {
  const age = now - known.asked_at
  if ('error' in known) return !anew && age < badFor
  return age < (anew ? freshFor : goodFor)
}

function keep(kept: Map<string, Kept>, url: string, said: Kept): Kept {
  kept.delete(url) // so that it stands last
  kept.set(url, said)
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  return said
}

function unavailable(url: string, why: string) {
  const { host } = new URL(url)
  return new Refusal('unavailable', `Nothing could be fetched from ${host}. ${why}`)
}
