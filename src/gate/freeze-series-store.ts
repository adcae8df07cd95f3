import type { Selectable } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

type SeriesRow = Selectable<Tables['freeze_series']>
export type FreezeSeries = Omit<SeriesRow, 'may_pass' | 'components'> & {
  may_pass: string[]
  components: string[]
}

/** The freezes that go on repeating. */
export async function openFreezeSeries({ db }: Context): Promise<FreezeSeries[]> {
  const rows = await db.selectFrom('freeze_series').selectAll().where('ended_at', 'is', null).execute()
  return rows.map(decoded)
}

/** The series as it is kept. */
export async function freezeSeriesById({ db }: Context, id: string): Promise<FreezeSeries | null> {
  const row = await db.selectFrom('freeze_series').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? decoded(row) : null
}

function decoded(row: SeriesRow): FreezeSeries {
  return { ...row, may_pass: JSON.parse(row.may_pass), components: JSON.parse(row.components) }
}

export async function insertFreezeSeries({ db }: Context, series: FreezeSeries) {
  const texts = { may_pass: JSON.stringify(series.may_pass), components: JSON.stringify(series.components) }
  await db
    .insertInto('freeze_series')
    .values({ ...series, ...texts })
    .execute()
}

/** Says how far it was laid out, unless another went further meanwhile; says whether it did. */
export async function reachFreezeSeries(
  { db }: Context,
  { id, reached }: Pick<FreezeSeries, 'id' | 'reached'>,
  to: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('freeze_series')
    .set({ reached: to })
    .where('id', '=', id)
    .where('reached', '=', reached)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function endFreezeSeries({ db }: Context, id: string, ended_at: string) {
  await db.updateTable('freeze_series').set({ ended_at }).where('id', '=', id).execute()
}
