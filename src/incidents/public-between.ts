import { visibleIncidents } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import { project } from './public.ts'
import type { PublicIncident } from './public-fields.ts'

/** From a moment on until before another. */
type Between = { from: string; until: string; component_id?: string | undefined }

/** More than this many in a month is no history that anybody reads. */
const most = 300

/**
 * What began in a time or was still open in it, newest first, of all components or of one; `left_out` says whether
 * there was more than a page can hold.
 */
export async function publicIncidentsBetween(
  ctx: Context,
  { from, until, component_id }: Between,
): Promise<{ incidents: PublicIncident[]; left_out: boolean }> {
  let query = visibleIncidents(ctx.db)
    .selectAll('incidents')
    .where('incidents.started_at', '<', until)
    .where((or) =>
      or.or([
        or('incidents.started_at', '>=', from),
        or('incidents.resolved_at', 'is', null),
        or('incidents.resolved_at', '>=', from),
      ]),
    )
  if (component_id) query = query.where('incidents.id', 'in', touching(ctx, component_id))
  const rows = await query
    .orderBy('incidents.started_at', 'desc')
    .orderBy('incidents.id', 'desc')
    .limit(most + 1)
    .execute()
  return { incidents: await project(ctx, rows.slice(0, most)), left_out: rows.length > most }
}

function touching({ db }: Context, component_id: string) {
  return db
    .selectFrom('component_impacts')
    .select('component_impacts.incident_id')
    .where('component_impacts.component_id', '=', component_id)
    .where('component_impacts.incident_id', 'is not', null)
}

/** Since when customers may read of incidents; null when there was none. */
export async function firstPublicIncidentAt({ db }: Context): Promise<string | null> {
  const query = visibleIncidents(db).select('incidents.started_at').orderBy('incidents.started_at').limit(1)
  return (await query.executeTakeFirst())?.started_at ?? null
}
