import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { type GroupChange, type Move, moved, type NewGroup } from './model.ts'
import {
  deleteGroup,
  type Group,
  groupById,
  groupByName,
  insertGroup,
  listGroups,
  updateGroup,
  writeOrder,
} from './store.ts'

/** Adds a group, last on the page. */
export function createGroup(ctx: Context, { name }: NewGroup): Promise<Group> {
  return inTransaction(ctx, async (ctx) => {
    await refuseTaken(ctx, name)
    const id = newId()
    const at = nowText(ctx)
    const position = ((await listGroups(ctx)).at(-1)?.position ?? -1) + 1
    await insertGroup(ctx, { id, name, position, version: 1, created_at: at, updated_at: at })
    await record(ctx, { action: 'group.created', subject: ['group', id], detail: { name } })
    return groupById(ctx, id)
  })
}

/** Renames a group. */
export function editGroup(ctx: Context, id: string, { name, version }: GroupChange): Promise<Group> {
  return inTransaction(ctx, async (ctx) => {
    const group = await groupById(ctx, id)
    if (version !== undefined && version !== group.version) throw staleGroup(group)
    if (name === undefined || name === group.name) return group
    await refuseTaken(ctx, name)
    if (!(await updateGroup(ctx, group, { name, updated_at: nowText(ctx) }))) {
      throw staleGroup(await groupById(ctx, id))
    }
    await record(ctx, { action: 'group.edited', subject: ['group', id], detail: { from: group.name, name } })
    return groupById(ctx, id)
  })
}

/** Moves a group among the groups of the page. */
export function moveGroup(ctx: Context, id: string, { to }: Move): Promise<Group> {
  return inTransaction(ctx, async (ctx) => {
    const group = await groupById(ctx, id)
    const ids = (await listGroups(ctx)).map((one) => one.id)
    await writeOrder(ctx, 'groups', moved(ids, ids.indexOf(id), to))
    await record(ctx, { action: 'group.moved', subject: ['group', id], detail: { name: group.name, to } })
    return groupById(ctx, id)
  })
}

/** Removes the heading; its components stay, without a group. */
export function removeGroup(ctx: Context, id: string): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const group = await groupById(ctx, id)
    await deleteGroup(ctx, id)
    await record(ctx, { action: 'group.removed', subject: ['group', id], detail: { name: group.name } })
  })
}

async function refuseTaken(ctx: Context, name: string) {
  if (!(await groupByName(ctx, name))) return
  throw new Refusal('conflict', `There is a group “${name}” already.`, {
    errors: { name: 'There is a group of this name already.' },
  })
}

function staleGroup(current: Group) {
  return new Refusal('stale', 'The group was changed by somebody else meanwhile.', { current })
}
