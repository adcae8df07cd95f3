import type { RunEvent } from './order.ts'
import { sharesTold } from './shares.ts'

/** A time in which the same share of the customers had a release; `dark`: it was out, and shown to nobody. */
export type Step = { percent: number; dark: boolean; at: string; until: string | null }

/**
 * The way of a release to its customers, step by step, oldest first: from when the first had it, or from when it waited
 * in the dark. `until` is null of what lasts; `end` is when another release undid or replaced it, null while none did.
 */
export function stepsOf(events: readonly RunEvent[], end: string | null = null): Step[] {
  const steps: Step[] = []
  for (const { at, percent, dark } of sharesTold(events)) {
    if (end !== null && at >= end) break
    const last = steps.at(-1)
    if (!last && percent === 0 && !dark) continue
    if (last?.percent === percent && last.dark === dark) continue
    if (last) last.until = at
    steps.push({ percent, dark, at, until: null })
  }
  const last = steps.at(-1)
  if (last && end !== null) last.until = end
  return steps.filter((step) => step.until !== step.at)
}
