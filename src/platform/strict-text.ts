import { isUtf8 } from 'node:buffer'

type StrictJson =
  | { ok: true; value: unknown /** A NUL or half a character was replaced by U+FFFD. */; mended: boolean }
  | { ok: false; reason: string }

const deepest = 64

/** Reads JSON from bytes that anybody may have sent: never throws, never recurses deeper than it chose to. */
export function readJson(bytes: Uint8Array): StrictJson {
  if (!isUtf8(bytes)) return { ok: false, reason: 'The body is not UTF-8.' }
  const text = new TextDecoder().decode(bytes) // drops a byte order mark
  if (text.trim() === '') return { ok: false, reason: 'The body is empty.' }
  if (depthOf(text) > deepest) return { ok: false, reason: `The JSON is nested deeper than ${deepest}.` }
  let mended = false
  try {
    const value = JSON.parse(text, (_key, value) => {
      if (typeof value !== 'string' || !isFlawed(value)) return value
      mended = true
      return mend(value)
    })
    return { ok: true, value, mended }
  } catch {
    return { ok: false, reason: 'The body is not JSON.' }
  }
}

/** A NUL, which PostgreSQL cannot store, or half of a surrogate pair, which UTF-8 cannot write. */
export function isFlawed(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}

/** The text with every NUL and lone surrogate replaced by U+FFFD. */
export function mend(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** How deep brackets nest outside of strings; counted before parsing, since what walks the value may recurse. */
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') most = Math.max(most, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return most
}
