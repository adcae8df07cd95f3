import { z } from 'zod'
import { componentStatuses, visibilities } from '../components/model.ts'
import { causes, incidentStates, remedies, severities } from './model.ts'
import type { WholeIncident } from './whole.ts'

const time = z.string().nullable()
const status = z.enum(componentStatuses)
const component = z.object({ id: z.string(), slug: z.string(), name: z.string() })

const ReleaseJson = z.object({
  id: z.string(),
  label: z.string(),
  version: z.string().nullable(),
  commit: z.string().nullable(),
  kind: z.string(),
  state: z.string(),
  live_at: time,
  first_exposed_at: time,
  undone_at: time,
  component,
})

export const UpdateJson = z.object({
  id: z.string(),
  incident_id: z.string(),
  state: z.enum(incidentStates),
  body: z.string(),
  display_at: z.string(),
  next_update_at: time,
  actor_name: z.string(),
  components: z.array(component.extend({ old_status: status, new_status: status })),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

const WayBackJson = z.object({
  state: z.enum(['rolling_back', 'rolled_back']),
  release_id: z.string(),
  from_release_id: z.string(),
  to_version: z.string().nullable(),
  restores_release_id: z.string().nullable(),
  component,
  asked_at: time,
  started_at: time,
  rolled_back_at: time,
  took_seconds: z.number().nullable(),
  most_percent: z.number().nullable(),
  usual_seconds: z.number().nullable(),
})

/** All of an incident, for a token. */
export const IncidentJson = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(incidentStates),
  impact: z.enum(severities),
  impact_given: z.enum(severities).nullable(),
  cause: z.enum(causes),
  cause_release_id: z.string().nullable(),
  cause_release: ReleaseJson.nullable(),
  remedy: z.enum(remedies).nullable(),
  remedy_release_id: z.string().nullable(),
  remedy_release: ReleaseJson.nullable(),
  remedy_reason: z.string().nullable(),
  rollback: WayBackJson.nullable(),
  components: z.array(component.extend({ status, worst_status: status })),
  updates: z.array(UpdateJson),
  started_at: z.string(),
  monitoring_at: time,
  resolved_at: time,
  next_update_at: time,
  published_at: time,
  visibility: z.enum(visibilities),
  merged_into_incident_id: z.string().nullable(),
  deleted_at: time,
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type IncidentJson = z.output<typeof IncidentJson>

/** The store's words are wider than the schema's closed lists; the schema checks them on the way out. */
export function incidentJson(incident: WholeIncident): IncidentJson {
  return incident as unknown as IncidentJson
}

export function updateJson(update: WholeIncident['updates'][number] | undefined) {
  return update as unknown as z.output<typeof UpdateJson>
}

export const SuspectJson = z.object({
  release_id: z.string(),
  version: z.string().nullable(),
  commit: z.string().nullable(),
  component,
  environment: z.string(),
  reached_at: z.string(),
  reached: z.enum(['all', 'some']),
  first_exposed_at: time,
  affected: z.boolean(),
  likely: z.boolean(),
  kind: z.string(),
  most_percent: z.number().nullable(),
  drill_at: time,
  bad_at: time,
  earlier_at: time,
  /** All of it in words. */
  reason: z.string(),
})
