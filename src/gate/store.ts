import type { Selectable, Updateable } from 'kysely'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { FreezeState } from './freeze.ts'
import { openFreezeSeries } from './freeze-series-store.ts'
import { beginnings, type GateRule, type RuleLevel, type RuleLevels } from './model.ts'

type Row = Selectable<Tables['freeze_windows']>
type Named = { id: string; slug: string; name: string }
export type Freeze = Omit<Row, 'may_pass'> & {
  may_pass: string[]
  components: Named[]
  /** The RRULE of a freeze that goes on repeating. */
  repeats: string | null
}

export async function freezeById(ctx: Context, id: string): Promise<Freeze> {
  const row = await ctx.db.selectFrom('freeze_windows').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not-found', 'There is no such freeze.')
  const [freeze] = await whole(ctx, [row])
  if (!freeze) throw new Error('one row in, one freeze out')
  return freeze
}

/** Latest start first; one more than `limit`, so that the caller knows whether more follow. */
export async function listFreezes(
  ctx: Context,
  { show, limit, cursor }: { show: FreezeState | 'all'; limit: number; cursor?: string | undefined },
): Promise<Freeze[]> {
  const now = nowText(ctx)
  let query = ctx.db.selectFrom('freeze_windows').selectAll()
  if (show === 'past') {
    query = query.where((or) => or.or([or('ended_at', 'is not', null), or('ends_at', '<=', now)]))
  }
  if (show === 'now' || show === 'coming') {
    const started = show === 'now' ? '<=' : '>'
    query = query.where('ended_at', 'is', null).where('ends_at', '>', now).where('starts_at', started, now)
  }
  if (cursor) {
    const { starts_at, id } = await freezeById(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('starts_at', 'id'), '<', tuple(starts_at, id)),
    )
  }
  const rows = await query
    .orderBy('starts_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return whole(ctx, rows)
}

/** What is in force at this moment for a component: what names it, and what names none. */
export async function freezesOn(ctx: Context, component_id: string): Promise<Freeze[]> {
  const now = nowText(ctx)
  const rows = await ctx.db
    .selectFrom('freeze_windows')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('starts_at', '<=', now)
    .where('ends_at', '>', now)
    .orderBy('ends_at', 'desc')
    .orderBy('id')
    .execute()
  const freezes = await whole(ctx, rows)
  return freezes.filter(({ components }) => {
    return components.length === 0 || components.some(({ id }) => id === component_id)
  })
}

/** This time of a freeze that repeats and all later ones, as the rule has them, oldest first: called off ones too. */
export async function freezesFrom(
  ctx: Context,
  { series_id, occurs_at }: Pick<Row, 'series_id' | 'occurs_at'>,
): Promise<(Freeze & { occurs_at: string })[]> {
  const rows = await ctx.db
    .selectFrom('freeze_windows')
    .selectAll()
    .where('series_id', '=', series_id)
    .where('occurs_at', '>=', occurs_at)
    .orderBy('occurs_at')
    .execute()
  const freezes = await whole(ctx, rows)
  return freezes.flatMap((one) => (one.occurs_at === null ? [] : { ...one, occurs_at: one.occurs_at }))
}

async function whole(ctx: Context, rows: Row[]): Promise<Freeze[]> {
  const { db } = ctx
  if (rows.length === 0) return []
  const repeating = rows.some(({ series_id }) => series_id) ? await openFreezeSeries(ctx) : []
  const named = await db
    .selectFrom('freeze_window_components')
    .innerJoin('components', 'components.id', 'component_id')
    .select(['freeze_window_id', 'components.id', 'slug', 'name'])
    .where(
      'freeze_window_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    ...row,
    may_pass: JSON.parse(row.may_pass),
    repeats: repeating.find(({ id }) => id === row.series_id)?.rule ?? null,
    components: named
      .filter(({ freeze_window_id }) => freeze_window_id === row.id)
      .map(({ id, slug, name }) => ({ id, slug, name })),
  }))
}

export async function insertFreeze({ db }: Context, row: Omit<Freeze, 'components' | 'repeats'>) {
  const values = { ...row, may_pass: JSON.stringify(row.may_pass) }
  await db.insertInto('freeze_windows').values(values).execute()
}

type Change = Omit<Updateable<Tables['freeze_windows']>, 'may_pass'> & { may_pass?: string[] }

/** Writes only if nobody else did since `version`; says whether it did. */
export async function updateFreeze(
  { db }: Context,
  { id, version }: Pick<Freeze, 'id' | 'version'>,
  { may_pass, ...change }: Change,
): Promise<boolean> {
  const names = may_pass === undefined ? {} : { may_pass: JSON.stringify(may_pass) }
  const { numUpdatedRows } = await db
    .updateTable('freeze_windows')
    .set({ ...change, ...names, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function writeComponents({ db }: Context, freeze_window_id: string, ids: string[]) {
  await db.deleteFrom('freeze_window_components').where('freeze_window_id', '=', freeze_window_id).execute()
  if (ids.length === 0) return
  const rows = ids.map((component_id) => ({ freeze_window_id, component_id }))
  await db.insertInto('freeze_window_components').values(rows).execute()
}

/** How a component takes each rule: as it was set, else as the rule begins. */
export async function rulesOf({ db }: Context, component_id: string): Promise<RuleLevels> {
  const rows = await db
    .selectFrom('gate_rules')
    .select(['rule', 'level'])
    .where('component_id', '=', component_id)
    .execute()
  return { ...beginnings, ...Object.fromEntries(rows.map(({ rule, level }) => [rule, level])) }
}

export async function writeRule(
  ctx: Context,
  { component_id, rule, level }: { component_id: string; rule: GateRule; level: RuleLevel },
) {
  const updated_at = nowText(ctx)
  await ctx.db
    .insertInto('gate_rules')
    .values({ component_id, rule, level, updated_at })
    .onConflict((conflict) => conflict.columns(['component_id', 'rule']).doUpdateSet({ level, updated_at }))
    .execute()
}
