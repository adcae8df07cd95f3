import { fault } from '../incidents/model.ts'
import { namedIds } from '../incidents/named.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { faultOfSeries } from '../platform/recurrence.ts'
import { Refusal } from '../platform/refusal.ts'
import { laterStarts, seriesFrom } from '../platform/series.ts'
import { readSite } from '../site/store.ts'
import type { FreezeChange } from './freeze.ts'
import { freezeState } from './freeze.ts'
import { detailOf, refuseChange, stale } from './freeze-checks.ts'
import { layOutFreezes } from './freeze-series.ts'
import {
  endFreezeSeries,
  type FreezeSeries,
  freezeSeriesById,
  insertFreezeSeries,
  reachFreezeSeries,
} from './freeze-series-store.ts'
import { type Freeze, freezeById, freezesFrom, updateFreeze, writeComponents } from './store.ts'

type Said = ReturnType<typeof FreezeChange.parse>
type OfSeries = Freeze & { occurs_at: string }

/**
 * Changes one of a freeze that repeats and all later ones: what is changed here is changed there. One that somebody
 * moved by itself keeps its own hours, one that was called off stays so.
 */
export function editLaterFreezes(ctx: Context, id: string, said: Said): Promise<Freeze> {
  return inTransaction(ctx, async (ctx) => {
    const { freeze, series } = await oneThatRepeats(ctx, id)
    const at = nowText(ctx)
    if (said.version !== undefined && said.version !== freeze.version) throw stale(freeze)
    const { reason, starts_at, ends_at, may_pass } = { ...freeze, ...defined(said) }
    refuseChange(freeze, { starts_at, ends_at }, at)
    const words = {
      ...(reason !== freeze.reason && { reason }),
      ...(may_pass.join('\n') !== freeze.may_pass.join('\n') && { may_pass }),
    }
    const ids = said.components && (await namedIds(ctx, said.components, freeze.components))
    const other =
      ids?.toSorted().join() !==
      freeze.components
        .map((one) => one.id)
        .toSorted()
        .join()
    const change = { words, ids: other ? ids : undefined, starts_at, ends_at, repeats: said.repeats }
    const next = await goOnAs(ctx, { freeze, series }, change)
    await changeTimes(ctx, freeze, { ...change, ...next })
    const going = await freezeSeriesById(ctx, next.series.id)
    if (going) await layOutFreezes(ctx, going)
    const detail = { ...detailOf({ reason, starts_at, ends_at }), repeats: next.series.rule }
    await record(ctx, { action: 'freeze.series_edited', subject: ['freeze', id], detail })
    return freezeById(ctx, id)
  })
}

/** Ends a freeze and every later time of it: it repeats no more. What comes before it stays. */
export function stopFreezes(ctx: Context, id: string): Promise<Freeze> {
  return inTransaction(ctx, async (ctx) => {
    const { freeze, series } = await oneThatRepeats(ctx, id)
    const at = nowText(ctx)
    await endFreezeSeries(ctx, series.id, at)
    for (const one of await freezesFrom(ctx, freeze)) await endOne(ctx, one, at)
    await record(ctx, { action: 'freeze.series_ended', subject: ['freeze', id], detail: detailOf(freeze) })
    return freezeById(ctx, id)
  })
}

async function endOne(ctx: Context, one: Freeze, at: string) {
  if (freezeState(one, at) === 'past') return
  if (!(await updateFreeze(ctx, one, { ended_at: at, updated_at: at }))) throw stale(one)
}

async function oneThatRepeats(ctx: Context, id: string) {
  const freeze = await freezeById(ctx, id)
  const { occurs_at } = freeze
  const series = freeze.series_id === null ? null : await freezeSeriesById(ctx, freeze.series_id)
  if (!series || series.ended_at || !occurs_at) throw new Refusal('conflict', 'This freeze does not repeat.')
  return { freeze: { ...freeze, occurs_at }, series }
}

function defined({ reason, starts_at, ends_at, may_pass }: Said) {
  const given = Object.entries({ reason, starts_at, ends_at, may_pass })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Partial<
    Pick<Freeze, 'reason' | 'starts_at' | 'ends_at' | 'may_pass'>
  >
}

type Change = {
  words: { reason?: string; may_pass?: string[] }
  ids: string[] | undefined
  starts_at: string
  ends_at: string
  repeats: string | null | undefined
}

/** The series that goes on from here, in place of the one that ends here. */
async function goOnAs(
  ctx: Context,
  { freeze, series: old }: { freeze: OfSeries; series: FreezeSeries },
  change: Change,
) {
  const { starts_at, ends_at, words, ids } = change
  const { time_zone } = await readSite(ctx)
  const moved = starts_at === freeze.starts_at ? undefined : { starts_at, time_zone }
  const rule = change.repeats && change.repeats !== old.rule ? change.repeats : undefined
  const times = seriesFrom(old, freeze.occurs_at, { moved, rule })
  const first = moved ? starts_at : freeze.occurs_at
  const wrong = rule || moved ? faultOfSeries(times, first) : null
  if (wrong) throw fault('repeats', wrong)
  const longer = Boolean(moved) || ends_at !== freeze.ends_at
  const minutes = Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000)
  const series = {
    ...{ ...old, ...times, ...words, id: newId() },
    components: ids ?? old.components,
    minutes: longer ? minutes : old.minutes,
    reached: rule || moved ? first : old.reached,
    created_at: nowText(ctx),
  }
  await endFreezeSeries(ctx, old.id, nowText(ctx))
  await insertFreezeSeries(ctx, series)
  return { series, first, rule, longer, retimed: Boolean(rule || moved) }
}

type Going = Change & Awaited<ReturnType<typeof goOnAs>>

/** Brings this one and each later one into the series that goes on. */
async function changeTimes(ctx: Context, freeze: OfSeries, change: Going) {
  const { series, first, rule, retimed, longer, starts_at, ends_at } = change
  const [, ...later] = await freezesFrom(ctx, freeze)
  const times = later.map(({ id, occurs_at, ended_at }) => ({ id, occurs_at, off: ended_at !== null }))
  const places = retimed
    ? laterStarts(series, first, times, { same_rule: !rule })
    : new Map(times.map(({ id, occurs_at }) => [id, occurs_at]))
  await changeOne(ctx, freeze, change, { occurs_at: first, starts_at, ends_at })
  for (const one of later) {
    const occurs_at = places.get(one.id) ?? null
    if (occurs_at === null) {
      await endOne(ctx, one, nowText(ctx))
      continue
    }
    const isOwn = one.starts_at !== one.occurs_at || !(retimed || longer)
    const end = new Date(Date.parse(occurs_at) + series.minutes * 60_000).toISOString()
    const span = isOwn ? [one.starts_at, one.ends_at] : [occurs_at, end]
    await changeOne(ctx, one, change, { occurs_at, starts_at: span[0] ?? '', ends_at: span[1] ?? '' })
  }
  const furthest = [...places.values()].findLast((start) => start !== null)
  if (furthest && furthest > series.reached) await reachFreezeSeries(ctx, series, furthest)
}

async function changeOne(
  ctx: Context,
  one: OfSeries,
  { series, words, ids }: Going,
  times: { occurs_at: string; starts_at: string; ends_at: string },
) {
  const place = { series_id: series.id, occurs_at: times.occurs_at }
  // what was called off is only taken along, so that its day stays free
  const change = one.ended_at === null ? { ...words, ...times, ...place, updated_at: nowText(ctx) } : place
  if (!(await updateFreeze(ctx, one, change))) throw stale(one)
  if (ids && one.ended_at === null) await writeComponents(ctx, one.id, ids)
}
