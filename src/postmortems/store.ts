import type { Updateable } from 'kysely'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { itemFilters } from './model.ts'

export type Postmortem = Tables['postmortems']
export type ActionItem = Tables['action_items']

/** What stands, published or not; undefined while nobody wrote anything. */
export function postmortemOf({ db }: Context, incident_id: string): Promise<Postmortem | undefined> {
  return db.selectFrom('postmortems').selectAll().where('incident_id', '=', incident_id).executeTakeFirst()
}

/** False when somebody else began at the same moment. */
export async function insertPostmortem({ db }: Context, row: Postmortem): Promise<boolean> {
  const result = await db
    .insertInto('postmortems')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Writes only if nobody else did since it was read; says whether it did. */
export async function writePostmortem(
  { db }: Context,
  { id, version }: Pick<Postmortem, 'id' | 'version'>,
  change: Updateable<Postmortem>,
) {
  const query = db.updateTable('postmortems').set({ ...change, version: version + 1 })
  const result = await query.where('id', '=', id).where('version', '=', version).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Removed ones too: they can be brought back. */
export async function itemById({ db }: Context, id: string): Promise<ActionItem> {
  const item = await db.selectFrom('action_items').selectAll().where('id', '=', id).executeTakeFirst()
  if (!item) throw new Refusal('not-found', 'There is no such action item.')
  return item
}

/** All of an incident in their order, removed ones too. */
export function itemsOf({ db }: Context, incident_id: string): Promise<ActionItem[]> {
  const query = db.selectFrom('action_items').selectAll().where('incident_id', '=', incident_id)
  return query.orderBy('position').orderBy('id').execute()
}

/** Behind every day that can be given. */
const never = '9999-12-31'
type Asked = {
  show: (typeof itemFilters)[number]
  limit: number
  cursor?: string | undefined
  incident_id?: string | undefined
}

/** The items of all incidents that stand, what is due first first; one more than `limit`. */
export async function listItems(ctx: Context, { show, limit, cursor, incident_id }: Asked) {
  const last = cursor === undefined ? null : await itemById(ctx, cursor)
  return ctx.db
    .selectFrom('action_items')
    .innerJoin('incidents', 'incidents.id', 'action_items.incident_id')
    .selectAll('action_items')
    .select('incidents.title as incident_title')
    .where('incidents.deleted_at', 'is', null)
    .where('action_items.deleted_at', 'is', null)
    .$if(show !== 'all', (query) =>
      query.where('action_items.done_at', show === 'done' ? 'is not' : 'is', null),
    )
    .$if(incident_id !== undefined, (query) =>
      query.where('action_items.incident_id', '=', incident_id ?? ''),
    )
    .$if(last !== null, (query) =>
      query.where((item) => {
        const due = item.fn.coalesce('action_items.due_on', item.val(never))
        const at = last?.due_on ?? never
        return item.or([
          item(due, '>', at),
          item.and([item(due, '=', at), item('action_items.id', '>', last?.id ?? '')]),
        ])
      }),
    )
    .orderBy((item) => item.fn.coalesce('action_items.due_on', item.val(never)))
    .orderBy('action_items.id')
    .limit(limit + 1)
    .execute()
}

export async function insertItem({ db }: Context, row: ActionItem) {
  await db.insertInto('action_items').values(row).execute()
}

/** Writes only if nobody else did since it was read; says whether it did. */
export async function writeItem(
  { db }: Context,
  { id, version }: Pick<ActionItem, 'id' | 'version'>,
  change: Updateable<ActionItem>,
) {
  const query = db.updateTable('action_items').set({ ...change, version: version + 1 })
  const result = await query.where('id', '=', id).where('version', '=', version).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
