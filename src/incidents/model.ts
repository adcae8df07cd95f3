import { z } from 'zod'
import {
  type ComponentStatus,
  componentStatuses,
  incidentStatuses,
  visibilities,
} from '../components/model.ts'
import { Refusal } from '../platform/refusal.ts'
import { en } from '../site/words/en.ts'
import { isOfOurTime } from '../sources/times.ts'

export const incidentStates = ['investigating', 'identified', 'monitoring', 'resolved'] as const
export type IncidentState = (typeof incidentStates)[number]

/** The word for each state, as operators read it; pages for customers say it in their language. */
export const stateWords: Record<IncidentState, string> = en.states

/** What an incident in each state may become. The same state again is one more update in it. */
const moves: Record<IncidentState, readonly IncidentState[]> = {
  investigating: incidentStates,
  identified: incidentStates,
  monitoring: incidentStates,
  resolved: ['resolved', 'investigating', 'identified'], // reopening starts the work again
}

export function move(from: string, to: IncidentState): IncidentState {
  if (moves[from as IncidentState].includes(to)) return to
  throw new Refusal('conflict', `An incident that is ${from} cannot become ${to}. Reopen it first.`)
}

/** Since when it is watched and over, once an update brings it into a state; reopening forgets both. */
export function milestones(
  known: { monitoring_at: string | null; resolved_at: string | null },
  state: IncidentState,
  at: string,
) {
  const watching = state === 'monitoring' || state === 'resolved'
  return {
    monitoring_at: watching ? (known.monitoring_at ?? (state === 'monitoring' ? at : null)) : null,
    resolved_at: state === 'resolved' ? (known.resolved_at ?? at) : null,
  }
}

/** How bad it was, as a whole. */
export const severities = ['none', 'minor', 'major', 'critical'] as const
export type Severity = (typeof severities)[number]

const severityOfStatus: Record<ComponentStatus, Severity> = {
  major_outage: 'critical',
  partial_outage: 'major',
  degraded_performance: 'minor',
  under_maintenance: 'none',
  operational: 'none',
}

/** The severity an operator gave, else that of the worst thing a component suffered. */
export function severityOf(given: string | null, statuses: Iterable<string>): Severity {
  if (given !== null) return given as Severity
  const suffered = new Set(statuses)
  return severityOfStatus[componentStatuses.find((status) => suffered.has(status)) ?? 'operational']
}

export const causes = ['release', 'not_release', 'unknown'] as const
export type Cause = (typeof causes)[number]

export const remedies = ['rolled_back', 'rolled_forward', 'other'] as const
export type Remedy = (typeof remedies)[number]

export const remedyWords: Record<Remedy, string> = {
  rolled_back: 'Rolled back',
  rolled_forward: 'Rolled forward',
  other: 'Something else',
}

const title = z
  .string()
  .trim()
  .min(1, 'Say what customers notice.')
  .max(200, 'Keep the title under 200 characters.')
const body = z
  .string()
  .trim()
  .min(1, 'Say something to customers.')
  .max(20_000, 'Keep the text under 20,000 characters.')
export const moment = z.iso
  .datetime({ offset: true, error: 'Write the time as 2026-11-23T14:06:00Z.' })
  .refine(isOfOurTime, { error: 'Give a time between 1990 and 2200.', abort: true })
  .transform((text) => new Date(text).toISOString())
const named = z.object({
  component: z.string().trim().min(1).max(100),
  status: z.enum(incidentStatuses),
})
const releaseId = z.string().trim().max(100).nullish()
const reason = z.string().trim().max(5000, 'Keep the reason under 5,000 characters.').nullish()
const version = z.coerce.number().int().optional()

const causeFields = { cause: z.enum(causes).optional(), cause_release_id: releaseId }
const remedyFields = {
  remedy: z.enum(remedies).nullish(),
  remedy_release_id: releaseId,
  remedy_reason: reason,
}

/** `display_at` is when the first update was made, for what is logged afterwards; `notify` is for later. */
export const NewIncident = z.object({
  title,
  body,
  impact: z.enum(severities).nullish(),
  state: z.enum(incidentStates).default('investigating'),
  started_at: moment.nullish(),
  ...causeFields,
  components: z.array(named).max(500).default([]),
  next_update_at: moment.nullish(),
  display_at: moment.nullish(),
  visibility: z.enum(visibilities).default('public'),
  notify: z.boolean().optional(),
})
export type NewIncident = z.input<typeof NewIncident>

/** Without a state the incident stays where it is. What the last update says of cause and remedy stands. */
export const NewUpdate = z.object({
  state: z.enum(incidentStates).optional(),
  body,
  components: z.array(named).max(500).default([]),
  next_update_at: moment.nullish(),
  display_at: moment.nullish(),
  ...causeFields,
  ...remedyFields,
  version,
})
export type NewUpdate = z.input<typeof NewUpdate>

export const IncidentChange = z.object({
  title: title.optional(),
  impact: z.enum(severities).nullish(),
  started_at: moment.optional(),
  next_update_at: moment.nullish(),
  ...causeFields,
  ...remedyFields,
  version,
})
export type IncidentChange = z.input<typeof IncidentChange>

export const UpdateChange = z.object({ body: body.optional(), display_at: moment.optional(), version })
export type UpdateChange = z.input<typeof UpdateChange>

/** The words beside a field that cannot stand, as a form and as problem JSON show them. */
export function fault(field: string, words: string): Refusal {
  return new Refusal('invalid', words, { errors: { [field]: words } })
}

/** Whether any of the fields was given. */
export function touches(given: object, fields: string[]): boolean {
  return fields.some((field) => (given as Record<string, unknown>)[field] !== undefined)
}
