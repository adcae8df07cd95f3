import { seconds } from '../platform/zone.ts'
import { secondsTaken } from '../releases/model.ts'
import type { ReleaseTimes } from '../releases/public-times.ts'
import type { Words } from '../site/words/index.ts'

type Named = { id: string; slug: string; name: string; archived: boolean }
type T = Words['past']['rollbacks']

/** How often each component was released and rolled back, most often rolled back first. Pure. */
export function countRows(
  {
    components,
    times,
    recent,
  }: { components: readonly Named[]; times: readonly ReleaseTimes[]; recent: string },
  t: T,
) {
  const byComponent = Map.groupBy(times, ({ component_id }) => component_id)
  return components
    .flatMap((component) => {
      const own = byComponent.get(component.id) ?? []
      return own.length === 0 ? [] : [{ component, own, backs: own.filter(({ isBack }) => isBack) }]
    })
    .sort((one, other) => other.backs.length - one.backs.length)
    .map(({ component, own, backs }) => ({
      component,
      recent: often(
        own.filter(({ live_at }) => live_at >= recent),
        t,
      ),
      year: often(own, t),
      back: backs.length === 0 ? t.never : middleWords(backs, t),
      release: middleWords(
        own.filter(({ isBack }) => !isBack),
        t,
      ),
    }))
}

/** "2 of 61 releases" and their share; a way back from a release that is older than the window has no share. */
function often(times: readonly ReleaseTimes[], t: T) {
  const backs = times.filter(({ isBack }) => isBack).length
  const releases = times.length - backs
  const share = backs > 0 && releases >= backs ? t.share(percent(backs / releases)) : ''
  return { words: t.often(backs, releases), share }
}

/** "3.3", "12", "0.4": two digits say enough, and none is said that is not there. */
function percent(share: number): string {
  const value = share * 100
  return value >= 9.95 ? String(Math.round(value)) : String(Math.round(value * 10) / 10)
}

function middleWords(times: readonly ReleaseTimes[], t: T): string {
  const middle = median(times.flatMap((one) => secondsTaken(one) ?? []))
  return middle === null ? t.unknown : seconds(middle)
}

/** The lower middle, as a time that one of them really took; null of none. */
export function median(values: number[]): number | null {
  return values.sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? null
}
