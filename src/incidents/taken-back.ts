import type { Context } from '../platform/context.ts'
import { type Incident, incidentById } from './store.ts'
import { type Place, shownStart, type Typed } from './typed.ts'
import { wholeIncident } from './whole.ts'

/** What the form for an update begins with after an undo: what was said, to be mended and said again. */
export async function typedFromUpdate(
  { db }: Context,
  incident_id: string,
  id: string | undefined,
): Promise<Typed> {
  if (!id) return {}
  const query = db.selectFrom('incident_updates').select(['body', 'state']).where('id', '=', id)
  const own = query.where('incident_id', '=', incident_id).where('deleted_at', 'is not', null)
  const said = await own.executeTakeFirst()
  return said ? { taken_back: id, ...said } : {}
}

/** What the form for a new incident begins with after an undo of one that was declared. */
export async function typedFromIncident(ctx: Context, id: string, place: Place): Promise<Typed> {
  const incident = await incidentById(ctx, id)
  if (!incident.deleted_at) return {}
  const { updates } = await wholeIncident(ctx, incident)
  const first = updates.at(-1)
  const statuses = (first?.components ?? []).map(({ id, new_status }) => [`status_${id}`, new_status])
  return {
    taken_back: id,
    title: incident.title,
    body: first?.body ?? '',
    state: first?.state ?? '',
    visibility: incident.visibility,
    ...causeOf(incident),
    ...shownStart(incident.started_at, place),
    ...endOf(incident, updates[0]?.body === first?.body ? '' : (updates[0]?.body ?? ''), place),
    ...Object.fromEntries(statuses),
  }
}

function causeOf({ cause, cause_release_id }: Incident): Typed {
  return { cause: cause === 'release' ? `release:${cause_release_id}` : cause, cause_offered: '' }
}

function endOf({ resolved_at }: Incident, closing_body: string, place: Place): Typed {
  if (!resolved_at) return {}
  const { started_on: ended_on, started_clock: ended_clock } = shownStart(resolved_at, place)
  return { ended_on, ended_clock, closing_body }
}
