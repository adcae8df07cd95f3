import { fault } from '../incidents/model.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { faultOfSeries, startsAfter } from '../platform/recurrence.ts'
import { wallMinute } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import {
  type FreezeSeries,
  insertFreezeSeries,
  openFreezeSeries,
  reachFreezeSeries,
} from './freeze-series-store.ts'
import { insertFreeze, writeComponents } from './store.ts'

/** So many times of a freeze lie ahead as rows of their own, each to be moved or called off by itself. */
const ahead = 10

type Said = { reason: string; starts_at: string; ends_at: string; may_pass: string[]; components: string[] }

/** Part of a verb: the series of a freeze that repeats by a rule, on the page's wall clock. */
export async function startFreezeSeries(ctx: Context, said: Said, rule: string): Promise<FreezeSeries> {
  const { time_zone } = await readSite(ctx)
  const { reason, starts_at, ends_at, may_pass, components } = said
  const times = { rule, time_zone, first_wall: wallMinute(starts_at, time_zone) }
  const wrong = faultOfSeries(times, starts_at)
  if (wrong) throw fault('repeats', wrong)
  const minutes = Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000)
  const words = { reason, may_pass, components, minutes }
  const own = { id: newId(), reached: starts_at, ended_at: null, created_at: nowText(ctx) }
  const series = { ...own, ...times, ...words }
  await insertFreezeSeries(ctx, series)
  return series
}

/** Part of a verb: lays out the next times of a freeze, from where it was. What somebody ended does not come back. */
export async function layOutFreezes(ctx: Context, series: FreezeSeries) {
  const at = nowText(ctx)
  const { id: series_id, reason, may_pass, minutes } = series
  const coming = await ctx.db
    .selectFrom('freeze_windows')
    .select('occurs_at')
    .where('series_id', '=', series_id)
    .where('occurs_at', '>', at)
    .execute()
  if (coming.length >= ahead) return []
  const starts = startsAfter(series, series.reached > at ? series.reached : at, ahead - coming.length)
  const made = starts.map((starts_at) => {
    const ends_at = new Date(Date.parse(starts_at) + minutes * 60_000).toISOString()
    const own = {
      id: newId(),
      series_id,
      occurs_at: starts_at,
      ended_at: null,
      version: 1,
      created_at: at,
      updated_at: at,
    }
    return { ...own, reason, starts_at, ends_at, may_pass }
  })
  const reached = starts.at(-1)
  // whoever reaches further first lays out these times, whatever other node tries it too
  if (!reached || !(await reachFreezeSeries(ctx, series, reached))) return []
  const added = made.filter(({ occurs_at }) => coming.every((one) => one.occurs_at !== occurs_at))
  for (const row of added) {
    await insertFreeze(ctx, row)
    await writeComponents(ctx, row.id, series.components)
  }
  return added
}

/** Keeps the next times of each freeze that repeats laid out. */
export async function goOnWithFreezes(ctx: Context) {
  for (const series of await openFreezeSeries(ctx)) {
    await inTransaction(ctx, async (ctx) => {
      for (const { id, reason, starts_at, ends_at } of await layOutFreezes(ctx, series)) {
        const detail = { reason, starts_at, ends_at, repeats: series.rule }
        await record(ctx, { action: 'freeze.planned', subject: ['freeze', id], detail })
      }
    })
  }
}
