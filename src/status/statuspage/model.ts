import { z } from 'zod'
import { componentStatuses } from '../../components/model.ts'

/**
 * The public API v2 of Statuspage, as programs already read it: keys, their order and their types are theirs, so
 * nothing here may be renamed, left out or added. Ids are 12 characters `[a-z0-9]`, times end in `.mmmZ`.
 */
const time = z.string()
const status = z.enum(componentStatuses)

const V2Page = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  time_zone: z.string(),
  updated_at: time,
})
export type V2Page = z.output<typeof V2Page>

export const indicators = ['none', 'maintenance', 'minor', 'major', 'critical'] as const
const V2Status = z.object({ indicator: z.enum(indicators), description: z.string() })
export type V2Status = z.output<typeof V2Status>

const V2Component = z.object({
  id: z.string(),
  name: z.string(),
  status,
  created_at: time,
  updated_at: time,
  position: z.int(),
  description: z.string().nullable(),
  showcase: z.boolean(),
  start_date: z.string().nullable(),
  group_id: z.string().nullable(),
  page_id: z.string(),
  group: z.boolean(),
  only_show_if_degraded: z.boolean(),
  /** On a group only: the ids of its components. */
  components: z.array(z.string()).optional(),
})
export type V2Component = z.output<typeof V2Component>

const V2Affected = z.object({ code: z.string(), name: z.string(), old_status: status, new_status: status })
const V2Update = z.object({
  id: z.string(),
  status: z.enum(['investigating', 'identified', 'monitoring', 'resolved', 'postmortem']),
  body: z.string(),
  incident_id: z.string(),
  created_at: time,
  updated_at: time,
  display_at: time,
  affected_components: z.array(V2Affected).nullable(),
  deliver_notifications: z.boolean(),
  custom_tweet: z.null(),
  tweet_id: z.null(),
})
export type V2Update = z.output<typeof V2Update>

const V2Incident = z.object({
  id: z.string(),
  name: z.string(),
  status: V2Update.shape.status,
  created_at: time,
  updated_at: time,
  monitoring_at: time.nullable(),
  resolved_at: time.nullable(),
  impact: z.enum(['none', 'minor', 'major', 'critical']),
  shortlink: z.string(),
  started_at: time,
  page_id: z.string(),
  incident_updates: z.array(V2Update),
  components: z.array(V2Component),
  reminder_intervals: z.string().nullable(),
})
export type V2Incident = z.output<typeof V2Incident>

const maintenanceStatus = z.enum(['scheduled', 'in_progress', 'verifying', 'completed'])
/** Planned work is an incident with other words and two more times. */
const V2Maintenance = V2Incident.extend({
  status: maintenanceStatus,
  impact: z.literal('maintenance'),
  incident_updates: z.array(V2Update.extend({ status: maintenanceStatus })),
  scheduled_for: time,
  scheduled_until: time,
})
export type V2Maintenance = z.output<typeof V2Maintenance>

const components = z.array(V2Component)
const incidents = z.array(V2Incident)
const scheduled_maintenances = z.array(V2Maintenance)

/** The answers, by their address under `/api/v2/`. */
export const answers = {
  summary: z.object({
    page: V2Page,
    components,
    incidents,
    scheduled_maintenances,
    status: V2Status,
  }),
  status: z.object({ page: V2Page, status: V2Status }),
  components: z.object({ page: V2Page, components }),
  incidents: z.object({ page: V2Page, incidents }),
  maintenances: z.object({ page: V2Page, scheduled_maintenances }),
}
