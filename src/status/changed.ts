import { visibleComponents, visibleIncidents, visibleMaintenances } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'

/**
 * When anything that customers may see of components and incidents changed last: a moment of the data, never of the
 * clock, so that an answer stays the same byte for byte until something happens. What is private leaves no trace.
 */
export async function lastPublicChange({ db }: Context): Promise<string> {
  const settings = db.selectFrom('site').select('updated_at as at')
  const components = visibleComponents(db).select((row) => row.fn.max('components.updated_at').as('at'))
  const groups = visibleComponents(db)
    .innerJoin('groups', 'groups.id', 'components.group_id')
    .select((row) => row.fn.max('groups.updated_at').as('at'))
  const byHand = visibleComponents(db)
    .innerJoin('component_impacts as impact', 'impact.component_id', 'components.id')
    .where('impact.incident_id', 'is', null)
  const begun = byHand.select((row) => row.fn.max('impact.started_at').as('at'))
  const ended = byHand.select((row) => row.fn.max('impact.ended_at').as('at'))
  const incidents = visibleIncidents(db).select((row) => row.fn.max('incidents.updated_at').as('at'))
  const work = visibleMaintenances(db).select((row) => row.fn.max('maintenances.updated_at').as('at'))
  const postmortems = visibleIncidents(db)
    .innerJoin('postmortems', 'postmortems.incident_id', 'incidents.id')
    .where('postmortems.published_at', 'is not', null)
    .select((row) => row.fn.max('postmortems.updated_at').as('at'))
  const found = []
  for (const query of [settings, components, groups, begun, ended, incidents, postmortems, work]) {
    found.push((await query.executeTakeFirst())?.at ?? '')
  }
  return found.sort().at(-1) || new Date(0).toISOString()
}
