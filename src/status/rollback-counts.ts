import type { NamedComponent } from '../components/public-names.ts'
import { seconds } from '../platform/zone.ts'
import type { ReleaseTimes } from '../releases/public-times.ts'
import type { Words } from '../site/words/index.ts'

type T = Words['past']['rollbacks'] & { time: Words['time'] }
type Counted = { component_id: string; isBack: boolean; count?: number }
type Given = {
  components: readonly NamedComponent[]
  /** Each that went live in the short window, and how many did in the long one. */
  recent: readonly ReleaseTimes[]
  year: readonly Counted[]
  /** The ways back of the long window: there are few, so that a short one would know of none. */
  backs: readonly ReleaseTimes[]
}

/** How often each component was released and rolled back, most often rolled back first. Pure. */
export function countRows({ components, recent, year, backs }: Given, t: T) {
  return components
    .map((component) => {
      const own = <One extends { component_id: string }>(all: readonly One[]) =>
        all.filter(({ component_id }) => component_id === component.id)
      return { component, recent: own(recent), year: numbersOf(own(year)), backs: own(backs) }
    })
    .filter(({ year }) => year.releases + year.backs > 0)
    .sort((one, other) => other.year.backs - one.year.backs)
    .map(({ component, recent, year, backs }) => ({
      component,
      recent: often(numbersOf(recent), t),
      year: often(year, t),
      back: backs.length === 0 ? t.never : middleWords(backs, t),
      release: middleWords(
        recent.filter(({ isBack }) => !isBack),
        t,
      ),
    }))
}

function numbersOf(counted: readonly Counted[]) {
  const sum = (isBack: boolean) =>
    counted.reduce((all, one) => (one.isBack === isBack ? all + (one.count ?? 1) : all), 0)
  return { backs: sum(true), releases: sum(false) }
}

/** "2 of 61" and their share; a way back from what is older than the window has no share of it. */
function often({ backs, releases }: { backs: number; releases: number }, t: T) {
  const share = backs > 0 && releases >= backs ? t.share(percent(backs / releases)) : ''
  return { words: t.often(backs, releases), share }
}

/** "3.3", "12", "0.4": two digits say enough. */
function percent(share: number): string {
  const value = share * 100
  return value >= 9.95 ? String(Math.round(value)) : String(Math.round(value * 10) / 10)
}

function middleWords(times: readonly Pick<ReleaseTimes, 'took_seconds'>[], t: T): string {
  const middle = median(times.flatMap(({ took_seconds }) => took_seconds ?? []))
  return middle === null ? t.unknown : seconds(middle, t.time)
}

/** The lower middle, so that it is a time which one of them really took; null of none. */
export function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? null
}
