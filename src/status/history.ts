import { type NamedComponent, namedComponents } from '../components/public-names.ts'
import { firstPublicIncidentAt, publicIncidentsBetween } from '../incidents/public-between.ts'
import { firstMaintenanceAt, maintenancesBetween } from '../maintenance/public-lists.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { isDrill } from '../releases/model.ts'
import { firstPublicReleaseAt, publicReleasesBetween } from '../releases/public-between.ts'
import { readSite } from '../site/store.ts'
import { wordsFor } from '../site/words/index.ts'
import { chosen, daysOf, openBefore, type Show, shows, type Told } from './history-days.ts'
import { dateFinder, monthOf, monthsBetween, spanOf, zoneOver } from './history-months.ts'
import { environmentsTold } from './pages.ts'

type Asked = { month?: string | undefined; show?: string | undefined; component?: string | undefined }

/** More planned work than this nobody does in a month; the newest stands there. */
const mostWork = 200
const nothing = 'There is nothing at this address.'

/** All months that have a page, newest first: from the first thing that is public until now, as "2026-11". */
export async function historyMonths(ctx: Context): Promise<string[]> {
  return monthsIn(ctx, (await readSite(ctx)).time_zone)
}

async function monthsIn(ctx: Context, time_zone: string) {
  const present = monthOf(nowText(ctx), time_zone)
  const firsts = [
    await firstPublicReleaseAt(ctx),
    await firstPublicIncidentAt(ctx),
    await firstMaintenanceAt(ctx),
  ]
  const months = firsts.flatMap((at) => (at === null ? [] : monthOf(at, time_zone)))
  return monthsBetween([...months, present].sort()[0] ?? present, present)
}

/** What a month was like: the present one unless another is named; what has no page does not exist. */
export async function historyPage(ctx: Context, asked: Asked) {
  const site = await readSite(ctx)
  const { time_zone } = site
  const words = wordsFor(site.language)
  const t = words.past.history
  const months = await monthsIn(ctx, time_zone)
  const month = asked.month ?? months[0] ?? ''
  if (!months.includes(month)) throw new Refusal('not-found', nothing)
  const components = (await namedComponents(ctx)).filter(({ archived }) => !archived)
  const filter = filterOf(asked, components)
  const span = spanOf(month, time_zone)
  const { told, more_after, left_out } = await toldOf(ctx, { ...span, component_id: filter.component?.id })
  const left = chosen(told, filter.show)
  const dateOf = dateFinder(month, time_zone)
  const frame = {
    ...span,
    now: nowText(ctx),
    time_zone,
    dateOf,
    several: (await environmentsTold(ctx)) > 1,
    t: words,
  }
  const last = new Date(Date.parse(span.until) - 1).toISOString()
  return {
    month,
    present: month === months[0],
    title: t.title(t.month(month)),
    name: t.month(month),
    zone: zoneOver(time_zone, span.from, last, words.time),
    counted: t.counted(countsOf(left)),
    days: daysOf(left, frame),
    before: openBefore(left, frame),
    filter: { ...filter, shows: shows.map((show) => ({ show, words: t.shows[show] })) },
    components,
    more_at: filter.show === 'everything' && more_after ? logAfter(more_after, filter.component) : null,
    left_out,
    ...waysOn(months, month, filter),
  }
}

type Filter = { show: Show; component: NamedComponent | null }

function filterOf({ show, component: slug }: Asked, components: NamedComponent[]): Filter {
  // a form sends an empty field for "all"
  const wanted = shows.find((one) => one === (show || 'everything'))
  const component = slug ? components.find((one) => one.slug === slug) : null
  if (!wanted || component === undefined) throw new Refusal('not-found', nothing)
  return { show: wanted, component }
}

async function toldOf(
  ctx: Context,
  asked: { from: string; until: string; component_id: string | undefined },
) {
  const { incidents, left_out } = await publicIncidentsBetween(ctx, asked)
  const { more_after, ...releases } = await publicReleasesBetween(ctx, asked)
  const { from, until: to, component_id } = asked
  const work = await maintenancesBetween(ctx, { from, to, component_id, limit: mostWork })
  return { told: { incidents, ...releases, work } satisfies Told, more_after, left_out }
}

function countsOf({ incidents, eventful, plain }: Told) {
  const backs = eventful.filter(({ kind }) => kind === 'rollback')
  const drills = backs.filter(isDrill).length
  return {
    incidents: incidents.length,
    releases: plain.length + eventful.length - backs.length,
    rollbacks: backs.length - drills,
    drills,
  }
}

function logAfter(cursor: string, component: Filter['component']) {
  return `/releases?${component ? `component=${component.slug}&` : ''}cursor=${cursor}`
}

/** The other months, with the filter kept: the newer and the older one, and all of them by year. */
function waysOn(months: string[], month: string, { show, component }: Filter) {
  const kept = new URLSearchParams({
    ...(show === 'everything' ? {} : { show }),
    ...(component ? { component: component.slug } : {}),
  }).toString()
  const address = (to: string) => `${to === months[0] ? '/history' : `/history/${to}`}${kept && `?${kept}`}`
  const way = (to: string | undefined) => (to ? { month: to, href: address(to) } : null)
  const place = months.indexOf(month)
  const years = Map.groupBy(months, (one) => one.slice(0, 4))
  return {
    newer: way(months[place - 1]),
    older: way(months[place + 1]),
    years: [...years].map(([year, of]) => ({
      year,
      months: of.toReversed().map((one) => ({ month: one, href: address(one), current: one === month })),
    })),
  }
}
