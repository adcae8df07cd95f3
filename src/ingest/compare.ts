import { isDeepStrictEqual } from 'node:util'
import type { CanonicalEvent, EventFacts } from '../sources/events.ts'

/** An event as it was kept; its run has a name of ours where the tool gave it none. */
type Kept = Omit<CanonicalEvent, 'type' | 'facts'> & { id: string; type: string; facts: EventFacts }

/**
 * What a delivery says now beside what was kept of it when it came: facts that kept events lacked, events that are new,
 * and whether something kept is not said any more. While it is not, nothing counts as new: it may be the same fact in
 * other words.
 */
export function compare(kept: readonly Kept[], said: readonly CanonicalEvent[]) {
  const left = [...kept]
  const more: { id: string; facts: EventFacts }[] = []
  const unknown: CanonicalEvent[] = []
  let otherwise = false
  for (const event of JSON.parse(JSON.stringify(said)) as CanonicalEvent[]) {
    const place = left.findIndex((one) => isTheSame(one, event))
    const [known] = place < 0 ? [] : left.splice(place, 1)
    if (!known) {
      unknown.push(event)
      continue
    }
    const facts = filled(known.facts, event.facts)
    if (!isDeepStrictEqual(facts, known.facts)) more.push({ id: known.id, facts })
    // what is known stays, also where it is said otherwise now
    if (!isDeepStrictEqual(filled(event.facts, known.facts), facts)) otherwise = true
  }
  const fresh = left.length === 0 ? unknown : []
  return { more, fresh, otherwise: otherwise || left.length > 0 }
}

/** What is known, with what only the other knows; members of members likewise, such as one more link. */
function filled<T extends object>(known: T, more: T): T {
  const all = { ...more, ...known }
  for (const [name, value] of Object.entries(known)) {
    const other: unknown = more[name as keyof T]
    if (isObject(value) && isObject(other)) Object.assign(all, { [name]: filled(value, other) })
  }
  return all
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTheSame(kept: Kept, said: CanonicalEvent): boolean {
  return (
    kept.type === said.type &&
    isTheSameRun(kept, said) &&
    kept.service === said.service &&
    kept.environment === said.environment &&
    kept.occurred_at === said.occurred_at
  )
}

/** A run without a name was given one of ours, and an artifact that found its component is kept by its version. */
function isTheSameRun({ run_key }: Kept, said: CanonicalEvent): boolean {
  const names = [said.run_key, ...(said.type === 'artifact.available' ? [said.facts.version] : [])]
  return said.run_key === '' || names.includes(run_key)
}
