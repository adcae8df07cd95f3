import { z } from 'zod'
import { versionName } from '../components/live.ts'
import { type ComponentStatus, componentStatuses } from '../components/model.ts'
import { causes, incidentStates, remedies, severities, severityOf } from './model.ts'
import { PublicPostmortem } from './public-postmortem.ts'
import type { WholeIncident } from './whole.ts'

const time = z.string().nullable()
const status = z.enum(componentStatuses)
const component = z.object({ id: z.string(), slug: z.string(), name: z.string(), archived: z.boolean() })

const PublicUpdate = z.object({
  id: z.string(),
  state: z.enum(incidentStates),
  body: z.string(),
  display_at: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  components: z.array(component.extend({ old_status: status, new_status: status })),
})

/** The way back from the release that caused an incident. */
const PublicRollback = z.object({
  state: z.enum(['rolling_back', 'rolled_back']),
  release_id: z.string(),
  to_version: z.string().nullable(),
  asked_at: time,
  started_at: time,
  rolled_back_at: time,
  took_seconds: z.number().nullable(),
  usual_seconds: z.number().nullable(),
  /** The most customers that ever had the release, where pages may tell. */
  most_percent: z.number().nullable(),
})

/** The one public projection of an incident: never who wrote what, nor a component or a cause that is private. */
export const PublicIncident = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(incidentStates),
  impact: z.enum(severities),
  started_at: z.string(),
  monitoring_at: time,
  resolved_at: time,
  next_update_at: time,
  created_at: z.string(),
  updated_at: z.string(),
  /** What the incident does to each component now, and the worst that it did. */
  components: z.array(component.extend({ status, worst_status: status })),
  cause: z.enum(causes),
  cause_release: z
    .object({
      id: z.string(),
      version: z.string().nullable(),
      component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
      out_at: time,
    })
    .nullable(),
  rollback: PublicRollback.nullable(),
  remedy: z.enum(remedies).nullable(),
  /** Why it could not be rolled back; of other remedies the updates tell. */
  remedy_reason: z.string().nullable(),
  updates: z.array(PublicUpdate),
  /** What was learned from it, once it is published and while the incident is over. */
  postmortem: PublicPostmortem.nullable(),
})
export type PublicIncident = z.output<typeof PublicIncident>

/** What may be named to the public: components (and whether each is archived), releases, shares of customers. */
export type Visible = {
  components: Map<string, boolean>
  releases: Set<string>
  percent: boolean
  postmortems: Map<string, PublicPostmortem>
}

/** The fields of an incident that the public reads. */
export function publicFields(incident: WholeIncident, visible: Visible): PublicIncident {
  const { id, title, started_at, monitoring_at, resolved_at, next_update_at } = incident
  const components = nameable(incident.components, visible).map((one) => ({
    ...one.named,
    status: one.status,
    worst_status: one.worst_status,
  }))
  return {
    id,
    title,
    state: incident.state as PublicIncident['state'],
    // derived from what may be named only, else the severity would tell of what may not
    impact: severityOf(
      incident.impact_given,
      components.map((one) => one.worst_status),
    ),
    started_at,
    monitoring_at,
    resolved_at,
    next_update_at,
    created_at: incident.created_at,
    updated_at: incident.updated_at,
    components,
    ...causeAndRemedy(incident, visible),
    updates: incident.updates.map((update) => publicUpdate(update, visible)),
    postmortem: visible.postmortems.get(id) ?? null,
  }
}

function publicUpdate(update: WholeIncident['updates'][number], visible: Visible) {
  const { id, state, body, display_at, created_at, updated_at } = update
  const components = nameable(update.components, visible).map(({ named, old_status, new_status }) => ({
    ...named,
    old_status: old_status as ComponentStatus,
    new_status: new_status as ComponentStatus,
  }))
  const said = { id, state: state as PublicIncident['state'], body, display_at }
  return { ...said, created_at, updated_at, components }
}

/** A cause that may not be named is not known to the public, and neither is what was done about it. */
function causeAndRemedy(incident: WholeIncident, visible: Visible) {
  const { cause_release: release, rollback } = incident
  const hidden = incident.cause === 'release' && !visible.releases.has(release?.id ?? '')
  const remedy = incident.remedy as PublicIncident['remedy']
  return {
    cause: hidden ? 'unknown' : (incident.cause as PublicIncident['cause']),
    cause_release:
      hidden || !release
        ? null
        : {
            id: release.id,
            version: versionName(release),
            component: release.component,
            out_at: release.out_at,
          },
    rollback: hidden || !rollback ? null : publicRollback(rollback, visible),
    remedy: hidden ? null : remedy,
    remedy_reason: !hidden && remedy === 'rolled_forward' ? incident.remedy_reason : null,
  }
}

function publicRollback(rollback: NonNullable<WholeIncident['rollback']>, { percent }: Visible) {
  return PublicRollback.parse({ ...rollback, most_percent: percent ? rollback.most_percent : null })
}

type Named = { id: string; slug: string; name: string }

function nameable<T extends Named>(components: T[], visible: Visible) {
  return components
    .filter((one) => visible.components.has(one.id))
    .map(({ id, slug, name, ...rest }) => ({
      ...rest,
      named: { id, slug, name, archived: visible.components.get(id) === true },
    }))
}
