import type { NamedComponent } from '../components/public-names.ts'
import type { Quarter } from '../components/quarters.ts'
import { median } from '../platform/median.ts'
import { seconds } from '../platform/zone.ts'
import type { QuarterCount, ReleaseTimes } from '../releases/public-times.ts'
import type { Words } from '../site/words/index.ts'

type T = Words['past']['rollbacks'] & { time: Words['time'] }
type Given = {
  components: readonly NamedComponent[]
  /** Newest first. */
  quarters: readonly Quarter[]
  counts: readonly QuarterCount[]
  /** The releases that could not be rolled back, by when their trouble began. */
  forwards: readonly { component_id: string; at: string }[]
  /** Each that went live in the short window. */
  recent: readonly ReleaseTimes[]
  /** The ways back of the long window, drills too: there are few, so that a short one would know of none. */
  backs: readonly ReleaseTimes[]
}

/** How often each component was released and rolled back in each quarter, most often rolled back first. Pure. */
export function countRows({ components, quarters, counts, forwards, recent, backs }: Given, t: T) {
  return components
    .map((component) => {
      const own = <One extends { component_id: string }>(all: readonly One[]) =>
        all.filter(({ component_id }) => component_id === component.id)
      const numbers = quarters.map((quarter) => numbersIn(quarter, own(counts), own(forwards)))
      const sum = (name: 'backs' | 'forwards') => numbers.reduce((all, one) => all + one[name], 0)
      const rank = { backs: sum('backs'), forwards: sum('forwards') }
      return { component, numbers, rank, recent: own(recent), backs: own(backs) }
    })
    .filter(({ numbers }) => numbers.some(isAnything))
    .sort(({ rank: one }, { rank: other }) => other.backs - one.backs || other.forwards - one.forwards)
    .map(({ component, numbers, recent, backs }) => ({
      component,
      quarters: numbers.map((one) => often(one, t)),
      back: timeBack(backs, t),
      release: timeToRelease(recent, t),
    }))
}

type Numbers = ReturnType<typeof numbersIn>

function numbersIn(
  { quarter, from, until }: Quarter,
  counts: readonly QuarterCount[],
  forwards: readonly { at: string }[],
) {
  const of = (name: 'releases' | 'backs' | 'drills') =>
    counts.reduce((all, one) => (one.quarter === quarter ? all + one[name] : all), 0)
  const within = forwards.filter(({ at }) => at >= from && at < until)
  return { releases: of('releases'), backs: of('backs'), drills: of('drills'), forwards: within.length }
}

function isAnything({ releases, backs, drills, forwards }: Numbers) {
  return releases + backs + drills + forwards > 0
}

/** "2 of 61", their share, and what else there was; a way back from what is older has no share of its quarter. */
function often({ backs, releases, drills, forwards }: Numbers, t: T) {
  const share = backs > 0 && releases >= backs ? t.share(percent(backs / releases)) : ''
  const also = [forwards > 0 ? t.also_forward(forwards) : '', drills > 0 ? t.also_drills(drills) : '']
  return { words: t.often(backs, releases), share, also: also.filter((words) => words !== '').join(', ') }
}

/** "3.3", "12", "0.4": two digits say enough. */
function percent(share: number): string {
  const value = share * 100
  return value >= 9.95 ? String(Math.round(value)) : String(Math.round(value * 10) / 10)
}

/** The middle of the ways back that were needed; where none was, a drill tells how long one would take. */
function timeBack(backs: readonly ReleaseTimes[], t: T): string {
  const needed = backs.filter(({ isDrill }) => !isDrill)
  if (needed.length > 0) return middleWords(needed, t)
  return backs.length > 0 ? t.in_drill(middleWords(backs, t)) : t.never
}

function timeToRelease(recent: readonly ReleaseTimes[], t: T): string {
  const middle = middleOf(recent.filter(({ isBack, isDrill }) => !isBack && !isDrill))
  return middle === null ? '' : t.to_release(seconds(middle, t.time))
}

function middleWords(times: readonly Pick<ReleaseTimes, 'took_seconds'>[], t: T): string {
  const middle = middleOf(times)
  return middle === null ? t.unknown : seconds(middle, t.time)
}

function middleOf(times: readonly Pick<ReleaseTimes, 'took_seconds'>[]) {
  return median(times.flatMap(({ took_seconds }) => took_seconds ?? []))
}
