/** The object without the members nothing is known of: an absent fact never overwrites a known one. */
export function known<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}

/** A link that may be shown: http or https, without a password, not endless. Anything else is dropped. */
export function webLink(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2000 || !URL.canParse(value)) return undefined
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url.href : undefined
}

/** A value as an object; empty when it is none. */
export function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** What a text holds as JSON; undefined when it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The name of a delivery in a header; null when there is none, or one that is too long to keep. */
export function keyIn(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' && header.length <= 200 ? header : null
}
