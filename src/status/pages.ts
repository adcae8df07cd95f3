import { headline } from '../components/headline.ts'
import { statusWords } from '../components/model.ts'
import {
  componentAmong,
  type PublicComponent,
  publicComponent,
  publicComponents,
} from '../components/public.ts'
import { cardOf } from '../incidents/card.ts'
import {
  currentPublicIncidents,
  lastTroubleAt,
  publicIncident,
  publicIncidentsOn,
} from '../incidents/public.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { listPublicReleases, publicRelease } from '../releases/public.ts'
import { publicReleaseTimes, publicTide } from '../releases/public-times.ts'
import { readSite } from '../site/store.ts'
import { pastDays, pastIncident, startOfDays } from './days.ts'
import { logLine } from './log.ts'
import { headOf, timesOf } from './release.ts'
import { groupLine } from './words.ts'

/** What each public page is given. Reads only: the slices' public projections, put side by side. */

const days = 7
const logged = 8
/** With more components than this, groups in which all is well are folded. */
const unfolded = 12

export async function nowPage(ctx: Context) {
  const now = nowText(ctx)
  const { time_zone } = await readSite(ctx)
  const since = startOfDays(now, time_zone, days)
  const components = await publicComponents(ctx)
  const incidents = await currentPublicIncidents(ctx, since)
  const open = incidents.filter((incident) => incident.resolved_at === null)
  const releases = await publicReleaseTimes(ctx, since)
  const line = headline(components, open.length)
  return {
    headline: line,
    last_trouble_at: line.calm ? await lastTroubleAt(ctx) : null,
    incidents: open.map((incident) => cardOf(incident, now)),
    groups: groupsOf(components),
    log: await log(ctx, { limit: logged }),
    days: components.length > 0 ? pastDays({ incidents, releases, time_zone, now }, days) : [],
  }
}

/** Groups in the order of the page, then what has no group. */
function groupsOf(components: PublicComponent[]) {
  const several = components.some((component) => component.live.length > 1)
  const groups = [...Map.groupBy(components, (component) => component.group?.id ?? '').values()]
  return groups.map((members) => {
    const line = groupLine(members)
    return {
      name: members[0]?.group?.name ?? '',
      line,
      open: line.status !== 'operational' || components.length <= unfolded,
      components: members.map((component) => componentRow(component, several)),
    }
  })
}

function componentRow(component: PublicComponent, several: boolean) {
  return { ...component, status_words: statusWords[component.status], several }
}

async function log(ctx: Context, filter: Parameters<typeof listPublicReleases>[1]) {
  const { data, next_cursor } = await listPublicReleases(ctx, filter)
  const several = data.length > 0 && (await productions(ctx)) > 1
  return { lines: data.map((release) => logLine(release, several)), next_cursor }
}

async function productions({ db }: Context) {
  const query = db.selectFrom('environments').select((row) => row.fn.countAll<number>().as('count'))
  return Number((await query.where('tier', '=', 'production').executeTakeFirstOrThrow()).count)
}

export async function incidentPage(ctx: Context, id: string) {
  const incident = await publicIncident(ctx, id)
  return { incident: cardOf(incident, nowText(ctx)) }
}

export async function releasesPage(ctx: Context, query: { component?: string; cursor?: string }) {
  const components = await publicComponents(ctx)
  const component = query.component ? componentAmong(components, query.component) : null
  const filter = component ? { component: component.id } : {}
  return {
    components,
    component,
    cursor: query.cursor ?? null,
    log: await log(ctx, { ...filter, cursor: query.cursor, limit: 50 }),
  }
}

export async function releasePage(ctx: Context, id: string) {
  const release = await publicRelease(ctx, id)
  const several = (await productions(ctx)) > 1
  return {
    release,
    line: logLine(release, several),
    head: headOf(release),
    times: timesOf(release),
    tide: await publicTide(ctx, release),
  }
}

export async function componentPage(ctx: Context, slug: string) {
  const component = await publicComponent(ctx, slug)
  const incidents = await publicIncidentsOn(ctx, component.id, 20)
  const now = nowText(ctx)
  return {
    component: componentRow(component, component.live.length > 1),
    incidents: incidents.filter((one) => one.resolved_at === null).map((one) => cardOf(one, now)),
    past: incidents
      .filter((one) => one.resolved_at !== null)
      .map((one) => ({ at: one.started_at, ...pastIncident(one) })),
    log: await log(ctx, { component: component.id, limit: 20 }),
  }
}
