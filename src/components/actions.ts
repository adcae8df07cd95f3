import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { dateIn } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import { createGroup } from './groups.ts'
import { currentStatuses, endImpactsOn, openImpacts, setImpact } from './impacts.ts'
import {
  type ComponentChange,
  type ComponentStatus,
  freeSlug,
  type Move,
  moved,
  NewComponent,
  slugOf,
} from './model.ts'
import {
  type Component,
  componentById,
  groupByName,
  insertComponent,
  listGroups,
  siblingsOf,
  takenSlugs,
  updateComponent,
  writeOrder,
} from './store.ts'

/** Adds a component, last in its group. Without a slug it gets one made from its name. */
export function createComponent(ctx: Context, input: NewComponent): Promise<Component> {
  const { name, slug, description, group, visibility, started_on, ...runs } = NewComponent.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    const { time_zone } = await readSite(ctx)
    const group_id = await groupIdFor(ctx, group)
    const id = newId()
    await insertComponent(ctx, {
      id,
      slug: await slugFor(ctx, slug, name),
      name,
      description,
      group_id,
      visibility,
      position: await lastPlace(ctx, group_id),
      started_on: started_on || dateIn(at, time_zone),
      archived_at: null,
      owners: runs.owners ?? '',
      owners_url: runs.owners_url ?? '',
      chat_url: runs.chat_url ?? '',
      runbook_url: runs.runbook_url ?? '',
      version: 1,
      created_at: at,
      updated_at: at,
    })
    await record(ctx, { action: 'component.created', subject: ['component', id], detail: { name } })
    return componentById(ctx, id)
  })
}

/** Changes what is given and leaves the rest; an empty group means none. */
export function editComponent(ctx: Context, id: string, change: ComponentChange): Promise<Component> {
  return inTransaction(ctx, async (ctx) => {
    const component = await componentById(ctx, id)
    refuseStale(component, change.version)
    const { group, version: _, slug, ...fields } = change
    const group_id = group === undefined ? component.group_id : await groupIdFor(ctx, group)
    const changed = {
      ...fields,
      started_on: fields.started_on || component.started_on,
      group_id,
      slug: slug && slug !== component.slug ? await slugFor(ctx, slug, component.name) : component.slug,
      position: group_id === component.group_id ? component.position : await lastPlace(ctx, group_id),
      updated_at: nowText(ctx),
    }
    if (!(await updateComponent(ctx, component, changed))) throw staleComponent(await componentById(ctx, id))
    const detail = {
      name: fields.name ?? component.name,
      fields: Object.keys(change).filter((key) => key !== 'version'),
    }
    await record(ctx, { action: 'component.edited', subject: ['component', id], detail })
    return componentById(ctx, id)
  })
}

/** Moves a component among those of its group. */
export function moveComponent(ctx: Context, id: string, { to }: Move): Promise<Component> {
  return inTransaction(ctx, async (ctx) => {
    const component = await componentById(ctx, id)
    refuseArchived(component)
    const ids = (await siblingsOf(ctx, component.group_id)).map((sibling) => sibling.id)
    await writeOrder(ctx, 'components', moved(ids, ids.indexOf(id), to))
    await record(ctx, {
      action: 'component.moved',
      subject: ['component', id],
      detail: { name: component.name, to },
    })
    return componentById(ctx, id)
  })
}

/** Takes a component off the page; its past stays. What is open on it ends. */
export function archiveComponent(ctx: Context, id: string): Promise<Component> {
  return inTransaction(ctx, async (ctx) => {
    const component = await componentById(ctx, id)
    if (component.archived_at) return component
    const at = nowText(ctx)
    await updateComponent(ctx, component, { archived_at: at, updated_at: at })
    await endImpactsOn(ctx, { component_id: id, at })
    const detail = { name: component.name }
    await record(ctx, { action: 'component.archived', subject: ['component', id], detail })
    return componentById(ctx, id)
  })
}

/** Puts an archived component back on the page, last in its group; what it suffered before stays ended. */
export function restoreComponent(ctx: Context, id: string): Promise<Component> {
  return inTransaction(ctx, async (ctx) => {
    const component = await componentById(ctx, id)
    if (!component.archived_at) return component
    const position = await lastPlace(ctx, component.group_id)
    await updateComponent(ctx, component, { archived_at: null, position, updated_at: nowText(ctx) })
    const detail = { name: component.name }
    await record(ctx, { action: 'component.restored', subject: ['component', id], detail })
    return componentById(ctx, id)
  })
}

/** What an operator says without an incident. "Operational" ends only that: what incidents say stays. */
export function setStatusByHand(
  ctx: Context,
  { component_id, status }: { component_id: string; status: ComponentStatus },
): Promise<ComponentStatus> {
  return inTransaction(ctx, async (ctx) => {
    const component = await componentById(ctx, component_id)
    refuseArchived(component)
    const [before] = await openImpacts(ctx, { incident_id: null, component_id })
    if ((before?.status ?? 'operational') !== status) {
      await setImpact(ctx, { component_id, status, incident_id: null, at: nowText(ctx) })
      const detail = { name: component.name, from: before?.status ?? 'operational', to: status }
      await record(ctx, { action: 'component.status_set', subject: ['component', component_id], detail })
    }
    return (await currentStatuses(ctx)).get(component_id) ?? 'operational'
  })
}

async function slugFor(ctx: Context, given: string | undefined, name: string) {
  const taken = await takenSlugs(ctx)
  if (!given) return freeSlug(slugOf(name), taken)
  if (!taken.has(given)) return given
  throw new Refusal('conflict', `Another component has the slug “${given}” already. Choose another one.`, {
    errors: { slug: 'Another component has this slug already.' },
  })
}

/** A group may be called by its id or its name; a name that is new makes the group. */
async function groupIdFor(ctx: Context, group: string | null | undefined) {
  if (!group) return null
  const byId = (await listGroups(ctx)).find((one) => one.id === group)
  return (byId ?? (await groupByName(ctx, group)) ?? (await createGroup(ctx, { name: group }))).id
}

async function lastPlace(ctx: Context, group_id: string | null) {
  const siblings = await siblingsOf(ctx, group_id)
  return (siblings.at(-1)?.position ?? -1) + 1
}

function refuseArchived(component: Component) {
  if (component.archived_at) throw new Refusal('conflict', `${component.name} is archived. Restore it first.`)
}

function refuseStale(component: Component, version: number | undefined) {
  if (version !== undefined && version !== component.version) throw staleComponent(component)
}

function staleComponent(current: Component) {
  return new Refusal('stale', `${current.name} was changed by somebody else meanwhile.`, { current })
}
