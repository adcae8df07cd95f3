import { type ComponentStatus, componentStatuses, statusWords, worstStatus } from '../components/model.ts'
import { stateWords } from './model.ts'
import type { PublicIncident } from './public.ts'

/** What an incident's card shows, with its words and colours decided: on the public page and in the preview. */
export type IncidentCard = ReturnType<typeof cardOf>

export function cardOf(incident: PublicIncident, now: string) {
  return {
    ...incident,
    tone: toneOf(incident),
    state_words: stateWords[incident.state],
    affected: incident.resolved_at ? 'Affected' : 'Affects',
    components: worstFirst(incident).map((component) => ({
      ...component,
      status_words: statusWords[component.status],
      worst_words: statusWords[component.worst_status],
    })),
    updates: incident.updates.map((update) => ({
      ...update,
      state_words: stateWords[update.state],
      components: update.components.map((component) => ({
        ...component,
        words: statusWords[component.new_status],
      })),
    })),
    progress: progressOf(incident, now),
  }
}

function worstFirst({ components }: PublicIncident) {
  const badness = (status: ComponentStatus) => componentStatuses.indexOf(status)
  return components.toSorted(
    (a, b) => badness(a.status) - badness(b.status) || badness(a.worst_status) - badness(b.worst_status),
  )
}

const toneOfImpact: Record<PublicIncident['impact'], ComponentStatus | 'unknown'> = {
  critical: 'major_outage',
  major: 'partial_outage',
  minor: 'degraded_performance',
  none: 'unknown',
}

/** The shape beside the state: how it is now, not how bad it was. */
function toneOf({ resolved_at, components, impact }: PublicIncident): ComponentStatus | 'unknown' {
  if (resolved_at) return 'operational'
  if (components.length === 0) return toneOfImpact[impact]
  const now = worstStatus(components.map((component) => component.status))
  return now === 'operational' ? 'unknown' : now
}

/** How far a rollback is, of what is usual; once it takes longer than usual nobody knows, and no bar pretends to. */
function progressOf({ rollback }: PublicIncident, now: string) {
  if (rollback?.state !== 'rolling_back' || !rollback.started_at || !rollback.usual_seconds) return null
  const value = Math.round((Date.parse(now) - Date.parse(rollback.started_at)) / 1000)
  return value >= 0 && value < rollback.usual_seconds ? { value, max: rollback.usual_seconds } : null
}
