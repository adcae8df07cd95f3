import { type Context, nowText } from '../platform/context.ts'
import type { Interval } from './uptime.ts'
import { visibleCare, visibleImpacts } from './visibility.ts'

/** An interval of what a component suffered, as customers may know of it: uptime and the soundings come from these. */
export type PublicImpact = Interval & {
  component_id: string
  incident: { id: string; title: string } | null
  /** The planned work that it comes from. */
  maintenance: { id: string; title: string } | null
}

/** What touches the time since a moment, of all components or of one, oldest first. */
export async function publicImpacts(
  ctx: Pick<Context, 'db' | 'now'>,
  { since, component_id }: { since: string; component_id?: string },
): Promise<PublicImpact[]> {
  const { db } = ctx
  const now = nowText(ctx)
  let suffered = visibleImpacts(db, since).select((one) => [
    'component_impacts.component_id',
    'component_impacts.status',
    'component_impacts.started_at',
    'component_impacts.ended_at',
    'told.id as incident_id',
    'told.title',
    one.val<string | null>(null).as('maintenance_id'),
  ])
  let cared = visibleCare({ since, now }).select((one) => [
    'of.component_id',
    one.val('under_maintenance').as('status'),
    one.fn.coalesce('work.runs_from', 'work.starts_at').as('started_at'),
    'work.runs_to as ended_at',
    one.val<string | null>(null).as('incident_id'),
    'work.title',
    'work.id as maintenance_id',
  ])
  if (component_id) {
    suffered = suffered.where('component_impacts.component_id', '=', component_id)
    cared = cared.where('of.component_id', '=', component_id)
  }
  const rows = await suffered.unionAll(cared).execute()
  return rows
    .map(({ incident_id, maintenance_id, title, ended_at, ...interval }) => ({
      ...interval,
      // what ends by the clock has not ended yet
      ended_at: ended_at !== null && ended_at <= now ? ended_at : null,
      incident: incident_id === null ? null : { id: incident_id, title: title ?? '' },
      maintenance: maintenance_id === null ? null : { id: maintenance_id, title: title ?? '' },
    }))
    .sort((one, other) =>
      one.started_at < other.started_at ? -1 : one.started_at > other.started_at ? 1 : 0,
    )
}
