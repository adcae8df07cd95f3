import { incidentAsSeen } from '../incidents/checks.ts'
import { type JournalAction, record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { ActionItemChange, NewActionItem } from './model.ts'
import { type ActionItem, insertItem, itemById, itemsOf, writeItem } from './store.ts'

const most = 100

/** Writes down what is to be done after an incident, behind what stands already. */
export function addItem(ctx: Context, incident_id: string, input: NewActionItem): Promise<ActionItem> {
  const given = NewActionItem.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const { title } = await incidentAsSeen(ctx, incident_id, undefined)
    const items = await itemsOf(ctx, incident_id)
    if (items.length >= most) {
      throw new Refusal('conflict', `An incident keeps ${most} action items at most, removed ones too.`)
    }
    const at = nowText(ctx)
    const id = newId()
    await insertItem(ctx, {
      id,
      incident_id,
      words: given.words,
      owner: given.owner || null,
      due_on: given.due_on || null,
      done_at: null,
      deleted_at: null,
      position: (items.at(-1)?.position ?? 0) + 1,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    const detail = { title, item: id, words: given.words }
    await record(ctx, { action: 'action_item.added', subject: ['incident', incident_id], detail })
    return itemById(ctx, id)
  })
}

/** Changes the words, who does it or until when. What is not given stays. */
export function editItem(ctx: Context, id: string, input: ActionItemChange): Promise<ActionItem> {
  const { version, ...given } = ActionItemChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const item = await standing(ctx, id)
    if (version !== undefined && version !== item.version) throw stale(item)
    const { words = item.words, owner = item.owner, due_on = item.due_on } = given
    return change(ctx, item, { words, owner: owner || null, due_on: due_on || null }, 'action_item.edited')
  })
}

/** It is done. */
export function finishItem(ctx: Context, id: string): Promise<ActionItem> {
  return inTransaction(ctx, async (ctx) => {
    const item = await standing(ctx, id)
    return item.done_at ? item : change(ctx, item, { done_at: nowText(ctx) }, 'action_item.done')
  })
}

/** It is not done after all. */
export function reopenItem(ctx: Context, id: string): Promise<ActionItem> {
  return inTransaction(ctx, async (ctx) => {
    const item = await standing(ctx, id)
    return item.done_at ? change(ctx, item, { done_at: null }, 'action_item.reopened') : item
  })
}

/** Takes it off every list; it can be brought back. */
export function removeItem(ctx: Context, id: string): Promise<ActionItem> {
  return inTransaction(ctx, async (ctx) => {
    const item = await itemById(ctx, id)
    if (item.deleted_at) return item
    return change(ctx, item, { deleted_at: nowText(ctx) }, 'action_item.removed')
  })
}

/** Brings a removed one back, in its place. */
export function restoreItem(ctx: Context, id: string): Promise<ActionItem> {
  return inTransaction(ctx, async (ctx) => {
    const item = await itemById(ctx, id)
    return item.deleted_at ? change(ctx, item, { deleted_at: null }, 'action_item.restored') : item
  })
}

async function standing(ctx: Context, id: string) {
  const item = await itemById(ctx, id)
  if (item.deleted_at) throw new Refusal('gone', 'This was removed. Bring it back first.')
  return item
}

async function change(ctx: Context, item: ActionItem, what: Partial<ActionItem>, action: JournalAction) {
  const { title } = await incidentAsSeen(ctx, item.incident_id, undefined)
  if (!(await writeItem(ctx, item, { ...what, updated_at: nowText(ctx) }))) {
    throw stale(await itemById(ctx, item.id))
  }
  const detail = { title, item: item.id, words: what.words ?? item.words }
  await record(ctx, { action, subject: ['incident', item.incident_id], detail })
  return itemById(ctx, item.id)
}

function stale(current: ActionItem) {
  const words = 'Somebody else changed this meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
