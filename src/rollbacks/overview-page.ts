import { lastQuarters } from '../components/quarters.ts'
import { listComponents } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { duration, seconds } from '../platform/zone.ts'
import { listEnvironments } from '../releases/environments.ts'
import { readSite } from '../site/store.ts'
import { type Overview, type OverviewFilter, rollbackOverview, type Walk } from './overview.ts'
import type { LaneCount } from './overview-counts.ts'
import { overviewList, placeOf } from './overview-list.ts'

/** So many quarters can be chosen; any other can be written into the address. */
const offered = 12
/** A way back that nobody walked for so long is as good as never walked: readiness says the same. */
const provenMillis = 90 * 86_400_000

/** What the filters of the operators' page offer, whatever was asked for. */
export async function overviewChoices(ctx: Context) {
  const { time_zone } = await readSite(ctx)
  return {
    components: await listComponents(ctx),
    environments: await listEnvironments(ctx),
    quarters: lastQuarters(nowText(ctx), time_zone, offered).map(({ quarter, year, number }) => ({
      quarter,
      words: `Q${number} ${year}`,
    })),
  }
}

/** Everything that the operators' `/admin/rollbacks` tells. */
export async function overviewPage(ctx: Context, filter: OverviewFilter) {
  const overview = await rollbackOverview(ctx, filter)
  const names = await namesOf(ctx)
  const isEverything = !filter.component && !filter.quarter && !filter.environment
  return {
    sections: overview.quarters.map((quarter) => section(overview, quarter, names, isEverything)),
    never: overview.walks
      .filter(({ walked_at }) => walked_at === null)
      .map(nameOf)
      .join(', '),
    walked: overview.walks.flatMap((walk) => walkRow(walk, ctx.now())).sort(longestAgoFirst),
    ...(await overviewList(ctx, overview)),
  }
}

type Names = Awaited<ReturnType<typeof namesOf>>

async function namesOf(ctx: Context) {
  const all = [...(await listComponents(ctx)), ...(await listComponents(ctx, { archived: true }))]
  return {
    components: new Map(all.map(({ id, name }) => [id, name])),
    environments: new Map((await listEnvironments(ctx)).map(({ id, name }) => [id, name])),
  }
}

/** One quarter: those to which something happened, and how many releases there were of the others. */
function section(
  { counts }: Overview,
  { quarter, year, number }: Overview['quarters'][number],
  names: Names,
  isBrief: boolean,
) {
  const own = counts.filter((one) => one.quarter === quarter)
  const shown = own.filter((one) => !isBrief || isEventful(one))
  const plain = own.filter((one) => !shown.includes(one))
  const releases = plain.reduce((all, one) => all + one.releases, 0)
  return {
    words: `Q${number} ${year}`,
    rows: shown.sort(mostFirst).map((one) => countRow(one, names)),
    rest: plain.length === 0 ? '' : restWords(plain.length, releases, shown.length > 0),
  }
}

function isEventful({ rollbacks, rolled_forward, drills, incidents }: LaneCount) {
  return rollbacks + rolled_forward + drills + incidents > 0
}

function mostFirst(one: LaneCount, other: LaneCount) {
  return (
    other.rollbacks + other.rolled_forward - (one.rollbacks + one.rolled_forward) ||
    other.releases - one.releases
  )
}

function restWords(places: number, releases: number, isRest: boolean) {
  const what = `${places.toLocaleString('en')} ${isRest ? 'other ' : ''}${places === 1 ? 'component' : 'components'}`
  return `${what}: ${count(releases, 'release')}, and nothing to take back.`
}

function count(number: number, noun: string) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

function countRow(one: LaneCount, { components, environments }: Names) {
  const { rollbacks, releases, share, seconds_back, seconds_back_in_drills, seconds_to_release } = one
  const back = seconds_back ?? seconds_back_in_drills
  return {
    component: components.get(one.component_id) ?? '',
    environment: placeOf(environments.get(one.environment_id) ?? ''),
    backs: releases > 0 ? `${rollbacks} of ${releases.toLocaleString('en')}` : String(rollbacks),
    share: share !== null && rollbacks > 0 ? percent(share) : '',
    rolled_forward: one.rolled_forward || '',
    drills: one.drills || '',
    incidents: one.incidents || '',
    back: back === null ? '' : `${seconds(back)}${seconds_back === null ? ' in a drill' : ''}`,
    release: seconds_to_release === null ? '' : seconds(seconds_to_release),
    is_slower: one.is_slower,
  }
}

/** "3.3%", "12%": two digits say enough. */
function percent(share: number) {
  const value = share * 100
  return `${value >= 9.95 ? Math.round(value) : Math.round(value * 10) / 10}%`
}

function nameOf({ component, environment }: Walk) {
  const place = placeOf(environment)
  return place ? `${component.name} (${place})` : component.name
}

function walkRow(walk: Walk, now: Date) {
  const { component, environment, release_id, walked_at, was_drill, took_seconds } = walk
  if (walked_at === null) return []
  return {
    component,
    environment: placeOf(environment),
    release_id,
    walked_at,
    ago: `${duration(walked_at, now.toISOString())} ago`,
    is_long_ago: now.getTime() - Date.parse(walked_at) > provenMillis,
    how: was_drill ? 'in a drill' : 'because it was needed',
    took: took_seconds === null ? '' : seconds(took_seconds),
  }
}

/** What a drill should prove next. */
function longestAgoFirst(one: { walked_at: string }, other: { walked_at: string }) {
  return one.walked_at < other.walked_at ? -1 : 1
}
