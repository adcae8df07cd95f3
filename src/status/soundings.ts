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

/** `complete`: whether customers read of every release, so that what is missing is older. */
type Given = { tallies: readonly Tally[]; marks: readonly PublicMark[]; complete: boolean }

export function soundingOf({ tallies, marks, complete }: Given, t: Words['soundings']) {
  const pennants = pennantsOf(marks, tallies.length)
  const counted = pennants.map((pennant) => (pennant?.releases ?? 0) > 1)
  return {
    ...daysBelow(tallies),
    ...flagsAbove(pennants),
    counts: countsOf(pennants),
    arcs: arcsOf(marks, counted, complete),
    captions: captionsOf(tallies, pennants, t),
  }
}

/** A rollback has no pennant of its own: it is the arc. */
function pennantsOf(marks: readonly PublicMark[], length: number) {
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
    tallies.flatMap(({ worst_status }, day) => (worst_status === wanted ? [day] : []))
  const known = tallies.findIndex(({ worst_status }) => worst_status !== null)
  const began = known < 0 ? tallies.length : known
  const hanging = (['degraded_performance', 'partial_outage', 'major_outage'] as const).map((status) => ({
    status,
    path: row(of(status), { x: 0, y: top, shape: () => `h${wide}v${depths[status]}h-${wide}z`, down: 0 }),
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
    maintenance: row(of('under_maintenance'), {
      x: 0.5,
      y: top + 0.5,
      shape: () => 'h4v9h-4zm0 5l4-4m-4 8l4-4m-4-5',
      down: 0,
    }),
  }
}

/**
 * The same shape on several days as one path. It begins at `x`, `y` of its day and ends `down` pixels above it: each
 * is drawn from where the last one ended, since what repeats itself is small once it is compressed.
 */
function row(
  days: readonly number[],
  { x, y, shape, down }: { x: number; y: number; shape: (day: number) => string; down: number },
) {
  let path = ''
  let last: number | undefined
  for (const day of days) {
    path += last === undefined ? `M${day * step + x} ${y}` : `m${(day - last) * step} ${down}`
    path += shape(day)
    last = day
  }
  return path
}

/** One path for each look of a pennant. */
function flagsAbove(pennants: readonly (Pennant | undefined)[]) {
  const like = (look: (pennant: Pennant) => boolean) =>
    pennants.flatMap((pennant, day) => (pennant && look(pennant) ? [day] : []))
  const cloth = (day: number) => clothOf(day, pennants)
  const flags = (days: number[]) =>
    row(days, { x: 2.5, y: 30, shape: (day) => `v-17h${cloth(day)}l-2 3 2 3h-${cloth(day)}`, down: 11 })
  const half = like(({ back, part, releases }) => back === 0 && part === releases)
  const upperHalf = (day: number) => `h${cloth(day)}l-2 3h-${cloth(day) - 2}z`
  return {
    flags: {
      full: flags(like(({ back, part, releases }) => back === 0 && part < releases)),
      hollow: flags(like(({ back }) => back > 0)),
      half: flags(half),
      tone: row(half, { x: 2.5, y: 13, shape: upperHalf, down: 0 }),
    },
  }
}

/** Shorter beside a neighbour and at an edge of a window: what hangs out of the day before it would be half a pennant. */
function clothOf(day: number, pennants: readonly (Pennant | undefined)[]) {
  if (shownDays.some((length) => day === pennants.length - length - 1)) return 5
  return pennants[day + 1] || day === pennants.length - 1 ? 6 : 8
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

/** What each window draws, in words: of the same days and pennants, so that they cannot disagree. */
function captionsOf(
  tallies: readonly Tally[],
  pennants: readonly (Pennant | undefined)[],
  t: Words['soundings'],
) {
  let [told, releases, back] = [0, 0, 0]
  let sum = addUp([])
  // from the narrowest window on, each adds its days to those of the one before
  return shownDays.toReversed().map((length) => {
    const more = <T>(all: readonly T[]) => all.slice(Math.max(0, all.length - length), all.length - told)
    sum = addUp([sum, ...more(tallies)])
    for (const pennant of more(pennants)) {
      releases += pennant?.releases ?? 0
      back += pennant?.back ?? 0
    }
    told = length
    const uptime = t.uptime(percentOf(sum.uptime))
    return { length, days: t.days(length), releases: t.releases(releases, back), uptime }
  })
}
