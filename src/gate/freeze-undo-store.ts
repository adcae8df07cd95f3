import { ownerOf } from '../incidents/owner.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import type { Tables } from '../platform/tables.ts'
import { type FreezeSeries, freezeSeriesById } from './freeze-series-store.ts'
import { type Freeze, freezeById, freezesFrom, updateFreeze, writeComponents } from './store.ts'

export type Undo = Tables['freeze_undos']
/** All that a verb may change: the freeze itself or, of one that repeats, that time of it and all later ones. */
export type Standing = { times: Omit<Freeze, 'repeats'>[]; series: FreezeSeries | null }

export async function standingOf(ctx: Context, id: string): Promise<Standing> {
  const freeze = await freezeById(ctx, id)
  const times = freeze.occurs_at === null ? [freeze] : await freezesFrom(ctx, freeze)
  const series = freeze.series_id === null ? null : await freezeSeriesById(ctx, freeze.series_id)
  return { times: times.map(({ repeats: _, ...one }) => one), series }
}

/** How the same freezes stand now. */
export async function standingNow(ctx: Context, { times, series }: Standing): Promise<Standing> {
  const now = []
  for (const { id } of times) {
    const { repeats: _, ...one } = await freezeById(ctx, id)
    now.push(one)
  }
  return { times: now, series: series && (await freezeSeriesById(ctx, series.id)) }
}

export async function keepUndo(
  ctx: Context,
  { freeze_id, what, before, after }: { freeze_id: string; what: string; before: Standing; after: Standing },
) {
  const texts = { before: JSON.stringify(before), after: JSON.stringify(after) }
  const row = {
    id: newId(),
    freeze_id,
    owner: ownerOf(ctx),
    what,
    ...texts,
    at: nowText(ctx),
    undone_at: null,
  }
  await ctx.db.insertInto('freeze_undos').values(row).execute()
}

/** The last thing that the actor did to a freeze, or to that one. */
export function lastUndo(ctx: Context, freeze_id?: string): Promise<Undo | undefined> {
  const all = ctx.db.selectFrom('freeze_undos').selectAll().where('owner', '=', ownerOf(ctx))
  const asked = freeze_id === undefined ? all : all.where('freeze_id', '=', freeze_id)
  return asked.orderBy('at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** Claims an undo; false when somebody was faster. */
export async function claimUndo(ctx: Context, { id }: Undo): Promise<boolean> {
  const query = ctx.db.updateTable('freeze_undos').set({ undone_at: nowText(ctx) })
  const done = await query.where('id', '=', id).where('undone_at', 'is', null).executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/** Makes everything what it was; false when somebody changed it meanwhile. What was laid out since is gone. */
export async function bringBack(ctx: Context, now: Standing, before: Standing): Promise<boolean> {
  for (const known of now.times) {
    const was = before.times.find(({ id }) => id === known.id)
    if (!was) continue
    const { id: _, version: __, components, ...fields } = was
    if (!(await updateFreeze(ctx, known, { ...fields, updated_at: nowText(ctx) }))) return false
    const ids = components.map(({ id }) => id)
    await writeComponents(ctx, known.id, ids)
  }
  if (before.series) await goOnAgain(ctx, before.series, now.series)
  return true
}

async function goOnAgain({ db }: Context, { id, ended_at, reached }: FreezeSeries, now: FreezeSeries | null) {
  await db.updateTable('freeze_series').set({ ended_at, reached }).where('id', '=', id).execute()
  if (!now || now.id === id) return
  const rows = db.selectFrom('freeze_windows').select('id').where('series_id', '=', now.id)
  const ids = (await rows.execute()).map((row) => row.id)
  if (ids.length > 0) {
    await db.deleteFrom('freeze_window_components').where('freeze_window_id', 'in', ids).execute()
    await db.deleteFrom('freeze_windows').where('id', 'in', ids).execute()
  }
  await db.deleteFrom('freeze_series').where('id', '=', now.id).execute()
}

/** What can be taken back no more is kept an hour, for to say so. */
export async function forgetOldUndos(ctx: Context) {
  const before = new Date(ctx.now().getTime() - 3_600_000).toISOString()
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('freeze_undos').where('at', '<', before).execute()
  })
}
