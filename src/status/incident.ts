import { cardOf } from '../incidents/card.ts'
import { publicIncident } from '../incidents/public.ts'
import type { PublicIncident } from '../incidents/public-fields.ts'
import { type IncidentImpact, publicImpactsOf } from '../incidents/public-impacts.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { clock, dateIn, duration, moment } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { monthOf, zoneOver } from './history-months.ts'
import { postmortemOnPage } from './postmortem.ts'

type T = Words['past']['incident']

/** An incident to its end: what was said, what it did to which component from when to when, its cause and its remedy. */
export async function incidentPage(ctx: Context, id: string) {
  const incident = await publicIncident(ctx, id)
  const { time_zone, language } = await readSite(ctx)
  const now = nowText(ctx)
  const words = wordsFor(language)
  const { incident: t, history } = words.past
  const month = monthOf(incident.started_at, time_zone)
  const card = cardOf(incident, now, words)
  const place = new Map(card.components.map(({ slug }, index) => [slug, index]))
  const impacts = (await publicImpactsOf(ctx, id)).sort(
    (one, other) => (place.get(one.component.slug) ?? 0) - (place.get(other.component.slug) ?? 0),
  )
  return {
    incident: card,
    impacts: impactRows(impacts, { now, time_zone, t: words }),
    unhurt: unhurt(incident),
    facts: factsOf(incident, now, words),
    cause: causeIn(incident, t),
    remedy: remedyIn(incident, t),
    postmortem: await postmortemOnPage(ctx, incident, words),
    zone: zoneOver(time_zone, incident.started_at, incident.resolved_at ?? now, words.time),
    month: { month, words: history.of_month(history.month(month)) },
  }
}

type Scene = { now: string; time_zone: string; t: Words }

/** One row for each interval; a component that had several is named once. */
export function impactRows(impacts: readonly IncidentImpact[], { now, time_zone, t }: Scene) {
  return impacts.map(({ component, status, started_at, ended_at }, index) => {
    const isSameDay = ended_at !== null && dateIn(ended_at, time_zone) === dateIn(started_at, time_zone)
    const until =
      ended_at && (isSameDay ? clock(ended_at, time_zone) : moment(ended_at, time_zone, now, t.time))
    return {
      component,
      again: impacts[index - 1]?.component.slug === component.slug,
      status,
      words: t.status[status],
      started_at,
      from: moment(started_at, time_zone, now, t.time),
      ended_at,
      to: until ?? t.past.incident.still,
      lasted: duration(started_at, ended_at ?? now, t.time),
    }
  })
}

/** What an update named and no interval tells of. */
function unhurt({ components }: PublicIncident) {
  return components.filter(({ worst_status }) => worst_status === 'operational')
}

/** When it began, when customers were first told, and when it was over. */
function factsOf(
  { started_at, monitoring_at, resolved_at, updates }: PublicIncident,
  now: string,
  { past, time }: Words,
) {
  const t = past.incident
  const told_at = updates.at(-1)?.display_at
  const late = told_at !== undefined && told_at > started_at
  const at = (words: string, at: string | null | undefined, note = '') => (at ? [{ words, at, note }] : [])
  return {
    times: [
      ...at(t.started, started_at),
      ...at(t.told, told_at, late ? t.told_after(duration(started_at, told_at, time)) : ''),
      ...at(t.monitoring, monitoring_at),
      ...at(t.resolved, resolved_at),
    ],
    lasted: {
      words: resolved_at ? t.to_resolve : t.lasting,
      time: duration(started_at, resolved_at ?? now, time),
    },
  }
}

/** The cause in words, where no release is named that did it. What may not be named is as what is not known. */
export function causeIn({ cause, cause_release, resolved_at }: PublicIncident, t: T): string {
  if (cause_release) return ''
  if (cause === 'not_release') return t.causes.not_release
  return resolved_at ? t.causes.unknown : t.causes.unknown_open
}

/** The remedy in words, where it is not told beside the cause. */
export function remedyIn({ remedy, remedy_reason, rollback, cause_release }: PublicIncident, t: T): string {
  if (remedy === 'other') return t.remedies.other
  if (remedy === 'rolled_back') return rollback ? '' : t.remedies.rolled_back
  if (remedy !== 'rolled_forward' || cause_release) return ''
  return remedy_reason ? `${t.remedies.rolled_forward_because} ${remedy_reason}` : t.remedies.rolled_forward
}
