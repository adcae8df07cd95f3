import { publicComponents, publicGroupsOf } from '../../components/public.ts'
import { listPublicIncidents, openPublicIncidents } from '../../incidents/public.ts'
import type { Context } from '../../platform/context.ts'
import { lastPublicChange } from '../changed.ts'
import type { Home } from '../home.ts'
import { v2Components } from './components.ts'
import { v2Incident } from './incidents.ts'
import { v2Maintenances, type Which } from './maintenances.ts'
import type { V2Page } from './model.ts'
import { rollup } from './rollup.ts'

/** What each address of the public API v2 answers: the public projections, in Statuspage's words. */

const mostRecent = 50

export async function summaryAnswer(ctx: Context, home: Home) {
  const { page, components, leaves } = await pageAndComponents(ctx, home)
  const open = await openPublicIncidents(ctx)
  return {
    page,
    components,
    incidents: open.map((incident) => v2Incident(incident, { page_id: page.id, ...home, components })),
    scheduled_maintenances: await v2Maintenances(ctx, 'current', { ...home, components }),
    status: rollup(leaves, open),
  }
}

export async function statusAnswer(ctx: Context, home: Home) {
  const { page, leaves } = await pageAndComponents(ctx, home)
  return { page, status: rollup(leaves, await openPublicIncidents(ctx)) }
}

export async function componentsAnswer(ctx: Context, home: Home) {
  const { page, components } = await pageAndComponents(ctx, home)
  return { page, components }
}

/** The most recent of any state, or every one that is open. */
export async function incidentsAnswer(ctx: Context, home: Home, which: 'recent' | 'unresolved') {
  const { page, components } = await pageAndComponents(ctx, home)
  const incidents =
    which === 'unresolved'
      ? await openPublicIncidents(ctx)
      : (await listPublicIncidents(ctx, { limit: mostRecent })).data
  return {
    page,
    incidents: incidents.map((incident) => v2Incident(incident, { page_id: page.id, ...home, components })),
  }
}

export async function maintenancesAnswer(ctx: Context, home: Home, which: Which) {
  const { page, components } = await pageAndComponents(ctx, home)
  return { page, scheduled_maintenances: await v2Maintenances(ctx, which, { ...home, components }) }
}

async function pageAndComponents(ctx: Context, home: Home) {
  const all = await publicComponents(ctx)
  const components = v2Components(all, await publicGroupsOf(ctx, all), home.site.page_id)
  return { page: await v2Page(ctx, home), components, leaves: all.map(({ status }) => status) }
}

async function v2Page(ctx: Context, { site, origin }: Home): Promise<V2Page> {
  const { page_id, name, time_zone } = site
  return {
    id: page_id,
    name,
    url: origin,
    time_zone: time_zone === 'UTC' ? 'Etc/UTC' : time_zone,
    updated_at: await lastPublicChange(ctx),
  }
}
