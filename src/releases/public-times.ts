import { visibleIncidents, visibleReleaseRows } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { PublicRelease } from './public.ts'
import { eventsTold } from './reading.ts'
import { tideOf } from './tide.ts'

/** When each release since a moment went live for everybody, for counting them; rollbacks are counted apart. */
export async function publicReleaseTimes({ db }: Context, since: string): Promise<string[]> {
  const rows = await visibleReleaseRows(db)
    .select('releases.live_at')
    .where('releases.live_at', '>=', since)
    .where('releases.kind', '!=', 'rollback')
    .execute()
  return rows.map((row) => row.live_at ?? '')
}

/** How many customers had it over time, and when they were hurt: shares and times, nothing else that a tool said. */
export async function publicTide(ctx: Context, { id, undone_at, replaced_at }: PublicRelease) {
  const incidents = await visibleIncidents(ctx.db)
    .where('cause_release_id', '=', id)
    .select(['started_at', 'resolved_at'])
    .execute()
  return tideOf(await eventsTold(ctx, id), incidents, { undone_at, replaced_at, now: nowText(ctx) })
}
