import { fault } from '../incidents/model.ts'
import { type Context, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { faultOfSeries, startsAfter } from '../platform/recurrence.ts'
import { wallMinute } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import type { NewMaintenance } from './model.ts'
import { insertSeries, type Series, updateSeries } from './series-store.ts'
import { insertMaintenance, writeUpdate } from './store.ts'

/** So many times of a series lie ahead as rows of their own, each to be moved or called off by itself. */
const ahead = 10

/** Part of a verb: the series of work that repeats by a rule, on the page's wall clock. */
export async function makeSeries(
  ctx: Context,
  said: ReturnType<typeof NewMaintenance.parse>,
  rule: string,
  components: string[],
): Promise<Series> {
  const { time_zone } = await readSite(ctx)
  const { title, body, starts_at, ends_at, starts_by, ends_by } = said
  if (said.release) throw fault('repeats', 'A release comes once: what is for one cannot repeat.')
  const times = { rule, time_zone, first_wall: wallMinute(starts_at, time_zone) }
  const wrong = faultOfSeries(times, starts_at)
  if (wrong) throw fault('repeats', wrong)
  const minutes = Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000)
  const words = { title, body, starts_by, ends_by, components }
  const own = { id: newId(), reached: starts_at, ended_at: null, created_at: nowText(ctx) }
  const series = { ...own, ...times, ...words, minutes }
  await insertSeries(ctx, series)
  return series
}

/**
 * Part of a verb: lays out the next times of a series, until so many lie ahead; tells which are new. It goes on from
 * where it was, so that a time that was moved or called off does not come back; what was missed while nothing ran is
 * passed over.
 */
export async function layOut(ctx: Context, series: Series): Promise<{ id: string; starts_at: string }[]> {
  const at = nowText(ctx)
  const coming = await ctx.db
    .selectFrom('maintenances')
    .select('id')
    .where('series_id', '=', series.id)
    .where('occurs_at', '>', at)
    .execute()
  if (coming.length >= ahead) return []
  const from = series.reached > at ? series.reached : at
  const starts = startsAfter(series, from, ahead - coming.length)
  const made = []
  for (const starts_at of starts) {
    const row = occurrence(series, starts_at, at)
    if (!(await insertMaintenance(ctx, row, series.components))) continue
    await writeUpdate(ctx, row, { kind: 'planned', at })
    made.push(row)
  }
  const reached = starts.at(-1)
  if (reached) await updateSeries(ctx, series.id, { reached })
  return made
}

/** The end is so many minutes after the start, however the clocks change between them. */
function occurrence(series: Series, starts_at: string, at: string) {
  const { id: series_id, title, body, minutes, starts_by, ends_by } = series
  const ends_at = new Date(Date.parse(starts_at) + minutes * 60_000).toISOString()
  return {
    id: newId(),
    series_id,
    occurs_at: starts_at,
    title,
    body,
    starts_at,
    ends_at,
    timed_at: at,
    starts_by,
    ends_by,
    release_component_id: null,
    release_version: null,
    release_id: null,
    started_at: null,
    ended_at: null,
    cancelled_at: null,
    own_at: null,
    sequence: 0,
    version: 1,
    created_at: at,
    updated_at: at,
  }
}
