import type { Context } from '../platform/context.ts'
import type { Interval } from './uptime.ts'
import { visibleImpacts } from './visibility.ts'

/** An interval of what a component suffered, as customers may know of it: uptime and the soundings come from these. */
export type PublicImpact = Interval & {
  component_id: string
  incident: { id: string; title: string } | null
}

/** What touches the time since a moment, of all components or of one, oldest first. */
export async function publicImpacts(
  { db }: Pick<Context, 'db'>,
  { since, component_id }: { since: string; component_id?: string },
): Promise<PublicImpact[]> {
  let query = visibleImpacts(db, since)
    .select(['component_impacts.component_id', 'component_impacts.status'])
    .select(['component_impacts.started_at', 'component_impacts.ended_at'])
    .select(['told.id as incident_id', 'told.title'])
    .orderBy('component_impacts.started_at')
    .orderBy('component_impacts.id')
  if (component_id) query = query.where('component_impacts.component_id', '=', component_id)
  return (await query.execute()).map(({ incident_id, title, ...interval }) => ({
    ...interval,
    incident: incident_id === null ? null : { id: incident_id, title: title ?? '' },
  }))
}
