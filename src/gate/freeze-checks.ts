import { fault } from '../incidents/model.ts'
import { Refusal } from '../platform/refusal.ts'
import { faultOfSpan, freezeState } from './freeze.ts'
import type { Freeze } from './store.ts'

/** What the verbs of freezes look at before they write. */

/** Refuses times that make no sense, beside their field. */
export function refuseSpan(span: { starts_at: string; ends_at: string }, now: string) {
  const wrong = faultOfSpan(span, now)
  if (wrong) throw fault(...wrong)
}

/** Refuses to change what is over, and times that make no sense. */
export function refuseChange(freeze: Freeze, span: { starts_at: string; ends_at: string }, now: string) {
  if (freezeState(freeze, now) === 'past') {
    throw new Refusal('conflict', 'This freeze is over. Plan a new one.')
  }
  refuseSpan(span, now)
}

/** One alone has no rule of its own. */
export function onlyTogether() {
  return fault('repeats', 'How often it repeats can only be changed for this one and all later ones.')
}

/** What the journal says of it. */
export function detailOf({ reason, starts_at, ends_at }: Pick<Freeze, 'reason' | 'starts_at' | 'ends_at'>) {
  return { reason, starts_at, ends_at }
}

/** Somebody else was faster; what stands now goes with the answer. */
export function stale(current: Freeze) {
  const words = 'Somebody else changed this freeze meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
