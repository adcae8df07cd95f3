import { headline } from '../components/headline.ts'
import { componentAmong, publicComponent, publicComponents } from '../components/public.ts'
import { reportSince } from '../components/uptime-report.ts'
import { visibleEnvironments } from '../components/visibility.ts'
import { cardOf } from '../incidents/card.ts'
import { currentPublicIncidents, lastTroubleAt, publicIncidentsOn } from '../incidents/public.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { listPublicReleases } from '../releases/public.ts'
import { lastPublicWayBack } from '../releases/public-times.ts'
import { readSite } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { pastDays, pastIncident, startOfDays } from './days.ts'
import { componentRow, groupsOf, needsFilter } from './groups.ts'
import { logLine } from './log.ts'
import { plannedWork } from './maintenance.ts'
import { readSoundings } from './readings.ts'
import { uptimeRows } from './uptime-rows.ts'

/** What each public page is given. Reads only: the slices' public projections, put side by side. */

const days = 7
const logged = 8

export async function nowPage(ctx: Context) {
  const now = nowText(ctx)
  const site = await readSite(ctx)
  const { time_zone } = site
  const t = wordsFor(site.language)
  const since = startOfDays(now, time_zone, days)
  const components = await publicComponents(ctx)
  const incidents = await currentPublicIncidents(ctx, since)
  const open = incidents.filter((incident) => incident.resolved_at === null)
  const soundings = await readSoundings(ctx, site, { components: components.length })
  const line = headline(components, open.length, t.headline)
  return {
    headline: line,
    last_trouble_at: line.calm ? await lastTroubleAt(ctx) : null,
    incidents: open.map((incident) => cardOf(incident, now, t)),
    groups: groupsOf(components, soundings, t),
    planned: await plannedWork(ctx, { time_zone, t }),
    filter: needsFilter(components),
    legend: soundings.legend,
    log: await log(ctx, { limit: logged }, t),
    days:
      components.length > 0
        ? pastDays({ incidents, releases: soundings.liveSince(since), time_zone, now }, days, t)
        : [],
  }
}

async function log(ctx: Context, filter: Parameters<typeof listPublicReleases>[1], t: Words) {
  const { data, next_cursor } = await listPublicReleases(ctx, filter)
  const several = data.length > 0 && (await environmentsTold(ctx)) > 1
  return { lines: data.map((release) => logLine(release, several, t)), next_cursor }
}

/** How many environments the page may speak of: with more than one, each is named. */
export async function environmentsTold({ db }: Context) {
  const query = visibleEnvironments(db).select((row) => row.fn.countAll<number>().as('count'))
  return Number((await query.executeTakeFirstOrThrow()).count)
}

export async function releasesPage(ctx: Context, query: { component?: string; cursor?: string }) {
  const t = wordsFor((await readSite(ctx)).language)
  const components = await publicComponents(ctx)
  const component = query.component ? componentAmong(components, query.component) : null
  const filter = component ? { component: component.id } : {}
  return {
    title: t.log.title,
    components,
    component,
    cursor: query.cursor ?? null,
    log: await log(ctx, { ...filter, cursor: query.cursor, limit: 50 }, t),
  }
}

/** How a component was, what was done to it and what it suffered. */
export async function componentPage(ctx: Context, slug: string) {
  const component = await publicComponent(ctx, slug)
  const incidents = await publicIncidentsOn(ctx, component.id, 20)
  const now = nowText(ctx)
  const site = await readSite(ctx)
  const t = wordsFor(site.language)
  const impacts_since = reportSince({ now, time_zone: site.time_zone })
  const soundings = await readSoundings(ctx, site, { component_id: component.id, impacts_since })
  return {
    component: componentRow(component, component.live.length > 1, soundings, t),
    legend: soundings.legend,
    way_back: await lastPublicWayBack(ctx, component.id),
    planned: await plannedWork(ctx, { time_zone: site.time_zone, t }, component.id),
    uptime: uptimeRows(soundings.impacts, component, site, now),
    incidents: incidents.filter((one) => one.resolved_at === null).map((one) => cardOf(one, now, t)),
    past: incidents
      .filter((one) => one.resolved_at !== null)
      .map((one) => ({ at: one.started_at, ...pastIncident(one, t) })),
    log: await log(ctx, { component: component.id, limit: 20 }, t),
  }
}
