import type { ComponentStatus } from '../components/model.ts'
import { visibleComponents } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'

/** What an incident did to a component, from a moment until another; null: until now. */
export type IncidentImpact = {
  component: { slug: string; name: string; archived: boolean }
  status: ComponentStatus
  started_at: string
  ended_at: string | null
}

/** The intervals of an incident that customers may see, of the components that may be named, in the page's order. */
export async function publicImpactsOf({ db }: Context, incident_id: string): Promise<IncidentImpact[]> {
  const rows = await visibleComponents(db)
    .innerJoin('component_impacts', 'component_impacts.component_id', 'components.id')
    .where('component_impacts.incident_id', '=', incident_id)
    .select(['components.slug', 'components.name', 'components.archived_at'])
    .select(['component_impacts.status', 'component_impacts.started_at', 'component_impacts.ended_at'])
    .orderBy('components.position')
    .orderBy('components.id')
    .orderBy('component_impacts.started_at')
    .orderBy('component_impacts.id')
    .execute()
  return rows.map(({ slug, name, archived_at, status, started_at, ended_at }) => ({
    component: { slug, name, archived: archived_at !== null },
    status: status as ComponentStatus,
    started_at,
    ended_at,
  }))
}
