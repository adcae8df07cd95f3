import { fault } from '../incidents/model.ts'
import { namedIds } from '../incidents/named.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { faultOfSeries } from '../platform/recurrence.ts'
import { Refusal } from '../platform/refusal.ts'
import { laterStarts, seriesFrom } from '../platform/series.ts'
import { readSite } from '../site/store.ts'
import { detailOf, isMove, refuseChange, stale } from './checks.ts'
import { type MaintenanceChange, Step, stateAt } from './model.ts'
import { layOut } from './series.ts'
import { insertSeries, type Series, timesFrom, updateSeries } from './series-store.ts'
import { type Maintenance, maintenanceById, updateAlike, writeComponents, writeUpdate } from './store.ts'

type Said = ReturnType<typeof MaintenanceChange.parse>
type OfSeries = Maintenance & { series: Series; occurs_at: string }

/**
 * Changes one of a series and all later ones: what is changed here is changed there, and each keeps its id. A time that
 * somebody moved by itself keeps its own hours, one that was called off stays so, and what was before stays as it was.
 */
export function editLater(ctx: Context, id: string, said: Said): Promise<Maintenance> {
  return inTransaction(ctx, async (ctx) => {
    const known = await oneThatRepeats(ctx, id)
    const at = nowText(ctx)
    if (said.version !== undefined && said.version !== known.version) throw stale(known)
    if (said.release) throw fault('release', 'A release comes once: what is for one cannot repeat.')
    const { components, ...words } = changesIn(known, said)
    const wanted = { ...known, ...words }
    refuseChange(known, wanted, isMove(known, wanted), at)
    if ([wanted.starts_by, wanted.ends_by].includes('release')) {
      throw fault('release', 'A release comes once: what repeats is started by the clock or by hand.')
    }
    const ids = components && (await namedIds(ctx, components, known.components))
    const made = await goOnAs(ctx, { known, said, wanted, ids })
    await changeTimes(ctx, known, { ...made, words, ids, note: said.note, at })
    await layOut(ctx, made.series)
    const detail = { ...detailOf(wanted), repeats: made.series.rule }
    await record(ctx, { action: 'maintenance.series_edited', subject: ['maintenance', id], detail })
    return maintenanceById(ctx, id)
  })
}

/** Calls off one of a series and all later ones, those too that somebody moved. What comes before it stays. */
export function stopSeries(ctx: Context, id: string, input: Step = {}): Promise<Maintenance> {
  const { note } = Step.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const known = await oneThatRepeats(ctx, id)
    const at = nowText(ctx)
    await updateSeries(ctx, known.series.id, { ended_at: at })
    for (const one of await timesFrom(ctx, known)) await dropOne(ctx, one, { note, at })
    const action = 'maintenance.series_cancelled'
    await record(ctx, { action, subject: ['maintenance', id], detail: detailOf(known) })
    return maintenanceById(ctx, id)
  })
}

/** Refuses another rule for one alone. */
export function onlyTogether({ series }: Pick<Maintenance, 'series'>, rule: string | null | undefined) {
  if (!rule || rule === series?.rule) return
  throw fault('repeats', 'How often it repeats can only be changed for this one and all later ones.')
}

async function oneThatRepeats(ctx: Context, id: string): Promise<OfSeries> {
  const known = await maintenanceById(ctx, id)
  const { series, occurs_at } = known
  if (!series || series.ended_at || !occurs_at) throw new Refusal('conflict', 'It does not repeat.')
  return { ...known, series, occurs_at }
}

/** What is said and is not so already: the later ones keep whatever is not changed here. */
function changesIn(known: Maintenance, said: Said) {
  const fields = ['title', 'body', 'starts_at', 'ends_at', 'starts_by', 'ends_by'] as const
  const changed = fields.filter((name) => said[name] !== undefined && said[name] !== known[name])
  const named = said.components?.toSorted().join()
  const has = (key: 'id' | 'slug') => known.components.map((one) => one[key]).toSorted()
  const other = named !== undefined && named !== has('id').join() && named !== has('slug').join()
  return {
    ...(Object.fromEntries(changed.map((name) => [name, said[name]])) as Partial<
      Pick<Maintenance, (typeof fields)[number]>
    >),
    ...(other && { components: said.components }),
  }
}

type Going = { known: OfSeries; said: Said; wanted: Maintenance; ids: string[] | undefined }

/** The series that goes on from here, in place of the one that ends here. */
async function goOnAs(ctx: Context, { known, said, wanted, ids }: Going) {
  const old = known.series
  const { time_zone } = await readSite(ctx)
  const { starts_at } = wanted
  const moved = starts_at === known.starts_at ? undefined : { starts_at, time_zone }
  const rule = said.repeats && said.repeats !== old.rule ? said.repeats : undefined
  const times = seriesFrom(old, known.occurs_at, { moved, rule })
  const first = moved ? starts_at : known.occurs_at
  const wrong = rule || moved ? faultOfSeries(times, first) : null
  if (wrong) throw fault('repeats', wrong)
  const length = Math.round((Date.parse(wanted.ends_at) - Date.parse(starts_at)) / 60_000)
  const kept = ['title', 'body', 'starts_by', 'ends_by'] as const
  const words = Object.fromEntries(
    kept.map((name) => [name, wanted[name] === known[name] ? old[name] : wanted[name]]),
  ) as Pick<Series, (typeof kept)[number]>
  const series = {
    ...{ ...old, ...times, ...words, id: newId() },
    components: ids ?? old.components,
    minutes: isMove(known, wanted) ? length : old.minutes,
    // nothing of the new series is laid out yet but what stands already
    reached: rule || moved ? first : old.reached,
    created_at: nowText(ctx),
  }
  await updateSeries(ctx, old.id, { ended_at: nowText(ctx) })
  await insertSeries(ctx, series)
  return { series, first, rule, moved }
}

type Change = Awaited<ReturnType<typeof goOnAs>> & {
  words: Omit<ReturnType<typeof changesIn>, 'components'>
  ids: string[] | undefined
  note: string
  at: string
}

/** Brings this one and each later one into the series that goes on. */
async function changeTimes(ctx: Context, known: OfSeries, change: Change) {
  const { series, first, rule, moved, at, note } = change
  const [, ...later] = await timesFrom(ctx, known)
  const times = later.map(({ id, occurs_at, cancelled_at }) => ({
    id,
    occurs_at,
    off: cancelled_at !== null,
  }))
  const places =
    rule || moved
      ? laterStarts(series, first, times, { same_rule: !rule })
      : new Map(times.map(({ id, occurs_at }) => [id, occurs_at]))
  const { starts_at = known.starts_at, ends_at = known.ends_at } = change.words
  await changeOne(ctx, known, change, { occurs_at: first, starts_at, ends_at })
  for (const one of later) {
    const occurs_at = places.get(one.id) ?? null
    if (occurs_at === null) await dropOne(ctx, one, { note, at })
    else await changeOne(ctx, one, change, { occurs_at, ...timesOf(one, occurs_at, change) })
  }
  const furthest = [...places.values()].findLast((start) => start !== null)
  if (furthest && furthest > series.reached) await updateSeries(ctx, series.id, { reached: furthest })
}

type Time = Awaited<ReturnType<typeof timesFrom>>[number]

function timesOf(one: Time, starts_at: string, { series, rule, moved, words }: Change) {
  const isOwn = one.starts_at !== one.occurs_at
  if (isOwn || !(rule || moved || words.ends_at)) return { starts_at: one.starts_at, ends_at: one.ends_at }
  return { starts_at, ends_at: new Date(Date.parse(starts_at) + series.minutes * 60_000).toISOString() }
}

async function changeOne(
  ctx: Context,
  one: Time,
  { series, first, words, ids, note, at }: Change,
  { occurs_at, ...times }: { occurs_at: string; starts_at: string; ends_at: string },
) {
  const place = { series_id: series.id, occurs_at }
  const said = { ...words, ...times }
  const isSame =
    !ids && Object.entries(said).every(([name, value]) => one[name as keyof typeof said] === value)
  const isOff = one.cancelled_at !== null || one.ended_at !== null
  // another rule alone changes nothing of one time, but what is said of it is told where it was changed
  if (isOff || (isSame && (note === '' || occurs_at !== first))) {
    if (!(await updateAlike(ctx, one, place, { quietly: true })))
      throw stale(await maintenanceById(ctx, one.id))
    return
  }
  const isMoved = isMove(one, times)
  const change = { ...said, ...place, updated_at: at, ...(isMoved && { timed_at: at }) }
  if (!(await updateAlike(ctx, one, change))) throw stale(await maintenanceById(ctx, one.id))
  if (ids) await writeComponents(ctx, one.id, ids)
  const kind = isMoved ? 'moved' : 'edited'
  await writeUpdate(ctx, { ...one, ...times }, { kind, note, at, ...(isMoved && { was: one }) })
}

async function dropOne(ctx: Context, one: Time, { note, at }: { note: string; at: string }) {
  if (stateAt(one, at) !== 'scheduled') return
  if (!(await updateAlike(ctx, one, { cancelled_at: at, updated_at: at }))) {
    throw stale(await maintenanceById(ctx, one.id))
  }
  await writeUpdate(ctx, one, { kind: 'cancelled', note, at })
}
