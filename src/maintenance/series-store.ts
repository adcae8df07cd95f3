import type { Selectable, Updateable } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

type Row = Selectable<Tables['maintenances']>
export type Series = Omit<Selectable<Tables['maintenance_series']>, 'components'> & { components: string[] }

/** The series of these rows, by id. */
export async function seriesAmong(
  ctx: Context,
  rows: { series_id: string | null }[],
): Promise<Map<string, Series>> {
  const ids = [...new Set(rows.flatMap(({ series_id }) => series_id ?? []))]
  if (ids.length === 0) return new Map()
  const found = await ctx.db.selectFrom('maintenance_series').selectAll().where('id', 'in', ids).execute()
  return new Map(found.map((row) => [row.id, decoded(row)]))
}

function decoded(row: Selectable<Tables['maintenance_series']>): Series {
  return { ...row, components: JSON.parse(row.components) }
}

/** The series as it is kept. */
export async function seriesById({ db }: Context, id: string): Promise<Series | null> {
  const row = await db.selectFrom('maintenance_series').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? decoded(row) : null
}

export async function insertSeries({ db }: Context, series: Series) {
  const components = JSON.stringify(series.components)
  await db
    .insertInto('maintenance_series')
    .values({ ...series, components })
    .execute()
}

/** Says how far a series was laid out, or that it goes no further. */
export async function updateSeries(
  { db }: Context,
  id: string,
  change: Updateable<Pick<Tables['maintenance_series'], 'reached' | 'ended_at'>>,
) {
  await db.updateTable('maintenance_series').set(change).where('id', '=', id).execute()
}

/** The series that go on. */
export async function openSeries({ db }: Context): Promise<Series[]> {
  const rows = await db.selectFrom('maintenance_series').selectAll().where('ended_at', 'is', null).execute()
  return rows.map(decoded)
}

/** This time of a series and all later ones, as the rule has them, oldest first: moved ones and called off ones too. */
export async function timesFrom(
  { db }: Context,
  { series_id, occurs_at }: Pick<Row, 'series_id' | 'occurs_at'>,
): Promise<(Row & { occurs_at: string })[]> {
  const rows = await db
    .selectFrom('maintenances')
    .selectAll()
    .where('series_id', '=', series_id)
    .where('occurs_at', '>=', occurs_at)
    .orderBy('occurs_at')
    .execute()
  return rows.flatMap((row) => (row.occurs_at === null ? [] : { ...row, occurs_at: row.occurs_at }))
}
