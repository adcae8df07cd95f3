import { clockChange } from '../incidents/wall-clock.ts'
import { type Context, nowText } from '../platform/context.ts'
import { clock, dateIn, full, zoneWords } from '../platform/zone.ts'
import { repeatWords } from '../site/repeat-words.ts'
import { en } from '../site/words/en.ts'
import { type MaintenanceState, runOf, stateAt, type UpdateKind } from './model.ts'
import type { Maintenance } from './store.ts'

/** Planned work with its words, as operators read it. */
export function shown(ctx: Context, known: Maintenance, time_zone: string) {
  const t = en.maintenance
  const state = stateAt(known, nowText(ctx))
  const { components, series, updates } = known
  const { runs_from, runs_to } = runOf(known)
  return {
    ...known,
    state,
    state_words: t.states[state],
    tone: toneOf(state),
    runs_from,
    runs_to,
    of_what: components.length === 0 ? 'No component' : components.map(({ name }) => name).join(', '),
    repeats: series && !series.ended_at ? repeatWords(series.rule, t) : '',
    updates: updates.map((update) => ({ ...update, words: t.kinds[update.kind as UpdateKind] })),
    notes: [...clockNotes(known, time_zone), ...nightNote(known, time_zone)],
  }
}

/** The shape and colour of each state. */
export function toneOf(state: MaintenanceState) {
  return state === 'in_progress' || state === 'scheduled'
    ? ('under_maintenance' as const)
    : ('unknown' as const)
}

/** A time that comes twice in its night: which of the two is meant. */
function clockNotes({ starts_at, ends_at }: Maintenance, zone: string): string[] {
  return [starts_at, ends_at].flatMap((at) => {
    const [date, time] = [dateIn(at, zone), clock(at, zone)]
    if (clockChange(date, time, zone) !== 'twice') return []
    return `${time} comes twice on ${date}, for the clocks are put back: the one at ${zoneWords(zone, at)} is meant.`
  })
}

/** One of a series that starts at another time of the day than the others: its night skips theirs. */
function nightNote({ series, starts_at, occurs_at }: Maintenance, zone: string): string[] {
  if (!series || starts_at !== occurs_at || series.time_zone !== zone) return []
  const usual = series.first_wall.slice(11)
  if (clock(starts_at, zone) === usual) return []
  return [
    `There is no ${usual} in that night, for the clocks are put forward: it starts ${full(starts_at, zone)}.`,
  ]
}
