import type { Day } from '../components/calendar.ts'
import type { ComponentStatus } from '../components/model.ts'
import { addUp, percentOf, type Tally } from '../components/uptime.ts'
import type { PublicMark } from '../releases/public-marks.ts'
import type { Words } from '../site/words/index.ts'
import { shownDays, step } from './scale.ts'
import { arcsOf } from './sounding-arcs.ts'

/**
 * The soundings of one component: above the rail what was done, below it how it was. Pure: days and marks in, the
 * paths of an SVG and the words beside it out. Paths hold many shapes each, so that the page stays small; calm days
 * are one dashed line.
 */

/** Pixels of a day; the rest of a step is the gap. */
const wide = 5
const top = 32
const depths = { operational: 10, degraded_performance: 16, partial_outage: 23, major_outage: 30 }

/** What the pennants of one day say: how many releases, and how many of them were taken back or reached only a part. */
type Pennant = { releases: number; back: number; part: number }

type Given = { tallies: readonly Tally[]; marks: readonly PublicMark[]; days: readonly Day[] }

export function soundingOf(given: Given, t: Words['soundings']) {
  const { tallies, marks, days } = given
  const placed = marks.map((mark) => ({ ...mark, day: dayOf(mark.at, days) }))
  const pennants = pennantsOf(placed, days.length)
  const counted = pennants.map((pennant) => (pennant?.releases ?? 0) > 1)
  return {
    ...daysBelow(tallies),
    ...flagsAbove(pennants),
    counts: countsOf(pennants),
    arcs: arcsOf(placed, counted),
    captions: shownDays.map((length) => captionOf(tallies.slice(-length), pennants.slice(-length), t)),
  }
}

/** The day on which a moment lies; -1 before the first. What a fast clock puts into the future is of today. */
export function dayOf(at: string, days: readonly Day[]): number {
  const second = Date.parse(at) / 1000
  let [low, high] = [0, days.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((days[middle]?.from ?? 0) <= second) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** A rollback has no pennant of its own: it is the arc. */
function pennantsOf(marks: readonly (PublicMark & { day: number })[], length: number) {
  const pennants: (Pennant | undefined)[] = Array.from({ length })
  for (const { kind, day, reach } of marks) {
    if (kind === 'rollback' || day < 0) continue
    pennants[day] ??= { releases: 0, back: 0, part: 0 }
    pennants[day].releases++
    if (reach === 'taken_back') pennants[day].back++
    if (reach === 'part') pennants[day].part++
  }
  return pennants
}

function daysBelow(tallies: readonly Tally[]) {
  const of = (wanted: ComponentStatus) =>
    tallies.flatMap(({ worst_status }, day) => (worst_status === wanted ? [day * step] : []))
  const known = tallies.findIndex(({ worst_status }) => worst_status !== null)
  const began = known < 0 ? tallies.length : known
  const hanging = (['degraded_performance', 'partial_outage', 'major_outage'] as const).map((status) => ({
    status,
    path: of(status)
      .map((x) => `M${x} ${top}h${wide}v${depths[status]}h-${wide}z`)
      .join(''),
  }))
  return {
    /** Where the calm days begin, as one dashed line; null when none is known. */
    calm:
      began < tallies.length
        ? `M${began * step} ${top + depths.operational / 2}H${tallies.length * step - 2}`
        : null,
    /** The days that nothing is known of, as dots. */
    unknown: began > 0 ? `M1.5 ${top + 1}H${began * step - 2}` : null,
    hanging: hanging.filter(({ path }) => path !== ''),
    /** Outlined and hatched, so that it is not taken for calm in print. */
    maintenance: of('under_maintenance')
      .map((x) => `M${x}.5 32.5h4v9h-4zm0 5l4-4m-4 8l4-4`)
      .join(''),
  }
}

/** One path for each look of a pennant; one that has a neighbour is shorter, and so is today's, at the edge. */
function flagsAbove(pennants: readonly (Pennant | undefined)[]) {
  const looks = { full: '', hollow: '', half: '', tone: '' }
  for (const [day, pennant] of pennants.entries()) {
    if (!pennant) continue
    const x = `${day * step + 2}.5`
    const short = pennants[day + 1] !== undefined || day === pennants.length - 1
    const cloth = short ? 'h6l-2 3 2 3h-6' : 'h8l-2.5 3 2.5 3h-8'
    const path = `M${x} 30V13${cloth}`
    if (pennant.back > 0) looks.hollow += path
    else if (pennant.part < pennant.releases) looks.full += path
    else {
      looks.half += path
      looks.tone += `M${x} 13${short ? 'h6l-2 3h-4z' : 'h8l-2.5 3h-5.5z'}`
    }
  }
  return { flags: looks }
}

/** One digit for each day on which several were released; more than nine are a plus, so that digits never meet. */
function countsOf(pennants: readonly (Pennant | undefined)[]) {
  const several = pennants.flatMap((pennant, day) =>
    pennant && pennant.releases > 1 ? [{ x: day * step + 6, releases: pennant.releases }] : [],
  )
  if (several.length === 0) return null
  return {
    x: several.map(({ x }) => x).join(' '),
    digits: several.map(({ releases }) => (releases > 9 ? '+' : releases)).join(''),
  }
}

/** What is drawn, in words: of the same days and pennants, so that they cannot disagree. */
function captionOf(
  tallies: readonly Tally[],
  pennants: readonly (Pennant | undefined)[],
  t: Words['soundings'],
) {
  const sum = (of: (pennant: Pennant) => number) =>
    pennants.reduce((all, pennant) => all + (pennant ? of(pennant) : 0), 0)
  return {
    length: tallies.length,
    days: t.days(tallies.length),
    releases: t.releases(
      sum(({ releases }) => releases),
      sum(({ back }) => back),
    ),
    uptime: t.uptime(percentOf(addUp(tallies).uptime)),
  }
}
