import { versionName } from '../components/live.ts'
import { duration } from '../platform/zone.ts'
import type { EventFacts, EventType } from '../sources/events.ts'
import { isDrill } from './model.ts'
import type { requestsAbout } from './neighbours.ts'
import type { eventsTold, incidentsOf, ReleaseView, relatives } from './reading.ts'

type Told = Awaited<ReturnType<typeof eventsTold>>[number]
type Incident = Awaited<ReturnType<typeof incidentsOf>>[number]
type Relatives = Awaited<ReturnType<typeof relatives>>
type Request = Awaited<ReturnType<typeof requestsAbout>>[number]
type Given = { events: Told[]; incidents: Incident[]; related: Relatives; requests: Request[] }

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

const hasIt: [string, string] = ['Has it', 'release']
const mostNodes = 40

/** Of many nodes those that failed, and the newest of the others, so that a page stays one that can be read. */
export function mostTelling(events: readonly Told[]): Told[] {
  const newest = events.filter(({ facts }) => (JSON.parse(facts) as EventFacts).node).toReversed()
  const [failed, others] = [true, false].map((is) =>
    newest.filter(({ type }) => (type === 'release.failed') === is),
  )
  const kept = new Set([...(failed ?? []), ...(others ?? [])].slice(0, mostNodes))
  const left = new Set(newest.filter((event) => !kept.has(event)))
  return events.filter((event) => !left.has(event))
}

/** What happened to a release, newest first: what was said of it, what undid or replaced it, what it broke. */
export function storyOf(release: ReleaseView, { events, incidents, related, requests }: Given) {
  const lines = [
    ...events.map(eventLine),
    ...incidents.flatMap(incidentLines),
    ...requests.flatMap(requestLines),
    ...turns(release, related),
    ...badLine(release),
  ]
  return lines.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0))
}

function eventLine(event: Told): StoryLine {
  const facts: EventFacts = JSON.parse(event.facts)
  const { node } = facts
  const [verb, icon, tone = ''] = node?.state === 'ok' ? hasIt : verbs[event.type as EventType]
  const reached = reachWords(facts)
  const isReach = reached !== null && ['release.progress', 'exposure.changed'].includes(event.type)
  return {
    at: event.effective_at,
    icon: isReach ? reachIcon(facts) : icon,
    tone: isReach ? (facts.percent === 0 && !facts.dark ? 'rollback' : 'partly') : tone,
    verb: isReach ? reached : verb,
    who: node?.name ?? facts.actor?.name ?? event.source_name,
    words: detailsOf(event, facts, isReach ? null : reached),
    link: null,
    said_at: event.skewed_at ? event.occurred_at : null,
  }
}

function reachWords({ percent, dark }: EventFacts) {
  if (dark) return 'Dark'
  if (percent === undefined) return dark === false ? 'No longer dark' : null
  return percent === 0 ? 'Nobody' : `${percent}%`
}

function reachIcon({ percent, dark }: EventFacts) {
  if (dark) return 'dark'
  return percent === 0 ? 'rollback' : percent === 100 || percent === undefined ? 'release' : 'partly'
}

function detailsOf(event: Told, facts: EventFacts, reached: string | null): string[] {
  const late = Date.parse(event.received_at) - Date.parse(event.effective_at)
  return [
    reached,
    facts.attempt && facts.attempt > 1 ? `attempt ${facts.attempt}` : null,
    facts.previous_version ? `replacing ${facts.previous_version}` : null,
    facts.message ?? null,
    facts.reason ?? null,
    facts.drill ? 'a drill' : null,
    late > lateAfter ? `heard of ${duration(event.effective_at, event.received_at)} later` : null,
  ].filter((words) => words !== null)
}

function incidentLines(incident: Incident): StoryLine[] {
  const line = { who: '', words: [], said_at: null }
  const link = { href: `/admin/incidents/${incident.id}`, words: incident.title }
  const { started_at, resolved_at } = incident
  const began = { ...line, at: started_at, icon: 'partial_outage', tone: 'incident', verb: 'Incident', link }
  if (resolved_at === null) return [began]
  const lasted = [`after ${duration(started_at, resolved_at)}`]
  return [
    began,
    { ...line, at: resolved_at, icon: 'operational', tone: '', verb: 'Incident over', words: lasted, link },
  ]
}

/** That going back was asked for, and that the wish was taken back. */
function requestLines(request: Request): StoryLine[] {
  const { incident, incident_id, asked_at, asked_by, ended_at, ended_by, reason, drill_at } = request
  const line = { icon: 'rollback', tone: '', said_at: null }
  const asked: StoryLine = {
    ...line,
    at: asked_at,
    verb: drill_at ? 'Drill asked' : 'Rollback asked',
    who: asked_by,
    words: [`back to ${versionName(request) ?? 'an unknown version'}`, reason],
    link: incident_id && incident ? { href: `/admin/incidents/${incident_id}`, words: incident } : null,
  }
  if (ended_at === null) return [asked]
  return [
    asked,
    { ...line, at: ended_at, verb: 'Wish taken back', who: ended_by ?? '', words: [], link: null },
  ]
}

function badLine({ bad_at, bad_by, bad_reason }: ReleaseView): StoryLine[] {
  if (bad_at === null) return []
  const words = bad_reason ? [bad_reason] : []
  const line = { at: bad_at, icon: 'failed', tone: 'failed', verb: 'Marked bad', who: bad_by ?? '' }
  return [{ ...line, words, link: null, said_at: null }]
}

/** What other releases did to this one. */
function turns(release: ReleaseView, related: Relatives): StoryLine[] {
  const undoing = related('undone_by')
  const newer = related('superseded_by')
  const line = { who: '', words: [], said_at: null }
  const lines: StoryLine[] = []
  if (undoing && release.undone_at) {
    const link = { href: `/admin/releases/${undoing.id}`, words: `back to ${undoing.name}` }
    const { asked_at } = undoing
    const words = asked_at ? [`${duration(asked_at, release.undone_at)} after it was asked for`] : []
    lines.push({
      ...line,
      words,
      at: release.undone_at,
      icon: 'rollback',
      tone: 'rollback',
      verb: 'Rolled back',
      link,
    })
  } else if (newer?.live_at) {
    const link = { href: `/admin/releases/${newer.id}`, words: `by ${newer.name}` }
    const words = isDrill(newer) ? ['in a drill'] : []
    lines.push({ ...line, at: newer.live_at, icon: 'release', tone: '', verb: 'Replaced', words, link })
  }
  return lines
}
