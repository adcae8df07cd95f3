import { type Day, dayFinder, lastDays, startOfDate } from '../components/calendar.ts'
import type { PublicComponent } from '../components/public.ts'
import { type PublicImpact, publicImpacts } from '../components/public-impacts.ts'
import { momentOf, tally, worstOverTime } from '../components/uptime.ts'
import { type Context, nowText } from '../platform/context.ts'
import { day as dayWords } from '../platform/zone.ts'
import { type PublicMark, publicMarks } from '../releases/public-marks.ts'
import { tellsEveryRelease } from '../site/model.ts'
import type { Site } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { drawnDays } from './scale.ts'
import { linesOf } from './sounding-lines.ts'
import { soundingOf } from './soundings.ts'

/** How many eventful days are listed of each component, and how many of all together, so that the page stays small. */
const listed = 12
const listedOfAll = 60
const fewest = 3

type Scene = {
  days: Day[]
  named: (date: string) => string
  lines: number
  time_zone: string
  complete: boolean
  t: Words
}

type Asked = {
  /** How many the page shows. */
  components?: number
  component_id?: string
  impacts_since?: string
}

/** What happened to components on the days that are drawn: two questions to the store, however many components. */
export async function readSoundings(
  ctx: Context,
  site: Site,
  { components = 1, component_id, impacts_since }: Asked,
) {
  const now = nowText(ctx)
  const t = wordsFor(site.language)
  const days = lastDays(now, site.time_zone, drawnDays)
  const since = momentOf(days[0]?.from ?? 0)
  const of = component_id ? { component_id } : {}
  const impacts = await publicImpacts(ctx, { ...of, since: impacts_since ?? since })
  const marks = await publicMarks(ctx, { ...of, since, dayOf: dayFinder(days) })
  const scene: Scene = {
    days,
    named: namesOfDays(days.at(-1)?.date ?? '', t.time),
    lines: Math.max(fewest, Math.min(listed, Math.floor(listedOfAll / components))),
    time_zone: site.time_zone,
    complete: tellsEveryRelease(site.public_releases),
    t,
  }
  const impactsOf = Map.groupBy(impacts, (impact) => impact.component_id)
  const marksOf = Map.groupBy(marks, (mark) => mark.component_id)
  return {
    impacts,
    /** Whether something reached only a part of the customers: then the legend says how that looks. */
    legend: marks.some(({ reach }) => reach === 'part'),
    /** When each release since a moment went live for everybody, for counting them; ways back are counted apart. */
    liveSince: (moment: string) => (tellsEveryRelease(site.public_releases) ? liveSince(marks, moment) : []),
    of: (component: PublicComponent) =>
      sounding(component, impactsOf.get(component.id) ?? [], marksOf.get(component.id) ?? [], scene),
  }
}

function liveSince(marks: readonly PublicMark[], moment: string) {
  return marks.flatMap(({ kind, live_at }) =>
    kind !== 'rollback' && live_at !== null && live_at >= moment ? [live_at] : [],
  )
}

export type Soundings = Awaited<ReturnType<typeof readSoundings>>

function sounding(
  { started_on }: PublicComponent,
  impacts: PublicImpact[],
  marks: PublicMark[],
  { days, named, lines: most, time_zone, complete, t }: Scene,
) {
  const began = startOfDate(started_on, time_zone)
  const segments = worstOverTime(impacts)
  const tallies = days.map((day) => tally(segments, began, day))
  const known = tallies.findIndex(({ worst_status }) => worst_status !== null)
  const { lines, more } = linesOf({ impacts, marks, days, known: known < 0 ? days.length : known }, most, t)
  return {
    ...soundingOf({ tallies, marks, complete }, t.soundings),
    lines: lines.map((line) => ({ ...line, words: named(line.date) })),
    more: more === 0 ? '' : t.soundings.more_days(more),
  }
}

let namedOn = ''
let namedIn: Words['time'] | undefined
const names = new Map<string, string>()

/** "Today", "Sat 21 Nov": naming a day is slow, and a name holds until the day is over. */
function namesOfDays(today: string, t: Words['time']) {
  const noon = (date: string) => `${date}T12:00:00.000Z`
  return (date: string) => {
    if (namedOn !== today || namedIn !== t) names.clear()
    namedOn = today
    namedIn = t
    const name = names.get(date) ?? dayWords(noon(date), 'UTC', noon(today), t)
    names.set(date, name)
    return name
  }
}
