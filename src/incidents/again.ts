import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { readSite } from '../site/store.ts'
import { wordsFor } from '../site/words/index.ts'
import { incidentAsSeen } from './checks.ts'
import { type Incident, type IncidentUpdate, updatesOf } from './store.ts'
import { postUpdate } from './updates.ts'

const minute = 60_000
/** While nothing was promised yet. */
const usual = 30 * minute

/**
 * Tells customers that the work goes on, in the page's language: the same state, nothing new of components, and the
 * next update promised as far ahead as the last time.
 */
export async function sayAgain(
  ctx: Context,
  incident_id: string,
  version?: number | undefined,
): Promise<IncidentUpdate> {
  const incident = await incidentAsSeen(ctx, incident_id, version)
  if (incident.resolved_at)
    throw new Refusal('conflict', 'This incident is over: nobody works on it any more.')
  const { body, next_update_at } = await saidAgain(ctx, incident)
  return postUpdate(ctx, incident_id, { body, next_update_at, version: incident.version })
}

/** What saying it again would tell customers now. */
export async function saidAgain(ctx: Context, { id, state }: Pick<Incident, 'id' | 'state'>) {
  const { again } = wordsFor((await readSite(ctx)).language)
  const ahead = distanceOf(await updatesOf(ctx, [id]))
  const next_update_at = new Date(Date.parse(nowText(ctx)) + ahead).toISOString()
  return { body: state === 'monitoring' ? again.watching : again.working, next_update_at }
}

/** How far ahead the last promise lay, in whole minutes, given as milliseconds. Updates come newest first. */
export function distanceOf(updates: Pick<IncidentUpdate, 'display_at' | 'next_update_at'>[]): number {
  const last = updates.find((update) => update.next_update_at !== null)
  if (!last) return usual
  const distance = Date.parse(last.next_update_at ?? '') - Date.parse(last.display_at)
  return Math.max(1, Math.round(distance / minute)) * minute
}
