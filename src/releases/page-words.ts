import { duration, seconds, when } from '../platform/zone.ts'
import { mayExpose } from './exposure.ts'
import type { ReleaseView } from './reading.ts'
import type { Step } from './steps.ts'

const mostSteps = 12
/** In percent of the customers. */
const apart = 10

type Place = { time_zone: string; now: string }

/** Each step of a way that had several, in words: "10%", when, and for how long. Pure; empty when everybody had it at once. */
export function stepLines(steps: readonly Step[], { time_zone, now }: Place) {
  const isPlain = steps.every(({ percent }) => percent === 100)
  if (isPlain) return []
  return inStrides(steps).map(({ percent, dark, at, until }) => ({
    at,
    when: when(at, time_zone, now),
    icon: dark ? 'dark' : percent === 0 ? 'rollback' : percent === 100 ? 'release' : 'partly',
    tone: percent === 0 && !dark ? 'rollback' : 'partly',
    words: stepWords(percent, dark),
    lasted: until === null ? null : `for ${duration(at, until)}`,
  }))
}

/** A tool may tell of every second: of many steps those are shown that turn, or are a good part on from the last one. */
function inStrides(steps: readonly Step[]): Step[] {
  if (steps.length <= mostSteps) return [...steps]
  const kept: Step[] = []
  for (const step of steps) {
    const last = kept.at(-1)
    const isTurn =
      step.dark || step.percent === 0 || step.percent === 100 || step.percent < (last?.percent ?? 0)
    if (!last || isTurn || step.percent - last.percent >= apart) kept.push({ ...step })
    else last.until = step.until
  }
  return kept.slice(-mostSteps)
}

function stepWords(percent: number, dark: boolean) {
  if (dark) return 'Dark'
  return percent === 0 ? 'Nobody' : percent === 100 ? 'Everybody' : `${percent}%`
}

/** The most that ever had what is over and never reached everybody; null where there is nothing to say. */
export function mostWords({ state, most_percent, outcome }: ReleaseView): string | null {
  const isOver = state === 'rolled_back' || outcome === 'failed' || outcome === 'cancelled'
  if (!isOver || !most_percent || most_percent >= 100) return null
  return `${most_percent}% of the customers ever had it`
}

/** "11 min, usually 9": how long it took beside what is usual; null while neither is known. */
export function besideUsual(took_seconds: number | null, usual_seconds: number | null): string | null {
  if (took_seconds === null) return usual_seconds === null ? null : `usually ${seconds(usual_seconds)}`
  return usual_seconds === null
    ? seconds(took_seconds)
    : `${seconds(took_seconds)}, usually ${seconds(usual_seconds)}`
}

/** What an operator may do to whom it reaches; null where nothing can be done. */
export function exposureOf(release: ReleaseView) {
  if (!mayExpose({ ...release, state: stateOf(release) })) return null
  const { percent, dark_at, state } = release
  const some = percent !== null && percent > 0 && percent < 100
  return {
    words: dark_at ? 'Nobody sees it yet.' : some ? `${percent}% of customers have it.` : nobody(state),
    /** Whether it is what the page is for: what is over can wait. */
    first: state !== 'rolled_back' && state !== 'running',
    percent: some && !dark_at ? percent : null,
    may_take_back: some && dark_at === null,
    take_back: release.kind === 'flag' ? 'Switch it off' : 'Take it back from everybody',
    promote: release.kind === 'flag' ? 'Switch it on for everybody' : 'Give it to everybody',
  }
}

/** What fell silent stands as it last spoke. */
function stateOf({ state, percent, dark_at }: ReleaseView) {
  if (state !== 'lost') return state
  return dark_at ? 'dark' : percent ? 'canary' : 'running'
}

function nobody(state: ReleaseView['state']) {
  return state === 'rolled_back' ? 'It was taken back: nobody has it.' : 'It is going out.'
}
