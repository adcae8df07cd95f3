import type { Words } from '../site/words/index.ts'
import { toneOf, worstFirst } from './look.ts'
import type { PublicIncident } from './public-fields.ts'

/** What an incident's card shows, with its words and colours decided: on the public page and in the preview. */
export function cardOf(incident: PublicIncident, now: string, t: Words) {
  return {
    ...incident,
    tone: toneOf(incident),
    state_words: t.states[incident.state],
    affected: incident.resolved_at ? t.card.affected : t.card.affects,
    components: worstFirst(incident).map((component) => ({
      ...component,
      status_words: t.status[component.status],
      worst_words: t.status[component.worst_status],
    })),
    updates: incident.updates.map((update) => ({
      ...update,
      state_words: t.states[update.state],
      edited_at: update.updated_at > update.created_at ? update.updated_at : null,
      components: update.components.map((component) => ({
        ...component,
        words: t.status[component.new_status],
      })),
    })),
    progress: progressOf(incident, now),
  }
}

/** How far a rollback is, of what is usual; once it takes longer than usual nobody knows, and no bar pretends to. */
function progressOf({ rollback }: PublicIncident, now: string) {
  const from = rollback?.asked_at ?? rollback?.started_at
  if (rollback?.state !== 'rolling_back' || !from || !rollback.usual_seconds) return null
  const value = Math.round((Date.parse(now) - Date.parse(from)) / 1000)
  return value >= 0 && value < rollback.usual_seconds ? { value, max: rollback.usual_seconds } : null
}
