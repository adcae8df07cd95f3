import { ownerOf } from '../incidents/owner.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import type { Tables } from '../platform/tables.ts'
import { type Series, seriesById, timesFrom, updateSeries } from './series-store.ts'
import { maintenanceById, type Row, updateAlike, writeComponents } from './store.ts'

export type Undo = Tables['maintenance_undos']
type Stood = Row & { component_ids: string[]; told: string[] }
/** All that a verb may change: the work itself or, of a series, that time of it and all later ones. */
export type Standing = { times: Stood[]; series: Series | null }

export async function standingOf(ctx: Context, id: string): Promise<Standing> {
  const { components: _, updates: __, series, ...row } = await maintenanceById(ctx, id)
  const rows: Row[] = series ? await timesFrom(ctx, row) : [row]
  return { times: await withParts(ctx, rows), series: series && (await seriesById(ctx, series.id)) }
}

/** How the same rows stand now. */
export async function standingNow(ctx: Context, { times, series }: Standing): Promise<Standing> {
  const ids = times.map(({ id }) => id)
  const rows = await ctx.db.selectFrom('maintenances').selectAll().where('id', 'in', ids).execute()
  const found = await withParts(ctx, rows)
  const ordered = ids.flatMap((id) => found.find((one) => one.id === id) ?? [])
  return { times: ordered, series: series && (await seriesById(ctx, series.id)) }
}

async function withParts(ctx: Context, rows: Row[]): Promise<Stood[]> {
  const ids = rows.map(({ id }) => id)
  const of = ctx.db.selectFrom('maintenance_components').selectAll().where('maintenance_id', 'in', ids)
  const named = await of.orderBy('component_id').execute()
  const told = await ctx.db
    .selectFrom('maintenance_updates')
    .select(['id', 'maintenance_id'])
    .where('maintenance_id', 'in', ids)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    ...row,
    component_ids: named
      .filter(({ maintenance_id }) => maintenance_id === row.id)
      .map(({ component_id }) => component_id),
    told: told.filter(({ maintenance_id }) => maintenance_id === row.id).map(({ id }) => id),
  }))
}

export async function keepUndo(
  ctx: Context,
  given: { maintenance_id: string; what: string; before: Standing; after: Standing },
) {
  const { maintenance_id, what, before, after } = given
  const texts = { before: JSON.stringify(before), after: JSON.stringify(after) }
  const row = { id: newId(), maintenance_id, owner: ownerOf(ctx), what, ...texts, at: nowText(ctx) }
  await ctx.db
    .insertInto('maintenance_undos')
    .values({ ...row, undone_at: null })
    .execute()
}

/** The last thing that was done to it, by whomever. */
export function lastUndo({ db }: Context, maintenance_id: string): Promise<Undo | undefined> {
  const all = db.selectFrom('maintenance_undos').selectAll().where('maintenance_id', '=', maintenance_id)
  return all.orderBy('at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** Claims an undo; false when somebody was faster. */
export async function claimUndo(ctx: Context, { id }: Undo): Promise<boolean> {
  const query = ctx.db.updateTable('maintenance_undos').set({ undone_at: nowText(ctx) })
  const done = await query.where('id', '=', id).where('undone_at', 'is', null).executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/**
 * Makes everything what it was; false when somebody changed it meanwhile. The sequence counts on, so that calendars
 * take it back too; what was told of it is told no more, and what was laid out since is gone.
 */
export async function bringBack(ctx: Context, now: Standing, before: Standing): Promise<boolean> {
  for (const known of now.times) {
    const was = before.times.find(({ id }) => id === known.id)
    if (!was) continue
    const { component_ids, told, id: _, version: __, sequence: ___, ...fields } = was
    const changed = { ...fields, updated_at: nowText(ctx) }
    const { component_ids: ____, told: now_told, ...row } = known
    if (!(await updateAlike(ctx, row, changed))) return false
    await writeComponents(ctx, known.id, component_ids)
    await unsay(ctx, notIn(now_told, told))
  }
  if (before.series) {
    const { id, ended_at, reached } = before.series
    await updateSeries(ctx, id, { ended_at, reached })
    if (now.series && now.series.id !== id) await removeSeries(ctx, now.series.id)
  }
  return true
}

async function unsay({ db }: Context, ids: string[]) {
  if (ids.length > 0) await db.deleteFrom('maintenance_updates').where('id', 'in', ids).execute()
}

/** What was laid out of a series that was not to be. */
async function removeSeries({ db }: Context, series_id: string) {
  const rows = db.selectFrom('maintenances').select('id').where('series_id', '=', series_id)
  const ids = (await rows.execute()).map(({ id }) => id)
  if (ids.length > 0) {
    await db.deleteFrom('maintenance_reminders').where('maintenance_id', 'in', ids).execute()
    await db.deleteFrom('maintenance_updates').where('maintenance_id', 'in', ids).execute()
    await db.deleteFrom('maintenance_components').where('maintenance_id', 'in', ids).execute()
    await db.deleteFrom('maintenances').where('id', 'in', ids).execute()
  }
  await db.deleteFrom('maintenance_series').where('id', '=', series_id).execute()
}

function notIn(these: string[], others: string[]) {
  return these.filter((id) => !others.includes(id))
}

/** What can be taken back no more is kept an hour, for to say so. */
export async function forgetOldUndos(ctx: Context) {
  const before = new Date(ctx.now().getTime() - 3_600_000).toISOString()
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('maintenance_undos').where('at', '<', before).execute()
  })
}
