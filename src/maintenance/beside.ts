import { countedImpacts } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import { runOf, stateAt } from './model.ts'
import type { Maintenance } from './store.ts'

/** What operators see beside planned work: other work at the same time, what went wrong meanwhile, and its release. */
export async function besideWork(ctx: Context, known: Maintenance) {
  return {
    others: await overlapping(ctx, known),
    incidents: await incidentsDuring(ctx, known),
    release: await releaseFor(ctx, known),
  }
}

/** Other work that is planned at the same time and of the same components. It is allowed, and said. */
async function overlapping(ctx: Context, known: Maintenance): Promise<{ id: string; title: string }[]> {
  if (!['scheduled', 'in_progress'].includes(stateAt(known, nowText(ctx)))) return []
  const ids = known.components.map(({ id }) => id)
  if (ids.length === 0) return []
  return ctx.db
    .selectFrom('maintenances')
    .select(['id', 'title', 'starts_at', 'ends_at'])
    .where('id', '!=', known.id)
    .where('cancelled_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('starts_at', '<', known.ends_at)
    .where('ends_at', '>', known.starts_at)
    .where('id', 'in', (of) =>
      of.selectFrom('maintenance_components').select('maintenance_id').where('component_id', 'in', ids),
    )
    .orderBy('starts_at')
    .limit(20)
    .execute()
}

/** Incidents that hurt the same components while it ran. */
async function incidentsDuring(ctx: Context, known: Maintenance) {
  const now = nowText(ctx)
  const { runs_from, runs_to } = runOf(known)
  const ids = known.components.map(({ id }) => id)
  if (runs_from === null || runs_from > now || ids.length === 0) return []
  const rows = await countedImpacts(ctx.db)
    .where('component_impacts.component_id', 'in', ids)
    .where('component_impacts.started_at', '<', runs_to ?? now)
    .where((impact) =>
      impact.or([
        impact('component_impacts.ended_at', 'is', null),
        impact('component_impacts.ended_at', '>', runs_from),
      ]),
    )
    .select(['incidents.id', 'incidents.title', 'incidents.started_at'])
    .distinct()
    .orderBy('incidents.started_at')
    .limit(20)
    .execute()
  return rows.flatMap(({ id, title }) => (id && title ? { id, title } : []))
}

/** The release that it is for: the one that it started with, else the newest of that version, as far as it is known. */
async function releaseFor(ctx: Context, known: Maintenance) {
  const { release_component_id, release_version, release_id } = known
  if (!release_component_id || !release_version) return null
  const component = await ctx.db
    .selectFrom('components')
    .select('name')
    .where('id', '=', release_component_id)
    .executeTakeFirst()
  const newest = await ctx.db
    .selectFrom('releases')
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .select('releases.id')
    .where('releases.component_id', '=', release_component_id)
    .where('releases.version', '=', release_version)
    .where('environments.tier', '=', 'production')
    .orderBy('releases.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return {
    component: component?.name ?? 'a component',
    version: release_version,
    id: release_id ?? newest?.id ?? null,
    started_it: release_id !== null,
  }
}
