import { stateOf, type Telling, tell, untold } from './fold.ts'
import { inToldOrder, type RunEvent } from './order.ts'

/** How many of the customers had a run after each of its events: as many folds as events, at the cost of one. */
export function sharesTold(events: readonly RunEvent[]) {
  const told = [...events].sort(inToldOrder)
  const other = told.findIndex((event) => event.type !== 'exposure.changed')
  const flips = other === -1 ? told.length : other
  let telling = untold
  return told.map((event, index) => {
    // what began as a flip of a flag turned out to be a run
    if (index === flips) telling = told.slice(0, index).reduce((before, one) => tell(before, one), untold)
    telling = tell(telling, index < flips ? { ...event, type: 'release.succeeded' } : event)
    const started_at = telling.facts.started_at ?? telling.began_at
    return { at: event.effective_at, percent: shareOf(telling), started_at }
  })
}

function shareOf(telling: Telling): number {
  if (telling.undone_at) return 0
  if (telling.live_at) return 100
  return stateOf(telling) === 'canary' ? (telling.percent ?? 0) : 0
}
