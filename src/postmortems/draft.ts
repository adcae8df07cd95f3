import type { PublicIncident } from '../incidents/public-fields.ts'
import { clock, dateIn, duration, full, seconds, zoneWords } from '../platform/zone.ts'
import type { PublicRelease } from '../releases/public.ts'

/** A line of the ship's log about the incident or its way back. */
export type Line = {
  at: string
  action: string
  actor_name: string
  detail: Record<string, unknown>
}

type Known = {
  /** As customers may see it: the draft is written to be published, so it names nothing else. */
  incident: PublicIncident
  cause: PublicRelease | null
  back: PublicRelease | null
  lines: readonly Line[]
  time_zone: string
}

/** Something that happened, in a plain sentence of Markdown. */
type Happened = { at: string; words: string }

const mostListed = 80
const longestQuote = 160

/** What a draft asks of who writes on; an answer takes the place of each. */
const asks = {
  why: 'Say what caused it, and why nobody saw it before.',
  why_release: 'Say what was wrong with it, and why nobody saw it before.',
  helped: 'Say what made it shorter, and what made it longer.',
  helped_else: 'Say what else helped.',
  change: 'Say what will be different from now on.',
}

/** The first thing that a draft asks and nobody has answered or taken out; undefined: it may be read by anybody. */
export function unanswered(body: string): string | undefined {
  return Object.values(asks).find((ask) => body.includes(ask))
}

/** The postmortem to begin with: what happened, from the log, and a heading for each thing that only people know. */
export function draftOf(known: Known): string {
  const { cause } = known
  const story = timelineOf(known)
  return [
    '## What happened',
    ...listed(story, known.time_zone),
    '## Why',
    cause
      ? `Release ${named(cause)} of ${plain(cause.component.name)} caused it. ${asks.why_release}`
      : asks.why,
    '## What helped',
    helped(known),
    '## What we change',
    asks.change,
  ].join('\n\n')
}

/** All that happened, in its order: the release, what customers noticed, what was said, the way back, the end. */
function timelineOf(known: Known): Happened[] {
  const { incident } = known
  const title = plain(incident.title).replace(/[.!]$/, '')
  const story = [
    ...outOf(known),
    { at: incident.started_at, words: `Customers notice: ${title}.` },
    ...known.lines.flatMap((line) => told(line, known)),
    ...backOf(known),
  ]
  return story.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
}

function outOf({ cause }: Known): Happened[] {
  if (!cause) return []
  const { first_exposed_at, live_at, started_at } = cause
  const name = `Release ${named(cause)} of ${plain(cause.component.name)}`
  const first = first_exposed_at && first_exposed_at !== live_at ? first_exposed_at : null
  const took = started_at && live_at ? `, ${duration(started_at, live_at)} after it began` : ''
  return [
    ...(first ? [{ at: first, words: `${name} reached the first customers.` }] : []),
    ...(live_at ? [{ at: live_at, words: `${name} reached everybody${took}.` }] : []),
  ]
}

function backOf({ back, cause }: Known): Happened[] {
  if (!back) return []
  const { started_at, live_at, took_seconds } = back
  const took = took_seconds === null ? '' : `: ${seconds(took_seconds)}`
  const had = cause?.took_seconds ?? null
  const beside = took && had !== null ? `, the release had taken ${seconds(had)}` : ''
  if (back.id === cause?.id) {
    return back.undone_at ? [{ at: back.undone_at, words: `${named(back)} was taken back.` }] : []
  }
  return [
    ...(started_at ? [{ at: started_at, words: `The rollback to ${named(back)} began.` }] : []),
    ...(live_at ? [{ at: live_at, words: `${named(back)} live again${took}${beside}.` }] : []),
  ]
}

/** What a line of the log tells; nothing of an update that was taken off the page. */
function told({ at, action, actor_name, detail }: Line, { incident, cause }: Known): Happened[] {
  const who = plain(actor_name)
  if (action === 'incident.declared') {
    const first = incident.updates.at(-1)
    return [{ at: first && first.display_at < at ? first.display_at : at, words: `Declared by ${who}.` }]
  }
  if (action === 'rollback.requested' || action === 'rollback.withdrawn') {
    if (!cause) return []
    if (action === 'rollback.withdrawn') return [{ at, words: `${who} took back the wish to roll back.` }]
    const to = typeof detail.to === 'string' ? ` to ${plain(detail.to)}` : ''
    return [{ at, words: `Rollback${to} asked for by ${who}.` }]
  }
  const update = incident.updates.find(({ id }) => id === detail.update)
  if (!update) return []
  const at_that = { at: update.display_at }
  if (action === 'incident.resolved') return [{ ...at_that, words: `Resolved by ${who}.` }]
  if (action === 'incident.reopened') return [{ ...at_that, words: `Opened again by ${who}.` }]
  return [{ ...at_that, words: `${who} told customers (${update.state}): “${quoted(update.body)}”` }]
}

function helped({ back, cause, incident }: Known) {
  if (incident.remedy === 'rolled_forward' && incident.remedy_reason) {
    return `There was no way back: ${plain(incident.remedy_reason)}\n\n${asks.helped_else}`
  }
  if (back?.live_at && back.id !== cause?.id && back.took_seconds !== null) {
    return `Going back took ${seconds(back.took_seconds)}. ${asks.helped_else}`
  }
  return asks.helped
}

/** A list with clocks; where it went on over several days, one for each day. */
function listed(story: readonly Happened[], time_zone: string): string[] {
  const shown = story.slice(0, mostListed)
  const [first] = shown
  if (!first) return []
  const days = [...Map.groupBy(shown, ({ at }) => dateIn(at, time_zone)).values()]
  const left = story.length - shown.length
  const parts = days.flatMap((day) => [
    ...(day[0] ? [`${full(day[0].at, time_zone).replace(/, \d\d:\d\d$/, '')}:`] : []),
    day.map(({ at, words }) => `- ${clock(at, time_zone)} ${words}`).join('\n'),
  ])
  const more = left > 0 ? [`${left} more stand in the log.`] : []
  return [...parts, ...more, `Times are ${zoneWords(time_zone, first.at)}.`]
}

function named({ version }: PublicRelease) {
  return version === null ? 'without a version' : plain(version)
}

/** The first line of what was said, as far as a list can hold it. */
function quoted(body: string) {
  const line = body.trim().split('\n')[0] ?? ''
  const characters = [...line]
  return plain(characters.length > longestQuote ? `${characters.slice(0, longestQuote).join('')}…` : line)
}

/** Text as Markdown that says just that. */
function plain(text: string) {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#&!|~]/g, '\\$&')
}
