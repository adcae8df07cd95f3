import { isUtf8 } from 'node:buffer'

/** What a logo may weigh: customers load it with the page, on a bad network. */
export const mostLogoBytes = 64 * 1024

const types = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp', svg: 'image/svg+xml' }
type Picture = keyof typeof types

/** What a file is by its first bytes, never by its name or what a browser says of it; null for anything else. */
export function pictureIn(bytes: Buffer): { kind: Picture; type: string } | null {
  const kind = kindOf(bytes)
  return kind && { kind, type: types[kind] }
}

/** How a logo's address ends, by its type. */
export function endingOf(type: string): string {
  return Object.entries(types).find(([, one]) => one === type)?.[0] ?? 'bin'
}

function kindOf(bytes: Buffer): Picture | null {
  const at = (from: number, to: number) => bytes.toString('latin1', from, to)
  if (at(0, 8) === '\x89PNG\r\n\x1a\n' && at(12, 16) === 'IHDR') return 'png'
  if (at(0, 3) === '\xff\xd8\xff') return 'jpg'
  if (at(0, 4) === 'RIFF' && at(8, 12) === 'WEBP') return 'webp'
  return isUtf8(bytes) && isSvg(bytes.toString('utf8')) ? 'svg' : null
}

/** Whether a text's first element is `svg`; one that defines entities is none, for they grow without bound. */
function isSvg(text: string) {
  let rest = text.replace(/^\uFEFF/, '').trimStart()
  for (;;) {
    const before = /^(?:<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE\s+svg\b[^>[]*>)\s*/is.exec(rest)
    if (!before) break
    rest = rest.slice(before[0].length)
  }
  return /^<svg[\s>]/.test(rest) && rest.trimEnd().endsWith('</svg>') && !/<!ENTITY/i.test(text)
}
