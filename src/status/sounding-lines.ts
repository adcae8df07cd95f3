import { type Day, dayIndex } from '../components/calendar.ts'
import { type ComponentStatus, componentStatuses } from '../components/model.ts'
import type { PublicImpact } from '../components/public-impacts.ts'
import { worstOverTime } from '../components/uptime.ts'
import { seconds } from '../platform/zone.ts'
import type { PublicMark } from '../releases/public-marks.ts'
import type { Words } from '../site/words/index.ts'

/** The eventful days of a component as a list: what the drawing shows, for people who do not see it. Pure. */

const linked = 3

type Origin = Pick<PublicImpact, 'incident' | 'maintenance'>
type Trouble = Origin & { status: ComponentStatus; seconds: number }
type Event = { words: string; links: { id: string; words: string }[]; more: string }
type Line = {
  date: string
  troubles: (Origin & { status: ComponentStatus; words: string })[]
  events: Event[]
}
type Given = {
  impacts: readonly PublicImpact[]
  marks: readonly PublicMark[]
  days: readonly Day[]
  /** From which day on something is known. */
  known: number
}

/** Newest first, `limit` at most: trouble and ways back go before plain releases. `more` counts the days left out. */
export function linesOf({ impacts, marks, days, known }: Given, limit: number, t: Words) {
  const troubles = troublesByDay(impacts, days, known)
  const done = Map.groupBy(marks, (mark) => mark.day)
  done.delete(-1)
  const eventful = [...new Set([...troubles.keys(), ...done.keys()])].sort((one, other) => other - one)
  const grave = (day: number) => troubles.has(day) || done.get(day)?.some((mark) => isGrave(mark)) === true
  const first = [...eventful.filter(grave), ...eventful.filter((day) => !grave(day))].slice(0, limit)
  const lines = first
    .sort((one, other) => other - one)
    .map((day) => {
      const oldestFirst = (done.get(day) ?? []).toSorted((one, other) => (one.at < other.at ? -1 : 1))
      return lineOf(days[day]?.date ?? '', troubles.get(day) ?? [], oldestFirst, marks, t)
    })
  return { lines, more: eventful.length - lines.length }
}

function isGrave({ kind, reach, drill_at }: PublicMark) {
  return (kind === 'rollback' && drill_at === null) || reach === 'taken_back'
}

/** What each incident (or planned work, or an operator's hand) did on each day: the worst of it, and for how long in all. */
function troublesByDay(impacts: readonly PublicImpact[], days: readonly Day[], known: number) {
  const byDay = new Map<number, Trouble[]>()
  const end = days.at(-1)?.to ?? 0
  for (const origin of Map.groupBy(
    impacts,
    ({ incident, maintenance }) => incident?.id ?? maintenance?.id ?? '',
  ).values()) {
    const { incident = null, maintenance = null } = origin[0] ?? {}
    const ofOrigin = new Map<number, Trouble>()
    for (const { from, to, status } of worstOverTime(origin)) {
      const first = Math.max(known, dayIndex(from, days))
      for (let day = first; day < days.length && (days[day]?.from ?? end) < to; day++) {
        const { from: begins = end, to: ends = end } = days[day] ?? {}
        const spent = Math.min(to, ends) - Math.max(from, begins)
        if (spent <= 0) continue
        const told = ofOrigin.get(day)
        ofOrigin.set(day, {
          status: told ? worse(told.status, status) : status,
          seconds: (told?.seconds ?? 0) + spent,
          incident,
          maintenance,
        })
      }
    }
    for (const [day, trouble] of ofOrigin) byDay.set(day, [...(byDay.get(day) ?? []), trouble])
  }
  return byDay
}

function worse(one: ComponentStatus, other: ComponentStatus) {
  return componentStatuses.find((status) => status === one || status === other) ?? one
}

function lineOf(
  date: string,
  troubles: readonly Trouble[],
  done: readonly PublicMark[],
  all: readonly PublicMark[],
  t: Words,
): Line {
  const { taken_back, part, released: out, trouble } = t.soundings
  const releases = done.filter(({ kind }) => kind !== 'rollback')
  const reaching = (reach: PublicMark['reach']) => releases.filter((mark) => mark.reach === reach)
  return {
    date,
    troubles: troubles.map(({ status, seconds: spent, ...origin }) => ({
      status,
      words: trouble(t.status[status], seconds(spent, t.time)),
      ...origin,
    })),
    events: [
      ...done.filter(({ kind }) => kind === 'rollback').map((mark) => wayBack(mark, all, t.soundings)),
      ...released(taken_back, reaching('taken_back'), t.soundings),
      ...released(part, reaching('part'), t.soundings),
      ...released(out, reaching('everybody'), t.soundings),
    ],
  }
}

function wayBack(mark: PublicMark, all: readonly PublicMark[], t: Words['soundings']): Event {
  const bad = all.find(({ id }) => id === mark.reverts_release_id)
  const words = t.versions(bad?.version ?? null, mark.version ?? t.no_version)
  return {
    words: wordsOfWay(mark, t),
    links: [{ id: mark.id, words }],
    more: '',
  }
}

function wordsOfWay({ live_at, state, drill_at }: PublicMark, t: Words['soundings']) {
  if (drill_at !== null) return t.drill
  if (live_at !== null) return t.rolled_back
  return ['failed', 'cancelled', 'rolled_back'].includes(state) ? t.rollback_failed : t.rolling_back
}

function released(words: string, marks: readonly PublicMark[], t: Words['soundings']): Event[] {
  if (marks.length === 0) return []
  const links = marks.slice(-linked).map(({ id, version }) => ({ id, words: version ?? t.no_version }))
  return [{ words, links, more: marks.length > linked ? t.more_releases(marks.length - linked) : '' }]
}
