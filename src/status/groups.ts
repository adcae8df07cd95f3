import { type Day, lastDays, startOfDate } from '../components/calendar.ts'
import { statusWords } from '../components/model.ts'
import type { PublicComponent } from '../components/public.ts'
import { type PublicImpact, publicImpacts } from '../components/public-impacts.ts'
import { tally, worstOverTime } from '../components/uptime.ts'
import { type Context, nowText } from '../platform/context.ts'
import { day as dayWords } from '../platform/zone.ts'
import { type PublicMark, publicMarks } from '../releases/public-marks.ts'
import type { Site } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { drawnDays } from './scale.ts'
import { linesOf } from './sounding-lines.ts'
import { soundingOf } from './soundings.ts'
import { groupLine } from './words.ts'

/** With more components than this, groups in which all is well are folded. */
const unfolded = 12
/** With more than this, a field to find one by its name helps. */
const findable = 25
/** How many eventful days are listed. */
const listed = 12

type Scene = { days: Day[]; named: (date: string) => string; time_zone: string; t: Words['soundings'] }

/** What happened to components on the days that are drawn: two questions to the store, however many components. */
export async function readSoundings(
  ctx: Context,
  site: Site,
  { component_id, impacts_since }: { component_id?: string; impacts_since?: string } = {},
) {
  const now = nowText(ctx)
  const days = lastDays(now, site.time_zone, drawnDays)
  const since = new Date((days[0]?.from ?? 0) * 1000).toISOString()
  const of = component_id ? { component_id } : {}
  const impacts = await publicImpacts(ctx, { ...of, since: impacts_since ?? since })
  const marks = await publicMarks(ctx, { ...of, since })
  const named = namesOfDays(days.at(-1)?.date ?? '')
  const scene: Scene = { days, named, time_zone: site.time_zone, t: wordsFor(site.language).soundings }
  const impactsOf = Map.groupBy(impacts, (impact) => impact.component_id)
  const marksOf = Map.groupBy(marks, (mark) => mark.component_id)
  return {
    impacts,
    /** Whether something reached only a part of the customers: then the legend says how that looks. */
    legend: marks.some(({ reach }) => reach === 'part'),
    /** When each release since a moment went live for everybody, for counting them; ways back are counted apart. */
    liveSince: (moment: string) =>
      marks.flatMap(({ kind, live_at }) =>
        kind !== 'rollback' && live_at !== null && live_at >= moment ? [live_at] : [],
      ),
    of: (component: PublicComponent) =>
      sounding(component, impactsOf.get(component.id) ?? [], marksOf.get(component.id) ?? [], scene),
  }
}

type Soundings = Awaited<ReturnType<typeof readSoundings>>

function sounding(
  { started_on }: PublicComponent,
  impacts: PublicImpact[],
  marks: PublicMark[],
  { days, named, time_zone, t }: Scene,
) {
  const began = startOfDate(started_on, time_zone)
  const segments = worstOverTime(impacts)
  const tallies = days.map((day) => tally(segments, began, day))
  const known = tallies.findIndex(({ worst_status }) => worst_status !== null)
  const { lines, more } = linesOf({ impacts, marks, days, known: known < 0 ? days.length : known }, listed, t)
  return {
    ...soundingOf({ tallies, marks, days }, t),
    lines: lines.map((line) => ({ ...line, words: named(line.date) })),
    more: more === 0 ? '' : t.more_days(more),
  }
}

/** "Today", "Sat 21 Nov": each day is named once, since many components share it. */
function namesOfDays(today: string) {
  const noon = (date: string) => `${date}T12:00:00.000Z`
  const names = new Map<string, string>()
  return (date: string) => {
    const name = names.get(date) ?? dayWords(noon(date), 'UTC', noon(today))
    names.set(date, name)
    return name
  }
}

/** Groups in the order of the page, then what has no group. */
export function groupsOf(components: PublicComponent[], soundings: Soundings) {
  const several = components.some((component) => component.live.length > 1)
  const groups = [...Map.groupBy(components, (component) => component.group?.id ?? '').values()]
  return groups.map((members) => {
    const line = groupLine(members)
    return {
      name: members[0]?.group?.name ?? '',
      line,
      open: line.status !== 'operational' || components.length <= unfolded,
      components: members.map((component) => componentRow(component, several, soundings)),
    }
  })
}

/** Whether there are so many that a field to find one helps. */
export function needsFilter(components: readonly PublicComponent[]) {
  return components.length > findable
}

/** A component with its words and its drawing. */
export function componentRow(component: PublicComponent, several: boolean, soundings: Soundings) {
  return {
    ...component,
    status_words: statusWords[component.status],
    several,
    sounding: soundings.of(component),
  }
}
