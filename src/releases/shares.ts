import { asRun, stateOf, type Telling, tell, untold } from './fold.ts'
import { inToldOrder, type RunEvent } from './order.ts'
import { undoneAt } from './reach.ts'

/** How many of the customers had a run after each of its events, oldest first: as many folds as events, at the cost of one. */
export function sharesTold(events: readonly RunEvent[]) {
  let telling = untold
  return asRun([...events].sort(inToldOrder)).map((event) => {
    telling = tell(telling, event)
    const started_at = telling.facts.started_at ?? telling.began_at
    const percent = shareOf(telling)
    const dark = percent === 0 && stateOf(telling) === 'dark'
    return { at: event.effective_at, percent, dark, started_at }
  })
}

function shareOf(telling: Telling): number {
  if (undoneAt(telling)) return 0
  if (telling.live_at) return 100
  return stateOf(telling) === 'canary' ? (telling.percent ?? 0) : 0
}
