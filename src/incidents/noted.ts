import { type ComponentStatus, statusWords } from '../components/model.ts'
import { toneOf, worstFirst } from './look.ts'
import { type IncidentState, type Remedy, remedyWords, type Severity, stateWords } from './model.ts'
import type { WholeIncident } from './whole.ts'

/** An incident as operators see it, with its words and colours decided. */
export function noted(incident: WholeIncident) {
  const { cause, cause_release, remedy, remedy_release } = incident
  return {
    ...incident,
    tone: toneOf(incident),
    state_words: stateWords[incident.state as IncidentState],
    impact_words: severityWords[incident.impact],
    cause_words: cause_release ? labelOf(cause_release) : causeWords[cause as keyof typeof causeWords],
    remedy_words: remedy
      ? `${remedyWords[remedy as Remedy]}${remedy_release ? `: ${labelOf(remedy_release)}` : ''}`
      : '',
    components: worstFirst(incident).map((component) => ({
      ...component,
      status_words: statusWords[component.status],
    })),
    updates: incident.updates.map((update) => ({
      ...update,
      state_words: stateWords[update.state as IncidentState],
      components: update.components.map((component) => ({
        ...component,
        words: statusWords[component.new_status as ComponentStatus],
      })),
    })),
  }
}

export const severityWords: Record<Severity, string> = {
  none: 'No impact',
  minor: 'Minor',
  major: 'Major',
  critical: 'Critical',
}

export const causeWords = { release: 'A release', not_release: 'Not a release', unknown: 'Not known yet' }

function labelOf(release: NonNullable<WholeIncident['cause_release']>) {
  return `${release.component.slug} ${release.label}`
}
