import { repetitionOf } from '../platform/recurrence.ts'
import type { Words } from './words/index.ts'

/** "Every week on Tuesday", or the rule itself where few words cannot say it. */
export function repeatWords(rule: string | null, t: Words['maintenance']): string {
  if (rule === null) return ''
  const known = repetitionOf(rule)
  return known ? t.every(known.every, known.interval, known.days) : t.by_rule(rule)
}
