/** Letters that do not fall apart into a base letter and an accent. */
const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}
/** Letters, their accents and digits; a dot between them keeps a version or an address in one piece. */
const word = /[\p{L}\p{N}\p{M}]+(?:\.[\p{L}\p{N}\p{M}]+)*/gu
const longest = 60

/**
 * A word as it is looked for: small, without accents ("Müller" and "muller" are one), in `[a-z0-9._]` alone, whatever
 * its script, so that SQLite and PostgreSQL have nothing left to understand differently.
 */
function folded(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => letters[letter] ?? letter)
  return [...plain]
    .slice(0, longest)
    .map((letter) =>
      /[a-z0-9.]/.test(letter) ? letter : `_${letter.codePointAt(0)?.toString(16).padStart(6, '0')}`,
    )
    .join('')
}

/** The words of texts as an index keeps them: each once, what has dots in its parts too, and a version without its v. */
export function wordsOf(texts: (string | null | undefined)[]): string[] {
  const found = new Set<string>()
  for (const [written] of texts.filter(Boolean).join(' ').matchAll(word)) {
    const token = folded(written)
    found.add(token)
    for (const part of token.split('.')) if (part !== '') found.add(part)
    if (/^v\d/.test(token)) found.add(token.slice(1))
  }
  found.delete('')
  return [...found]
}

/** What is asked for: every word must be there, and the last one may be only begun. */
export type Asked = { words: string[]; begun: string | null }

const mostWords = 8

/** Reads what somebody typed. Quotes, operators and all other signs only part the words. */
export function askedFor(typed: string): Asked {
  const words = [...typed.matchAll(word)].map(([written]) => folded(written)).filter((token) => token !== '')
  const some = [...new Set(words)].slice(0, mostWords)
  const last = some.at(-1) ?? ''
  // one letter begins half of all words
  const begun = last.length > 1 ? last : null
  return { words: begun ? some.slice(0, -1) : some, begun }
}

export type Piece = { text: string; hit: boolean }

/** A text in pieces, what was asked for apart, to be marked where it is shown. */
export function pieces(text: string, { words, begun }: Asked): Piece[] {
  const isAsked = (token: string) => words.includes(token) || (begun !== null && token.startsWith(begun))
  const isHit = (written: string) => {
    const token = folded(written)
    return [token, token.replace(/^v(?=\d)/, ''), ...token.split('.')].some(isAsked)
  }
  const found: Piece[] = []
  let from = 0
  for (const match of text.matchAll(word)) {
    if (!isHit(match[0])) continue
    if (match.index > from) found.push({ text: text.slice(from, match.index), hit: false })
    found.push({ text: match[0], hit: true })
    from = match.index + match[0].length
  }
  if (from < text.length) found.push({ text: text.slice(from), hit: false })
  return found
}

const around = 80

/** The part of a long text in which the first hit stands. */
export function excerpt(text: string, asked: Asked): Piece[] {
  const all = pieces(text.replace(/\s+/g, ' ').trim(), asked)
  const first = all.findIndex(({ hit }) => hit)
  const before = all
    .slice(0, Math.max(first, 0))
    .map((piece) => piece.text)
    .join('')
  const head = before.length > around ? `…${before.slice(-around)}` : before
  const shown: Piece[] = head === '' ? [] : [{ text: head, hit: false }]
  let left = 2 * around
  for (const piece of all.slice(Math.max(first, 0))) {
    if (left <= 0) break
    const cut = !piece.hit && piece.text.length > left
    shown.push({ ...piece, text: cut ? `${piece.text.slice(0, left)}…` : piece.text })
    left -= piece.text.length
  }
  return shown
}
