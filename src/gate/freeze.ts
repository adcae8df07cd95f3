import { z } from 'zod'
import { moment } from '../incidents/model.ts'
import { repeats } from '../platform/recurrence.ts'
import { which } from '../platform/series.ts'

export const freezeStates = ['now', 'coming', 'past'] as const
export type FreezeState = (typeof freezeStates)[number]

type Span = { starts_at: string; ends_at: string; ended_at: string | null }

/** Whether it is in force at a moment, will be, or is over: by its end, or because somebody ended it early. */
export function freezeState({ starts_at, ends_at, ended_at }: Span, now: string): FreezeState {
  if (ended_at !== null || ends_at <= now) return 'past'
  return starts_at <= now ? 'now' : 'coming'
}

/** The one of these names that may pass, as it is written there; however either is capitalised. */
export function whoPasses(
  may_pass: readonly string[],
  names: readonly (string | null | undefined)[],
): string | null {
  const known = new Set(names.map((name) => folded(name ?? '')))
  return may_pass.find((name) => known.has(folded(name))) ?? null
}

function folded(name: string) {
  return name.trim().normalize('NFKC').toLowerCase()
}

const day = 86_400_000
/** Longer than this it is no freeze but a mistake in the year. */
const mostDays = 366

/** What is wrong with a freeze from here to there, by field; null when nothing is. */
export function faultOfSpan(
  { starts_at, ends_at }: Pick<Span, 'starts_at' | 'ends_at'>,
  now: string,
): [field: 'starts_at' | 'ends_at', words: string] | null {
  if (ends_at <= starts_at) return ['ends_at', 'It ends before it starts.']
  if (ends_at <= now) return ['ends_at', 'It lies wholly in the past.']
  if (Date.parse(ends_at) - Date.parse(starts_at) > mostDays * day) {
    return ['ends_at', 'It lasts longer than a year.']
  }
  return null
}

const reason = z
  .string('Say why nothing goes out.')
  .trim()
  .min(1, 'Say why nothing goes out.')
  .max(500, 'Keep the reason under 500 characters.')
const names = z
  .array(z.string().trim().min(1, 'A name is empty.').max(200, 'A name has at most 200 characters.'))
  .max(50, 'At most 50 may pass.')
  .transform((all) => all.filter((name, at) => all.findIndex((one) => folded(one) === folded(name)) === at))
const components = z.array(z.string().trim().min(1).max(100)).max(500)
const version = z.coerce.number().int().optional()

/** Without components, it is of all of them. `repeats` is an RRULE, read in the page's zone. */
export const NewFreeze = z.object({
  reason,
  starts_at: moment,
  ends_at: moment,
  components: components.default([]),
  may_pass: names.default([]),
  repeats: repeats.nullish(),
})
export type NewFreeze = z.input<typeof NewFreeze>

/** What is not given stays. Another rule counts for all later ones. */
export const FreezeChange = z.object({
  reason: reason.optional(),
  starts_at: moment.optional(),
  ends_at: moment.optional(),
  components: components.optional(),
  may_pass: names.optional(),
  which,
  repeats: repeats.nullish(),
  version,
})
export type FreezeChange = z.input<typeof FreezeChange>
