import type { PublicIncident } from '../../incidents/public-fields.ts'
import { latest } from '../feeds/model.ts'
import type { V2Component, V2Incident, V2Update } from './model.ts'

/** What an incident's translation needs to know of the page: its id, its origin, and all components on it. */
type Page = { page_id: string; origin: string; components: readonly V2Component[] }

/** An incident as Statuspage tells it, updates newest first. A component that left the page is named by its updates only. */
export function v2Incident(incident: PublicIncident, page: Page): V2Incident {
  const { id, title, state, created_at, updated_at, monitoring_at, resolved_at, impact, started_at } =
    incident
  const affected = new Set(incident.components.map((component) => component.id))
  return {
    id,
    name: title,
    status: incident.postmortem ? 'postmortem' : state,
    created_at,
    updated_at: latest(updated_at, incident.postmortem?.updated_at),
    monitoring_at,
    resolved_at,
    impact,
    shortlink: `${page.origin}/i/${id}`,
    started_at,
    page_id: page.page_id,
    incident_updates: [
      ...postmortemUpdate(incident),
      ...incident.updates.map((update) => v2Update(update, id, page.components)),
    ],
    components: page.components.filter((component) => affected.has(component.id)),
    reminder_intervals: null,
  }
}

/** Statuspage tells a postmortem as the newest of the updates. */
function postmortemUpdate({ id: incident_id, postmortem }: PublicIncident): V2Update[] {
  if (!postmortem) return []
  const { id, body, published_at, updated_at } = postmortem
  return [
    {
      id,
      status: 'postmortem',
      body,
      incident_id,
      created_at: published_at,
      updated_at,
      display_at: published_at,
      affected_components: null,
      ...undelivered,
    },
  ]
}

const undelivered = { deliver_notifications: true, custom_tweet: null, tweet_id: null }

function v2Update(
  update: PublicIncident['updates'][number],
  incident_id: string,
  all: readonly V2Component[],
): V2Update {
  const { id, state, body, created_at, updated_at, display_at } = update
  return {
    id,
    status: state,
    body,
    incident_id,
    created_at,
    updated_at,
    display_at,
    affected_components: affectedIn(update.components, all),
    ...undelivered,
  }
}

type Changed = Pick<
  NonNullable<V2Update['affected_components']>[number],
  'name' | 'old_status' | 'new_status'
>

/** What an update says of components, in the order of the page; null when it says nothing. */
export function affectedIn(
  components: (Changed & { id: string })[],
  all: readonly V2Component[],
): V2Update['affected_components'] {
  const affected = inOrderOfPage(components, all).map(({ id: code, name, old_status, new_status }) => ({
    code,
    name: nameWithGroup(code, name, all),
    old_status,
    new_status,
  }))
  return affected.length > 0 ? affected : null
}

/** What left the page stands last. */
function inOrderOfPage<T extends { id: string }>(components: T[], all: readonly V2Component[]): T[] {
  const places = new Map(all.map(({ id }, index) => [id, index]))
  const place = ({ id }: T) => places.get(id) ?? all.length
  return components.toSorted((one, other) => place(one) - place(other))
}

/** "Shop - Checkout", or the plain name of what is in no group. */
function nameWithGroup(id: string, name: string, all: readonly V2Component[]): string {
  const group_id = all.find((component) => component.id === id)?.group_id
  const group = all.find((component) => component.id === group_id)
  return group ? `${group.name} - ${name}` : name
}
