import { worstStatus } from '../components/model.ts'
import type { PublicIncident } from '../incidents/public-fields.ts'
import type { PublicMaintenance } from '../maintenance/public.ts'
import { day, duration, full } from '../platform/zone.ts'
import type { PublicRelease } from '../releases/public.ts'
import type { PlainRelease } from '../releases/public-between.ts'
import type { Words } from '../site/words/index.ts'
import { causeWords } from './days.ts'
import { logLine } from './log.ts'

/** The days of a month and what stands on each. Pure. */

export const shows = ['everything', 'incidents', 'caused', 'rolled_back'] as const
export type Show = (typeof shows)[number]

export type Told = {
  incidents: PublicIncident[]
  eventful: PublicRelease[]
  plain: PlainRelease[]
  work: PublicMaintenance[]
  /** The releases that caused an incident. */
  causes: ReadonlySet<string>
}

/** What a filter leaves of a month: cause and effect stay together. */
export function chosen({ incidents, eventful, plain, work, causes }: Told, show: Show): Told {
  if (show === 'everything') return { incidents, eventful, plain, work, causes }
  if (show === 'incidents') return { incidents, eventful: [], plain: [], work: [], causes }
  const caused = show === 'caused'
  return {
    incidents: incidents.filter((one) => (caused ? one.cause_release !== null : wasRolledBack(one))),
    eventful: eventful.filter((one) => (caused ? causes.has(one.id) : isOfRollback(one))),
    plain: [],
    work: [],
    causes,
  }
}

function wasRolledBack({ rollback, remedy }: PublicIncident) {
  return rollback?.state === 'rolled_back' || remedy === 'rolled_back'
}

function isOfRollback({ kind, state, undone_at, drill_at }: PublicRelease) {
  return (kind === 'rollback' && drill_at === null) || state === 'rolled_back' || undone_at !== null
}

/** The moment, the page's zone, the time that the page tells of, whether environments are named, and the words. */
type Frame = {
  now: string
  time_zone: string
  dateOf: (at: string) => string
  from: string
  until: string
  several: boolean
  t: Words
}

type Line = {
  key: string
  at: string
  icon: string
  /** What gives it its colour: how bad an incident was, or what a release came to. */
  tone: { state: string } | { log: string }
  verb: string
  component: PublicRelease['component'] | null
  link: { href: string; words: string; version: boolean }
  details: string[]
  incident: PublicRelease['incident']
}

/** Each day on which something happened, newest first, each with its newest line first and its plain releases last. */
export function daysOf({ incidents, eventful, plain, work }: Told, frame: Frame) {
  const { time_zone, from, now, dateOf } = frame
  const date = ({ at }: { at: string }) => dateOf(at)
  const begun = incidents.filter(({ started_at }) => started_at >= from)
  const lines = [
    ...begun.map((incident) => incidentLine(incident, frame)),
    ...eventful.map((release) => releaseLine(release, frame)),
    ...work.map((one) => maintenanceLine(one, frame)),
  ].sort(newestFirst)
  const linesOn = Map.groupBy(lines, date)
  const plainOn = Map.groupBy(plain, date)
  const dates = [...new Set([...linesOn.keys(), ...plainOn.keys()])].sort().reverse()
  return dates.map((date) => {
    const [own, released] = [linesOn.get(date) ?? [], plainOn.get(date) ?? []]
    const at = own[0]?.at ?? released[0]?.at ?? ''
    // the year stands over the page
    const name = day(at, time_zone, now, frame.t.time).replace(/ \d{4}$/, '')
    return { date, name, lines: own, releases: released.length > 0 ? plainLine(released, frame) : null }
  })
}

/** What was open when the month began: it stands on its own day in the month in which it began. */
export function openBefore({ incidents }: Told, frame: Frame): Line[] {
  return incidents
    .filter(({ started_at }) => started_at < frame.from)
    .map((incident) => incidentLine(incident, frame))
    .sort(newestFirst)
}

function newestFirst(one: Line, other: Line) {
  // at one moment the incident stands over what caused it, and both as they were found
  return one.at < other.at ? 1 : one.at > other.at ? -1 : 0
}

function incidentLine(incident: PublicIncident, frame: Frame): Line {
  const { id, title, started_at: at, components } = incident
  const worst = worstStatus(components.map((component) => component.worst_status))
  const hurt = components.filter(({ worst_status }) => worst_status !== 'operational')
  const icon = worst === 'operational' ? 'unknown' : worst
  const { status, past } = frame.t
  return {
    key: `incident-${id}`,
    at,
    icon,
    tone: { state: icon },
    verb: worst === 'operational' ? past.history.incident : status[worst],
    component: null,
    link: { href: `/incidents/${id}`, words: title, version: false },
    details: [
      past.history.components(hurt.map(({ name }) => name)),
      ...lasted(incident, frame),
      causeWords(incident, frame.t),
    ].filter((words) => words !== ''),
    incident: null,
  }
}

/** Planned work stands where it began, or should have begun. */
function maintenanceLine(work: PublicMaintenance, { t }: Frame): Line {
  const { id, title, starts_at, started_at, ended_at, state, components } = work
  const time = started_at && ended_at ? t.maintenance.lasted(duration(started_at, ended_at, t.time)) : ''
  const called_off = state === 'completed' ? '' : t.maintenance.states[state]
  return {
    key: `maintenance-${id}`,
    at: started_at ?? starts_at,
    icon: state === 'cancelled' ? 'unknown' : 'under_maintenance',
    tone: { state: state === 'cancelled' ? 'unknown' : 'under_maintenance' },
    verb: t.status.under_maintenance,
    component: null,
    link: { href: `/maintenance/${id}`, words: title, version: false },
    details: [t.past.history.components(components.map(({ name }) => name)), time, called_off].filter(
      (words) => words !== '',
    ),
    incident: null,
  }
}

/** How long it lasted; and to when or since when, where that is not of this month. */
function lasted({ started_at, resolved_at }: PublicIncident, { time_zone, from, until, t }: Frame): string[] {
  const words = t.past.history
  const dayOf = (at: string) => full(at, time_zone, t.time).split(',')[0] ?? ''
  const began = started_at < from ? [words.began(dayOf(started_at))] : []
  if (resolved_at === null) return [...began, words.open]
  const over = resolved_at >= until ? [words.continues(dayOf(resolved_at))] : []
  return [...began, words.resolved_after(duration(started_at, resolved_at, t.time)), ...over]
}

function releaseLine(release: PublicRelease, { several, t }: Frame): Line {
  const { verb, icon, tone, versions, details } = logLine(release, several, t)
  const { id, at, component, incident } = release
  return {
    key: `release-${id}`,
    at,
    icon,
    tone: { log: tone },
    verb,
    component,
    link: { href: `/releases/${id}`, words: versions, version: true },
    details,
    incident,
  }
}

/** So many releases are named in the day's line, each with a link; when there are more, all stand behind it. */
const named = 3

/** "8 releases: Checkout 2.14.0, Storefront 5.41.2, …": what simply went live that day, in one line. */
function plainLine(releases: PlainRelease[], { several, t: { past } }: Frame) {
  const t = past.history
  const version = (release: PlainRelease) => {
    const words = release.version ?? t.no_version
    return several ? t.version_in(words, release.environment) : words
  }
  const link = (release: PlainRelease) => ({ id: release.id, words: version(release) })
  const folded = releases.length > named
  return {
    words: t.releases(releases.length),
    first: releases.slice(0, named).map((one) => ({ ...link(one), component: one.component.name })),
    folded,
    by_component: folded
      ? [...Map.groupBy(releases, ({ component }) => component.slug).values()].map((of) => ({
          name: of[0]?.component.name ?? '',
          releases: of.map(link),
        }))
      : [],
  }
}
