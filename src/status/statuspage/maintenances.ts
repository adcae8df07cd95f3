import { type ToldMaintenance, withUpdates } from '../../maintenance/public.ts'
import { currentMaintenances, listPublicMaintenances } from '../../maintenance/public-lists.ts'
import type { Context } from '../../platform/context.ts'
import { wordsFor } from '../../site/words/index.ts'
import type { Home } from '../home.ts'
import { textOf } from '../maintenance.ts'
import { affectedIn } from './incidents.ts'
import type { V2Component, V2Maintenance } from './model.ts'

const mostRecent = 50
export type Which = 'recent' | 'upcoming' | 'active' | 'current'

type Page = Home & { components: readonly V2Component[] }

/** Planned work as Statuspage tells it: the most recent of any state, what comes, what runs, or the last two. */
export async function v2Maintenances(ctx: Context, which: Which, page: Page): Promise<V2Maintenance[]> {
  const found =
    which === 'recent'
      ? (await listPublicMaintenances(ctx, { limit: mostRecent })).data
      : await currentMaintenances(ctx, { limit: mostRecent })
  const state = { upcoming: 'scheduled', active: 'in_progress' }[which as string]
  // they delete what is called off; here it has a page still
  const asked = found.filter((one) => one.state !== 'cancelled' && (!state || one.state === state))
  return (await withUpdates(ctx, asked)).map((one) => translated(one, page))
}

function translated(work: ToldMaintenance, { site, origin, components }: Page): V2Maintenance {
  const { id, title, created_at, updated_at, starts_at, ends_at, started_at, ended_at } = work
  const named = new Set(work.components.map((component) => component.id))
  const t = wordsFor(site.language)
  return {
    id,
    name: title,
    status: work.state === 'cancelled' ? 'completed' : work.state,
    created_at,
    updated_at,
    monitoring_at: null,
    resolved_at: ended_at,
    impact: 'maintenance',
    shortlink: `${origin}/maintenance/${id}`,
    started_at: started_at ?? starts_at,
    page_id: site.page_id,
    incident_updates: work.updates.map((update) => ({
      id: update.id,
      status: statusAt(update, work),
      body: textOf(update, work, { time_zone: site.time_zone, t }),
      incident_id: id,
      created_at: update.at,
      updated_at: update.at,
      display_at: update.at,
      affected_components: affectedIn(changesIn(update, work), components),
      deliver_notifications: true,
      custom_tweet: null,
      tweet_id: null,
    })),
    components: components.filter((component) => named.has(component.id)),
    reminder_intervals: null,
    scheduled_for: starts_at,
    scheduled_until: ends_at,
  }
}

/** What it was when that was told. */
function statusAt({ kind, at }: ToldMaintenance['updates'][number], { updates }: ToldMaintenance) {
  if (kind === 'ended') return 'completed'
  const begun = updates.find((one) => one.kind === 'started')
  return begun && begun.at <= at ? 'in_progress' : 'scheduled'
}

function changesIn({ kind }: ToldMaintenance['updates'][number], { components }: ToldMaintenance) {
  const [up, care] = ['operational', 'under_maintenance'] as const
  const [old_status, new_status] = kind === 'started' ? [up, care] : kind === 'ended' ? [care, up] : [up, up]
  return components.map(({ id, name }) => ({ id, name, old_status, new_status }))
}
