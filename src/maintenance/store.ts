import type { Selectable, Updateable } from 'kysely'
import { type Context, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import { runOf, type UpdateKind } from './model.ts'
import { type Series, seriesAmong } from './series-store.ts'

export type Row = Selectable<Tables['maintenances']>
export type Update = Selectable<Tables['maintenance_updates']>
type Named = { id: string; slug: string; name: string; visibility: string; archived_at: string | null }
export type Maintenance = Row & { components: Named[]; series: Series | null; updates: Update[] }

export async function maintenanceById(ctx: Context, id: string): Promise<Maintenance> {
  const row = await ctx.db.selectFrom('maintenances').selectAll().where('id', '=', id).executeTakeFirst()
  const [found] = row ? await whole(ctx, [row]) : []
  if (!found) throw new Refusal('not-found', 'There is no such maintenance.')
  return found
}

export const listed = ['now', 'coming', 'past', 'all'] as const
type Listed = (typeof listed)[number]

/** Latest start first (what is coming: the next one first); one more than `limit`, so that the caller knows of more. */
export async function listMaintenances(
  ctx: Context,
  { show, limit, cursor }: { show: Listed; limit: number; cursor?: string | undefined },
): Promise<Maintenance[]> {
  const now = nowText(ctx)
  const [order, compared] = show === 'coming' ? (['asc', '>'] as const) : (['desc', '<'] as const)
  let query = ctx.db.selectFrom('maintenances').selectAll()
  if (show === 'now') {
    query = query
      .where('runs_from', '<=', now)
      .where((or) => or.or([or('runs_to', 'is', null), or('runs_to', '>', now)]))
  }
  if (show === 'coming') {
    query = query
      .where('cancelled_at', 'is', null)
      .where('ends_at', '>', now)
      .where((or) => or.or([or('runs_from', 'is', null), or('runs_from', '>', now)]))
  }
  if (show === 'past') {
    query = query.where((or) =>
      or.or([
        or('cancelled_at', 'is not', null),
        or('runs_to', '<=', now),
        or.and([or('runs_from', 'is', null), or('ends_at', '<=', now)]),
      ]),
    )
  }
  if (cursor) {
    const { starts_at, id } = await maintenanceById(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('starts_at', 'id'), compared, tuple(starts_at, id)),
    )
  }
  const rows = await query
    .orderBy('starts_at', order)
    .orderBy('id', order)
    .limit(limit + 1)
    .execute()
  return whole(ctx, rows)
}

/** Rows with what belongs to them. */
export async function whole(ctx: Context, rows: Row[]): Promise<Maintenance[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const named = await ctx.db
    .selectFrom('maintenance_components')
    .innerJoin('components', 'components.id', 'component_id')
    .select(['maintenance_id', 'components.id', 'slug', 'name', 'visibility', 'archived_at'])
    .where('maintenance_id', 'in', ids)
    .orderBy('position')
    .orderBy('components.id')
    .execute()
  const updates = await ctx.db
    .selectFrom('maintenance_updates')
    .selectAll()
    .where('maintenance_id', 'in', ids)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  const series = await seriesAmong(ctx, rows)
  return rows.map((row) => ({
    ...row,
    components: named
      .filter((one) => one.maintenance_id === row.id)
      .map(({ maintenance_id: _, ...component }) => component),
    updates: updates.filter((one) => one.maintenance_id === row.id),
    series: series.get(row.series_id ?? '') ?? null,
  }))
}

type Written = Omit<Row, 'runs_from' | 'runs_to'>

/** Writes one time of planned work; says whether it did: one of a series may stand there already. */
export async function insertMaintenance(ctx: Context, row: Written, component_ids: string[]) {
  const { numInsertedOrUpdatedRows } = await ctx.db
    .insertInto('maintenances')
    .values({ ...row, ...runOf(row) })
    .onConflict((conflict) => conflict.columns(['series_id', 'occurs_at']).doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) return false
  await writeComponents(ctx, row.id, component_ids)
  return true
}

type Change = Updateable<Tables['maintenances']>

/** Changes one by itself: of a series, it is no longer as the others. Only if nobody else did since `version`. */
export function updateMaintenance(ctx: Context, known: Row, change: Change): Promise<boolean> {
  const own_at = known.series_id === null ? null : (known.own_at ?? nowText(ctx))
  return updateAlike(ctx, known, { ...change, own_at })
}

/** The same for one that is changed with all later ones; `quietly`, when customers are told of nothing. */
export async function updateAlike(
  { db }: Context,
  known: Row,
  change: Change,
  { quietly = false } = {},
): Promise<boolean> {
  const times = { ...known, ...change } as Row
  const sequence = quietly ? known.sequence : known.sequence + 1
  const { numUpdatedRows } = await db
    .updateTable('maintenances')
    .set({ ...change, ...runOf(times), version: known.version + 1, sequence })
    .where('id', '=', known.id)
    .where('version', '=', known.version)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function writeComponents({ db }: Context, maintenance_id: string, ids: string[]) {
  await db.deleteFrom('maintenance_components').where('maintenance_id', '=', maintenance_id).execute()
  if (ids.length === 0) return
  const rows = ids.map((component_id) => ({ maintenance_id, component_id }))
  await db.insertInto('maintenance_components').values(rows).execute()
}

type Told = { kind: UpdateKind; note?: string; at: string; was?: { starts_at: string; ends_at: string } }

/** Keeps what was told to customers of one change. */
export async function writeUpdate(
  { db }: Context,
  { id, starts_at, ends_at }: Pick<Row, 'id' | 'starts_at' | 'ends_at'>,
  { kind, note = '', at, was }: Told,
) {
  const times = {
    starts_at,
    ends_at,
    was_starts_at: was?.starts_at ?? null,
    was_ends_at: was?.ends_at ?? null,
  }
  const row = { id: newId(), maintenance_id: id, kind, note, at, ...times }
  await db.insertInto('maintenance_updates').values(row).execute()
}

/** Writes that somebody is reminded; says whether it did: another node may have been first. */
export async function insertReminder(
  { db }: Context,
  row: { maintenance_id: string; hours: number; starts_at: string; at: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('maintenance_reminders')
    .values(row)
    .onConflict((conflict) => conflict.columns(['maintenance_id', 'hours', 'starts_at']).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}
