/** A feed before it has a format: all texts plain, except `html`. Moments are UTC ISO 8601 texts. */
export type Feed = {
  /** A name for ever, `tag:HOST,2005:…`; it leads nowhere. */
  id: string
  title: string
  subtitle: string
  /** The page it belongs to, and its own address. */
  home_url: string
  self_url: string
  author: string
  language: string
  updated_at: string
  entries: FeedEntry[]
}

export type FeedEntry = {
  id: string
  title: string
  url: string
  html: string
  published_at: string
  updated_at: string
  tags: string[]
}

/** How many entries a feed has: the newest. */
export const newest = 25

/** What XML 1.0 (2.2) has no place for, not even escaped, becomes U+FFFD. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
}

/** Plain text as HTML. */
export function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}

/** The latest of several moments. */
export function latest(...moments: (string | null | undefined)[]): string {
  return (
    moments
      .map((moment) => moment ?? '')
      .sort()
      .at(-1) ?? ''
  )
}
