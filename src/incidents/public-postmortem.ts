import { z } from 'zod'
import { visibleIncidents } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'

const time = z.string().nullable()

/** The one public projection of what was learned from an incident: never who wrote it, nor who does what until when. */
export const PublicPostmortem = z.object({
  id: z.string(),
  body: z.string(),
  how_noticed: z.string().nullable(),
  noticed_at: time,
  published_at: z.string(),
  updated_at: z.string(),
  action_items: z.array(z.object({ words: z.string(), done_at: time })),
})
export type PublicPostmortem = z.output<typeof PublicPostmortem>

/**
 * What customers may read of it, by the ids of the incidents. Of an incident that is open (again) nothing: nobody knows
 * yet what there is to learn.
 */
export async function publicPostmortems({ db }: Context, incident_ids: string[]) {
  const found = new Map<string, PublicPostmortem>()
  if (incident_ids.length === 0) return found
  const rows = await visibleIncidents(db)
    .innerJoin('postmortems', 'postmortems.incident_id', 'incidents.id')
    .where('incidents.id', 'in', incident_ids)
    .where('incidents.resolved_at', 'is not', null)
    .where('postmortems.published_at', 'is not', null)
    .selectAll('postmortems')
    .execute()
  if (rows.length === 0) return found
  const items = await db
    .selectFrom('action_items')
    .select(['incident_id', 'words', 'done_at', 'updated_at'])
    .where(
      'incident_id',
      'in',
      rows.map(({ incident_id }) => incident_id),
    )
    .where('deleted_at', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .execute()
  for (const row of rows) {
    const { id, incident_id, body, how_noticed, noticed_at, published_at, updated_at } = row
    const action_items = items.filter((item) => item.incident_id === incident_id)
    found.set(incident_id, {
      id,
      body,
      how_noticed,
      noticed_at,
      published_at: published_at ?? updated_at,
      updated_at,
      action_items: action_items.map(({ words, done_at }) => ({ words, done_at })),
    })
  }
  return found
}
