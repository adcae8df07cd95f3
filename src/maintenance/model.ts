import { z } from 'zod'
import { moment } from '../incidents/model.ts'
import { repeats } from '../platform/recurrence.ts'
import { which } from '../platform/series.ts'

export const maintenanceStates = ['scheduled', 'in_progress', 'completed', 'cancelled'] as const
export type MaintenanceState = (typeof maintenanceStates)[number]
/** What an update tells. */
export const updateKinds = ['planned', 'edited', 'moved', 'started', 'ended', 'cancelled'] as const
export type UpdateKind = (typeof updateKinds)[number]
/** What starts it, and what ends it: the clock, an operator, or the release that it is for. */
export const beginners = ['clock', 'hand', 'release'] as const
export type Beginner = (typeof beginners)[number]

type Times = {
  starts_at: string
  ends_at: string
  starts_by: string
  ends_by: string
  started_at: string | null
  ended_at: string | null
  cancelled_at: string | null
}

/**
 * From when to when it counts as running, whoever looks and whenever: the clock needs nobody to start or to end what
 * is planned by it. `runs_from` null: nobody knows yet, or it never ran. `runs_to` null: until somebody ends it.
 */
export function runOf(times: Times): { runs_from: string | null; runs_to: string | null } {
  const { starts_at, ends_at, starts_by, ends_by, started_at, ended_at, cancelled_at } = times
  const runs_from = started_at ?? (starts_by === 'clock' && !cancelled_at ? starts_at : null)
  if (runs_from === null) return { runs_from, runs_to: null }
  return { runs_from, runs_to: ended_at ?? (ends_by === 'hand' ? null : ends_at) }
}

/** What it is at a moment. Work that waited for somebody to start it until its time was over did not take place. */
export function stateAt(times: Times, now: string): MaintenanceState {
  if (times.cancelled_at !== null) return 'cancelled'
  const { runs_from, runs_to } = runOf(times)
  if (runs_from === null) return times.ends_at <= now ? 'cancelled' : 'scheduled'
  if (runs_from > now) return 'scheduled'
  return runs_to !== null && runs_to <= now ? 'completed' : 'in_progress'
}

const hour = 3_600_000
const day = 24 * hour
const longestDays = 30
/** Further ahead it is a mistake in the year. */
const furthestDays = 2 * 366

/** What is wrong with work from here to there, by field; null when nothing is. */
export function faultOfTimes(
  { starts_at, ends_at }: Pick<Times, 'starts_at' | 'ends_at'>,
  now: string,
): [field: 'starts_at' | 'ends_at', words: string] | null {
  const length = Date.parse(ends_at) - Date.parse(starts_at)
  if (length === 0) return ['ends_at', 'It ends in the minute in which it starts.']
  if (length < 0) return ['ends_at', 'It ends before it starts.']
  if (ends_at <= now)
    return ['ends_at', 'It lies wholly in the past. What went wrong is told by an incident.']
  if (length > longestDays * day) return ['ends_at', `It lasts longer than ${longestDays} days.`]
  if (Date.parse(starts_at) - Date.parse(now) > furthestDays * day) {
    return ['starts_at', 'It starts in more than two years.']
  }
  return null
}

/** How many hours before the start somebody is reminded. */
export const reminderHours = [72, 24, 1] as const

/**
 * The reminder that is due: the nearest one whose hour has come. Whoever planned or moved the work after that hour has
 * told everybody already; one that was missed while nothing ran is not made up for.
 */
export function reminderDue({ starts_at, timed_at }: { starts_at: string; timed_at: string }, now: string) {
  if (starts_at <= now) return null
  const at = (hours: number) => new Date(Date.parse(starts_at) - hours * hour).toISOString()
  const nearest = reminderHours.findLast((hours) => at(hours) <= now)
  return nearest !== undefined && timed_at <= at(nearest) ? nearest : null
}

const title = z
  .string('Say what is done.')
  .trim()
  .min(1, 'Say what is done.')
  .max(200, 'Keep the title under 200 characters.')
const body = z.string().trim().max(20_000, 'Keep the text under 20,000 characters.')
const components = z.array(z.string().trim().min(1).max(100)).max(500)
const note = z.string().trim().max(5000, 'Keep the words under 5,000 characters.')
const version = z.coerce.number().int().optional()
const by = z.enum(beginners)
const release = z
  .object({
    component: z.string().trim().min(1, 'Say of which component.').max(100),
    version: z.string().trim().min(1, 'Say which version.').max(200),
  })
  .nullish()
/** `repeats` is an RRULE, read in the page's zone. */
export const NewMaintenance = z.object({
  title,
  body: body.default(''),
  starts_at: moment,
  ends_at: moment,
  components: components.default([]),
  starts_by: by.default('clock'),
  ends_by: by.default('clock'),
  release,
  repeats: repeats.nullish(),
})
export type NewMaintenance = z.input<typeof NewMaintenance>

/** What is not given stays. `note` is told to customers beside what changed; another rule counts for all later ones. */
export const MaintenanceChange = z.object({
  which,
  repeats: repeats.nullish(),
  title: title.optional(),
  body: body.optional(),
  starts_at: moment.optional(),
  ends_at: moment.optional(),
  components: components.optional(),
  starts_by: by.optional(),
  ends_by: by.optional(),
  release,
  note: note.default(''),
  version,
})
export type MaintenanceChange = z.input<typeof MaintenanceChange>

export const Step = z.object({ note: note.default('') })
export type Step = z.input<typeof Step>
