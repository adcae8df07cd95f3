import type { Context } from '../platform/context.ts'
import type { Impact } from './impacts.ts'

/**
 * Makes the intervals of an incident what they were at an earlier moment, rows and all. Part of a verb; the verb
 * writes the journal line.
 */
export async function bringImpactsBack({ db }: Context, incident_id: string, rows: Impact[]) {
  await db.deleteFrom('component_impacts').where('incident_id', '=', incident_id).execute()
  if (rows.length > 0) await db.insertInto('component_impacts').values(rows).execute()
}
