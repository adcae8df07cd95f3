import type { Context } from '../platform/context.ts'
import { repeatWords } from '../site/repeat-words.ts'
import { en } from '../site/words/en.ts'
import { type Freeze, listFreezes } from './store.ts'

/** A freeze with its words, as lists of operators show it. */
export function listed(freeze: Freeze) {
  const { components, may_pass } = freeze
  const of_what = components.length === 0 ? 'All components' : components.map(({ name }) => name).join(', ')
  const passing = may_pass.length === 0 ? 'Nobody may pass' : `${may_pass.join(', ')} may pass`
  const repeat_words = repeatWords(freeze.repeats, en.maintenance)
  return { ...freeze, of_what, passing, repeat_words }
}

/** What is in force now, the one that ends last on top. */
export async function frozenNow(ctx: Context) {
  const freezes = await listFreezes(ctx, { show: 'now', limit: 100 })
  return freezes.toSorted((one, other) => (one.ends_at < other.ends_at ? 1 : -1)).map(listed)
}
