const any = Symbol('any letters, or none')
const one = Symbol('one letter')
type Piece = string | typeof any | typeof one
export type Glob = readonly Piece[]

/** Whether a text is a pattern: `*` in it stands for any letters or none, `?` for one. There is no more to a pattern. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
}

/** Every delivery is compared with the patterns of its source: they are taken apart once. */
const known = new Map<string, Glob>()
const mostKnown = 2000

/** A pattern, ready to be compared. Capitals and small letters are the same. */
export function globOf(pattern: string): Glob {
  const kept = known.get(pattern)
  if (kept) return kept
  const glob = lettersOf(pattern).map((letter) => (letter === '*' ? any : letter === '?' ? one : letter))
  if (known.size >= mostKnown) known.clear()
  known.set(pattern, glob)
  return glob
}

/** A name that stands for itself alone, ready to be compared with patterns; `*` in it is a letter like others. */
export function nameOf(text: string): Glob {
  return lettersOf(text)
}

/** How many letters a pattern names: the more, the less it is about. */
export function lettersNamed(glob: Glob): number {
  return glob.filter((piece) => typeof piece === 'string').length
}

/**
 * Whether a text is as a pattern says. Only the last `*` is ever tried again, so that no pattern takes more steps than
 * its letters times those of the text, whoever wrote either.
 */
export function fits(glob: Glob, text: string): boolean {
  const letters = lettersOf(text)
  let [at, from] = [0, 0]
  let [star, tried] = [-1, 0]
  while (from < letters.length) {
    if (glob[at] === any) {
      star = at++
      tried = from
    } else if (glob[at] === one || glob[at] === letters[from]) {
      at += 1
      from += 1
    } else if (star >= 0) {
      at = star + 1
      from = ++tried
    } else return false
  }
  while (glob[at] === any) at += 1
  return at === glob.length
}

/** Whether there can be a text that both fit. */
export function overlap(a: Glob, b: Glob): boolean {
  // for each place in b: whether what follows there and what follows in a can be the same text
  let below: boolean[] = Array(b.length + 1).fill(true)
  for (let place = b.length - 1; place >= 0; place--)
    below[place] = b[place] === any && below[place + 1] === true
  for (const piece of [...a].reverse()) {
    const row: boolean[] = Array(b.length + 1).fill(false)
    row[b.length] = piece === any && below[b.length] === true
    for (let place = b.length - 1; place >= 0; place--) {
      const other = b[place]
      if (piece === any || other === any) row[place] = below[place] === true || row[place + 1] === true
      else if (piece === one || other === one || piece === other) row[place] = below[place + 1] === true
    }
    below = row
  }
  return below[0] === true
}

function lettersOf(text: string): string[] {
  return [...text.toLowerCase()]
}
