import { duration } from '../platform/zone.ts'
import type { EventFacts, EventType } from '../sources/events.ts'
import type { eventsTold, incidentsOf, ReleaseView, relatives } from './reading.ts'

type Told = Awaited<ReturnType<typeof eventsTold>>[number]
type Incident = Awaited<ReturnType<typeof incidentsOf>>[number]
type Relatives = Awaited<ReturnType<typeof relatives>>

type StoryLine = {
  at: string
  icon: string
  tone: string
  verb: string
  who: string
  words: string[]
  link: { href: string; words: string } | null
  /** When a tool's clock ran ahead: what it said the time was. */
  said_at: string | null
}

const lateAfter = 5 * 60_000

const verbs: Record<EventType, [verb: string, icon: string, tone?: string]> = {
  'release.queued': ['Queued', 'running'],
  'release.waiting': ['Waiting', 'running'],
  'release.started': ['Started', 'running'],
  'release.progress': ['Under way', 'running'],
  'exposure.changed': ['Customers changed', 'partly', 'partly'],
  'release.succeeded': ['Succeeded', 'release'],
  'release.failed': ['Failed', 'failed', 'failed'],
  'release.cancelled': ['Cancelled', 'failed', 'failed'],
  'release.rolled_back': ['Rolled back', 'rollback', 'rollback'],
  'artifact.available': ['Artifact', 'release'],
}

/** What happened to a release, newest first: what was said of it, what undid or replaced it, what it broke. */
export function storyOf(release: ReleaseView, events: Told[], incidents: Incident[], related: Relatives) {
  const lines = [...events.map(eventLine), ...incidents.map(incidentLine), ...turns(release, related)]
  return lines.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0))
}

function eventLine(event: Told): StoryLine {
  const facts: EventFacts = JSON.parse(event.facts)
  const [verb, icon, tone = ''] = verbs[event.type as EventType]
  const reached = reachWords(facts)
  const isReach = reached !== null && ['release.progress', 'exposure.changed'].includes(event.type)
  return {
    at: event.effective_at,
    icon: isReach ? (facts.dark ? 'dark' : 'partly') : icon,
    tone: isReach ? 'partly' : tone,
    verb: isReach ? reached : verb,
    who: facts.actor?.name ?? event.source_name,
    words: detailsOf(event, facts, isReach ? null : reached),
    link: null,
    said_at: event.skewed_at ? event.occurred_at : null,
  }
}

function reachWords({ percent, dark }: EventFacts) {
  if (dark) return 'Dark'
  return percent === undefined ? null : `${percent}%`
}

function detailsOf(event: Told, facts: EventFacts, reached: string | null): string[] {
  const late = Date.parse(event.received_at) - Date.parse(event.effective_at)
  return [
    reached,
    facts.attempt && facts.attempt > 1 ? `attempt ${facts.attempt}` : null,
    facts.previous_version ? `replacing ${facts.previous_version}` : null,
    facts.message ?? null,
    late > lateAfter ? `heard of ${duration(event.effective_at, event.received_at)} later` : null,
  ].filter((words) => words !== null)
}

function incidentLine(incident: Incident): StoryLine {
  return {
    at: incident.started_at,
    icon: 'partial_outage',
    tone: 'incident',
    verb: 'Incident',
    who: '',
    words: [],
    link: { href: `/admin/incidents/${incident.id}`, words: incident.title },
    said_at: null,
  }
}

/** What other releases did to this one. */
function turns(release: ReleaseView, related: Relatives): StoryLine[] {
  const undoing = related('undone_by')
  const newer = related('superseded_by')
  const line = { who: '', words: [], said_at: null }
  const lines: StoryLine[] = []
  if (undoing && release.undone_at) {
    const link = { href: `/admin/releases/${undoing.id}`, words: `back to ${undoing.name}` }
    lines.push({
      ...line,
      at: release.undone_at,
      icon: 'rollback',
      tone: 'rollback',
      verb: 'Rolled back',
      link,
    })
  } else if (newer?.live_at) {
    const link = { href: `/admin/releases/${newer.id}`, words: `by ${newer.name}` }
    lines.push({ ...line, at: newer.live_at, icon: 'release', tone: '', verb: 'Replaced', link })
  }
  return lines
}
