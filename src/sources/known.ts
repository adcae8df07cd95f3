import { readJson } from '../platform/strict-text.ts'

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

/** An object without the members of these names; anything else as it is. */
export function without(value: unknown, ...names: string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}

/** What a text or bytes hold as JSON, read as carefully as a body; undefined when they hold none. */
export function jsonIn(text: string | Uint8Array): unknown {
  const read = readJson(typeof text === 'string' ? Buffer.from(text) : text)
  return read.ok ? read.value : undefined
}

/** A text as one part of a web address. */
export function inAddress(text: string): string {
  return encodeURIComponent(text.toWellFormed()) // which throws where half a character stands
}

/** The name of a delivery in a header; null when there is none, or one that is too long to keep. */
export function keyIn(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' && header.length <= 200 ? header : null
}
