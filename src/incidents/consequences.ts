import { currentStatuses, endImpacts, openImpacts, setImpact } from '../components/impacts.ts'
import type { ComponentStatus } from '../components/model.ts'
import type { Context } from '../platform/context.ts'
import type { NamedComponent } from './checks.ts'
import type { IncidentState } from './model.ts'
import { impactsOf, type UpdateComponent } from './store.ts'

type StatusChange = Omit<UpdateComponent, 'update_id'>

/**
 * What an update does to components, from `from` (the start, for the first one) or `at` on: each named one gets its
 * status. Resolving ends all, whatever was named. Tells the old and the new status of each.
 */
export async function changeImpacts(
  ctx: Context,
  given: {
    incident_id: string
    named: Map<string, NamedComponent>
    state: IncidentState
    from: string
    at: string
  },
): Promise<StatusChange[]> {
  const { incident_id, named, state, from, at } = given
  const before = await currentStatuses(ctx)
  const changes: StatusChange[] = []
  const tell = (component_id: string, new_status: ComponentStatus) =>
    changes.push({ component_id, old_status: before.get(component_id) ?? 'operational', new_status })

  for (const [component_id, { status }] of named) {
    const first = from !== at // what was declared as over still has happened
    if (state !== 'resolved' || first) await setImpact(ctx, { component_id, status, incident_id, at: from })
    tell(component_id, state === 'resolved' && !first ? 'operational' : status)
  }
  if (state !== 'resolved') return changes

  for (const impact of await endImpacts(ctx, { incident_id, at })) {
    if (!named.has(impact.component_id)) tell(impact.component_id, 'operational')
  }
  return changes
}

/** Who an incident that opens again hurts again: those whom its resolving had healed. */
export async function healedAt(ctx: Context, incident_id: string, resolved_at: string) {
  const impacts = await impactsOf(ctx, [incident_id])
  return impacts.filter((impact) => impact.ended_at === resolved_at)
}

/** The status that an incident itself gives each component now. */
export async function statusesBy(ctx: Context, incident_id: string): Promise<Map<string, ComponentStatus>> {
  const open = await openImpacts(ctx, { incident_id })
  return new Map(open.map((impact) => [impact.component_id, impact.status as ComponentStatus]))
}
