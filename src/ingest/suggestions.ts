type Named = { id: string; slug: string; name: string; archived_at: string | null }
export type Suggestion = { component_id: string; slug: string; name: string; why: string }

/** The component that a service most likely is, and why; null when none is near. */
export function suggestionFor(service: string, components: readonly Named[]): Suggestion | null {
  const called = spelling(service.split('/').at(-1) ?? service)
  let best: (Suggestion & { far: number }) | null = null
  for (const { id, slug, name, archived_at } of components) {
    const near = archived_at === null && called !== '' ? likeness(called, slug, name) : null
    if (near && near.far < (best?.far ?? Number.POSITIVE_INFINITY)) {
      best = { component_id: id, slug, name, ...near }
    }
  }
  if (!best) return null
  const { far, ...suggestion } = best
  return suggestion
}

/** How far a name is from a component, 0 being the same, and in words why they belong together. */
function likeness(called: string, slug: string, name: string): { far: number; why: string } | null {
  if (called === slug || called === spelling(name)) return { far: 0, why: 'It is called the same.' }
  const letters = Math.min(distance(called, slug), distance(called, spelling(name)))
  if (letters <= Math.min(2, Math.floor(slug.length / 4))) {
    return {
      far: letters,
      why: `Only ${letters === 1 ? 'one letter differs' : `${letters} letters differ`}.`,
    }
  }
  const parts = new Set(called.split('-'))
  const shared = slug.split('-').filter((part) => part.length > 2 && parts.has(part))
  if (shared.length === 0) return null
  const apart = parts.size + slug.split('-').length - 2 * shared.length
  return { far: 3 + apart, why: `Both have “${shared.join('-')}” in their name.` }
}

/** `Web Shop`, `web_shop` and `WebShop` are one spelling. */
function spelling(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-|-$/g, '')
}

/** How many letters have to be added, removed or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one.slice(0, 100)].entries()) {
    const next = [index + 1]
    for (let at = 1; at <= other.length; at++) {
      const changed = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1)
      next.push(Math.min((row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1, changed))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
