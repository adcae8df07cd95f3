import { z } from 'zod'
import { type Context, nowText } from '../platform/context.ts'
import { pageAfter } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Live, LiveVersion, liveJson, publicLiveVersions } from './live.ts'
import { type ComponentStatus, componentStatuses, worstStatus } from './model.ts'
import { type Component, type Group, listComponents, listGroups } from './store.ts'
import { visibleCare, visibleImpacts } from './visibility.ts'

/** The one public projection of a component. */
export const PublicComponent = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  group: z.object({ id: z.string(), name: z.string() }).nullable(),
  position: z.number(),
  status: z.enum(componentStatuses),
  live: z.array(LiveVersion),
  started_on: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type PublicComponent = z.output<typeof PublicComponent>

/** All components that customers may see, in the order of the page. */
export async function publicComponents(ctx: Context): Promise<PublicComponent[]> {
  const components = (await listComponents(ctx)).filter((component) => component.visibility === 'public')
  const statuses = await publicStatuses(ctx)
  const live = Map.groupBy(await publicLiveVersions(ctx), (version) => version.component_id)
  return components.map((component) =>
    project(component, statuses.get(component.id) ?? 'operational', live.get(component.id) ?? []),
  )
}

/** A group that customers see: one that names a component of theirs. */
export type PublicGroup = Pick<Group, 'id' | 'name' | 'position' | 'created_at' | 'updated_at'>

/** The groups of these components, in the order of the page. */
export async function publicGroupsOf(ctx: Context, components: PublicComponent[]): Promise<PublicGroup[]> {
  const named = new Set(components.flatMap(({ group }) => group?.id ?? []))
  const groups = (await listGroups(ctx)).filter(({ id }) => named.has(id))
  return groups.map(({ id, name, position, created_at, updated_at }) => ({
    id,
    name,
    position,
    created_at,
    updated_at,
  }))
}

/** One page of the public list; the cursor is the id of the last one seen. */
export async function listPublicComponents(
  ctx: Context,
  page: { cursor?: string | undefined; limit: number },
) {
  return pageAfter(await publicComponents(ctx), page)
}

/** By id or by slug; a private or archived one does not exist. */
export async function publicComponent(ctx: Context, name: string): Promise<PublicComponent> {
  return componentAmong(await publicComponents(ctx), name)
}

/** One of those that were read already, by id or by slug. */
export function componentAmong(all: PublicComponent[], name: string): PublicComponent {
  const found = all.find(({ id }) => id === name) ?? all.find(({ slug }) => slug === name)
  if (!found) throw new Refusal('not-found', 'There is no such component.')
  return found
}

/** The worst of what stands open, by hand or by an incident that customers may read of, and of work that runs now. */
async function publicStatuses(ctx: Context): Promise<Map<string, ComponentStatus>> {
  const { db } = ctx
  const now = nowText(ctx)
  const open = await visibleImpacts(db, null)
    .select(['component_impacts.component_id', 'component_impacts.status'])
    .unionAll(
      visibleCare({ since: now, now }).select((one) => [
        'of.component_id',
        one.val('under_maintenance').as('status'),
      ]),
    )
    .execute()
  const byComponent = Map.groupBy(open, (impact) => impact.component_id)
  return new Map([...byComponent].map(([id, impacts]) => [id, worstStatus(impacts.map((one) => one.status))]))
}

function project(component: Component, status: ComponentStatus, live: Live[]): PublicComponent {
  const { id, slug, name, description, group_id, group_name, position, started_on } = component
  return {
    id,
    slug,
    name,
    description,
    group: group_id && group_name ? { id: group_id, name: group_name } : null,
    position,
    status,
    live: live.map(liveJson),
    started_on,
    created_at: component.created_at,
    updated_at: component.updated_at,
  }
}
