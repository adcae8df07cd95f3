import { type ComponentStatus, componentStatuses, worstStatus } from '../components/model.ts'
import type { Severity } from './model.ts'

type Hurt = { status: ComponentStatus; worst_status: ComponentStatus }

/** What hurts most now stands first, then what was hurt most. */
export function worstFirst<T extends Hurt>({ components }: { components: T[] }): T[] {
  const badness = (status: ComponentStatus) => componentStatuses.indexOf(status)
  return components.toSorted(
    (a, b) => badness(a.status) - badness(b.status) || badness(a.worst_status) - badness(b.worst_status),
  )
}

const toneOfSeverity: Record<Severity, ComponentStatus | 'unknown'> = {
  critical: 'major_outage',
  major: 'partial_outage',
  minor: 'degraded_performance',
  none: 'unknown',
}

/** The shape beside the state, the same for customers and operators: how it is now, not how bad it was. */
export function toneOf(incident: { resolved_at: string | null; components: Hurt[]; impact: Severity }) {
  const { resolved_at, components, impact } = incident
  if (resolved_at) return 'operational'
  if (components.length === 0) return toneOfSeverity[impact]
  const now = worstStatus(components.map((component) => component.status))
  return now === 'operational' ? 'unknown' : now
}
