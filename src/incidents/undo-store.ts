import { type Impact, impactsOfIncident } from '../components/impacts.ts'
import { bringImpactsBack } from '../components/impacts-back.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import type { Tables } from '../platform/tables.ts'
import { ownerOf } from './owner.ts'
import { type Incident, incidentById, updatesOf, writeIncident, writeUpdate } from './store.ts'

export type Undo = Tables['incident_undos']
type Told = { id: string; version: number; updated_at: string }
/** All of an incident that publishing changes; `incident` is null before it was declared. */
export type Standing = {
  incident: Incident | null
  impacts: Impact[]
  updates: Told[]
}

export async function standingOf(ctx: Context, incident_id: string | null): Promise<Standing> {
  if (incident_id === null) return { incident: null, impacts: [], updates: [] }
  const updates = await updatesOf(ctx, [incident_id])
  return {
    incident: await incidentById(ctx, incident_id),
    // as they are kept, without the names that pages show them with
    impacts: await impactsOfIncident(ctx, incident_id),
    updates: updates.map(({ id, version, updated_at }) => ({ id, version, updated_at })),
  }
}

export async function keepUndo(
  ctx: Context,
  given: { incident_id: string; what: string; before: Standing; after: Standing },
) {
  const { incident_id, what, before, after } = given
  const texts = { before: JSON.stringify(before), after: JSON.stringify(after) }
  const row = { id: newId(), incident_id, owner: ownerOf(ctx), what, ...texts, at: nowText(ctx) }
  await ctx.db
    .insertInto('incident_undos')
    .values({ ...row, undone_at: null })
    .execute()
}

/** The last thing that was published of an incident, by whomever. */
export function lastUndo({ db }: Context, incident_id: string): Promise<Undo | undefined> {
  const all = db.selectFrom('incident_undos').selectAll().where('incident_id', '=', incident_id)
  return all.orderBy('at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** Claims an undo; false when somebody was faster. */
export async function claimUndo(ctx: Context, { id }: Undo): Promise<boolean> {
  const query = ctx.db.updateTable('incident_undos').set({ undone_at: nowText(ctx) })
  const done = await query.where('id', '=', id).where('undone_at', 'is', null).executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/** Makes an incident what it was; false when somebody changed it meanwhile. What was said stays as deleted rows. */
export async function bringBack(ctx: Context, now: Standing, before: Standing): Promise<boolean> {
  if (!now.incident) return false
  const at = nowText(ctx)
  if (!before.incident) return writeIncident(ctx, now.incident, { deleted_at: at, updated_at: at })
  const { id, version: _, ...was } = before.incident
  if (!(await writeIncident(ctx, now.incident, { ...was, updated_at: at }))) return false
  await bringImpactsBack(ctx, id, before.impacts)
  for (const update of notIn(now.updates, before.updates)) await unsay(ctx, update, at)
  for (const { id, version, updated_at } of notIn(before.updates, now.updates)) {
    // as it was: customers are not told that it was edited
    await writeUpdate(ctx, { id, version: version + 1 }, { deleted_at: null, updated_at })
  }
  return true
}

/** An update that was taken back named nothing either. */
async function unsay(ctx: Context, update: Told, at: string) {
  await writeUpdate(ctx, update, { deleted_at: at, updated_at: at })
  await ctx.db.deleteFrom('incident_update_components').where('update_id', '=', update.id).execute()
}

function notIn(these: Told[], others: Told[]) {
  return these.filter(({ id }) => !others.some((other) => other.id === id))
}

/** What can be taken back no more is kept an hour, for to say so. */
export async function forgetOldUndos(ctx: Context) {
  const before = new Date(ctx.now().getTime() - 3_600_000).toISOString()
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('incident_undos').where('at', '<', before).execute()
  })
}
