import type { Context } from '../platform/context.ts'
import { currentStatuses, openImpacts } from './impacts.ts'
import { liveJson, liveVersions } from './live.ts'
import { type ComponentStatus, levels, statusWords } from './model.ts'
import { type Component, listComponents, listGroups } from './store.ts'

const byHand = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
] as const satisfies readonly ComponentStatus[]

type ShownComponent = Component & { status: ComponentStatus }

/** Components with the status that is derived when read. */
export async function withStatus(ctx: Context, components: Component[]): Promise<ShownComponent[]> {
  const statuses = await currentStatuses(ctx)
  return components.map((component) => ({
    ...component,
    status: statuses.get(component.id) ?? 'operational',
  }))
}

/** The operators' list: each group with its components, their status and what was set by hand. */
export async function componentsOverview(ctx: Context) {
  const hand = new Map(
    (await openImpacts(ctx, { incident_id: null })).map((one) => [one.component_id, one.status]),
  )
  const live = Map.groupBy(await liveVersions(ctx), (version) => version.component_id)
  const shown = (await withStatus(ctx, await listComponents(ctx))).map((component) => ({
    ...component,
    live: (live.get(component.id) ?? []).map(liveJson),
    status_words: statusWords[component.status],
    levels: levels(byHand, hand.get(component.id) ?? 'operational'),
  }))
  const groups = await listGroups(ctx)
  const sections = groups.map((group) => ({
    group,
    components: shown.filter((component) => component.group_id === group.id),
  }))
  return {
    sections,
    loose: shown.filter((component) => component.group_id === null),
    archived: await listComponents(ctx, { archived: true }),
    count: shown.length,
  }
}
