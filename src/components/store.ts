import type { Updateable } from 'kysely'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'

export type Component = Tables['components'] & { group_name: string | null }
export type Group = Tables['groups']

export async function componentById(ctx: Context, id: string): Promise<Component> {
  return (await components(ctx).where('components.id', '=', id).executeTakeFirst()) ?? noComponent()
}

/** Addresses in the API may carry either; an id wins, because ids never change. */
export async function componentByIdOrSlug(ctx: Context, name: string): Promise<Component> {
  const either = components(ctx).where((or) =>
    or.or([or('components.id', '=', name), or('components.slug', '=', name)]),
  )
  const found = await either.execute()
  return found.find((component) => component.id === name) ?? found[0] ?? noComponent()
}

/** In the order of the page: groups by position, then what has no group. Archived ones only when asked for. */
export async function listComponents(ctx: Context, show: { archived?: boolean } = {}): Promise<Component[]> {
  const kept = components(ctx).where('components.archived_at', show.archived ? 'is not' : 'is', null)
  const rows = await kept
    .leftJoin('groups as place', 'place.id', 'components.group_id')
    .select('place.position as group_position')
    .execute()
  const last = Number.MAX_SAFE_INTEGER
  rows.sort(
    (a, b) =>
      (a.group_position ?? last) - (b.group_position ?? last) ||
      a.position - b.position ||
      (a.id < b.id ? -1 : 1),
  )
  return rows.map(({ group_position, ...component }) => component)
}

export function listGroups({ db }: Context): Promise<Group[]> {
  return db.selectFrom('groups').selectAll().orderBy('position').orderBy('id').execute()
}

export async function groupById({ db }: Context, id: string): Promise<Group> {
  const group = await db.selectFrom('groups').selectAll().where('id', '=', id).executeTakeFirst()
  if (!group) throw new Refusal('not-found', 'There is no such group.')
  return group
}

export function groupByName({ db }: Context, name: string): Promise<Group | undefined> {
  return db.selectFrom('groups').selectAll().where('name', '=', name).orderBy('id').executeTakeFirst()
}

export async function takenSlugs({ db }: Context): Promise<Set<string>> {
  const rows = await db.selectFrom('components').select('slug').execute()
  return new Set(rows.map((row) => row.slug))
}

/** Who stands beside a component: those of the same group (or of none) that are not archived, in order. */
export function siblingsOf({ db }: Context, group_id: string | null) {
  return db
    .selectFrom('components')
    .select(['id', 'position'])
    .where('group_id', group_id ? '=' : 'is', group_id)
    .where('archived_at', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .execute()
}

export async function insertComponent({ db }: Context, row: Tables['components']) {
  await db.insertInto('components').values(row).execute()
}

export async function insertGroup({ db }: Context, row: Tables['groups']) {
  await db.insertInto('groups').values(row).execute()
}

/** Writes only if nobody else did since `version`; says whether it did. */
export async function updateComponent(
  { db }: Context,
  { id, version }: Pick<Component, 'id' | 'version'>,
  change: Updateable<Tables['components']>,
) {
  const query = db.updateTable('components').set({ ...change, version: version + 1 })
  return isOne(await query.where('id', '=', id).where('version', '=', version).executeTakeFirst())
}

export async function updateGroup(
  { db }: Context,
  { id, version }: Pick<Group, 'id' | 'version'>,
  change: Updateable<Tables['groups']>,
) {
  const query = db.updateTable('groups').set({ ...change, version: version + 1 })
  return isOne(await query.where('id', '=', id).where('version', '=', version).executeTakeFirst())
}

/** A place in the order is not part of the text, so no editor's version grows stale by it. */
export async function writeOrder({ db }: Context, table: 'components' | 'groups', ids: string[]) {
  for (const [position, id] of ids.entries()) {
    if (table === 'components')
      await db.updateTable('components').set({ position }).where('id', '=', id).execute()
    else await db.updateTable('groups').set({ position }).where('id', '=', id).execute()
  }
}

export async function deleteGroup({ db }: Context, id: string) {
  await db.updateTable('components').set({ group_id: null }).where('group_id', '=', id).execute()
  await db.deleteFrom('groups').where('id', '=', id).execute()
}

function components({ db }: Context) {
  return db
    .selectFrom('components')
    .leftJoin('groups', 'groups.id', 'components.group_id')
    .selectAll('components')
    .select('groups.name as group_name')
}

function isOne(result: { numUpdatedRows: bigint }) {
  return result.numUpdatedRows === 1n
}

function noComponent(): never {
  throw new Refusal('not-found', 'There is no such component.')
}
