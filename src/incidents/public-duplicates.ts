import { visibleDuplicates } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'

/** The incident that tells of what this one told until it was found to be the same; null when it is no such one. */
export async function publicSameAs({ db }: Context, id: string): Promise<string | null> {
  const query = visibleDuplicates(db).select('incidents.merged_into_incident_id as into')
  return (await query.where('incidents.id', '=', id).executeTakeFirst())?.into ?? null
}
