import { versionName } from '../components/live.ts'
import { worstStatus } from '../components/model.ts'
import type { Context } from '../platform/context.ts'
import { severityOf } from './model.ts'
import { waysBack } from './remedy.ts'
import { type Incident, impactsOf, type NamedRelease, namedIn, releasesNamed, updatesOf } from './store.ts'

export type WholeIncident = Awaited<ReturnType<typeof wholeIncidents>>[number]

/** All that an operator or a token may know of these incidents: updates, components, cause, remedy, way back. */
export async function wholeIncidents(ctx: Context, incidents: Incident[]) {
  const ids = incidents.map((incident) => incident.id)
  const causes = incidents.map((incident) => incident.cause_release_id)
  const releases = await releasesNamed(ctx, [...causes, ...incidents.map((one) => one.remedy_release_id)])
  const parts = {
    updates: Map.groupBy(await updatesOf(ctx, ids), (update) => update.incident_id),
    named: Map.groupBy(await namedIn(ctx, ids), (one) => one.incident_id),
    impacts: Map.groupBy(await impactsOf(ctx, ids), (impact) => impact.incident_id),
    releases: new Map(releases.map((release) => [release.id, briefly(release)])),
    ways: await waysBack(ctx, causes),
  }
  return incidents.map((incident) => whole(incident, parts))
}

export async function wholeIncident(ctx: Context, incident: Incident): Promise<WholeIncident> {
  const [one] = await wholeIncidents(ctx, [incident])
  if (!one) throw new Error('one incident in, one incident out')
  return one
}

type Parts = {
  updates: Map<string, Awaited<ReturnType<typeof updatesOf>>>
  named: Map<string, Awaited<ReturnType<typeof namedIn>>>
  impacts: Map<string | null, Awaited<ReturnType<typeof impactsOf>>>
  releases: Map<string, ReturnType<typeof briefly>>
  ways: Awaited<ReturnType<typeof waysBack>>
}

function whole(incident: Incident, parts: Parts) {
  const { cause_release_id, remedy_release_id } = incident
  const impacts = parts.impacts.get(incident.id) ?? []
  const named = parts.named.get(incident.id) ?? []
  return {
    ...incident,
    impact: severityOf(
      incident.impact,
      impacts.map((impact) => impact.status),
    ),
    impact_given: incident.impact,
    cause_release: parts.releases.get(cause_release_id ?? '') ?? null,
    remedy_release: parts.releases.get(remedy_release_id ?? '') ?? null,
    rollback: parts.ways.get(cause_release_id ?? '') ?? null,
    components: affected(named, impacts),
    updates: (parts.updates.get(incident.id) ?? []).map((update) => ({
      ...update,
      components: named
        .filter((one) => one.update_id === update.id)
        .map(({ component_id, slug, name, old_status, new_status }) => ({
          id: component_id,
          slug,
          name,
          old_status,
          new_status,
        })),
    })),
  }
}

/** Each component that was ever named or hurt, with what this incident does to it now and the worst it did. */
function affected(
  named: Awaited<ReturnType<typeof namedIn>>,
  impacts: Awaited<ReturnType<typeof impactsOf>>,
) {
  const each = new Map(
    [...named, ...impacts].map(({ component_id: id, slug, name }) => [id, { id, slug, name }]),
  )
  return [...each.values()].map((component) => {
    const own = impacts.filter((impact) => impact.component_id === component.id)
    const open = own.filter((impact) => impact.ended_at === null)
    return {
      ...component,
      status: worstStatus(open.map((impact) => impact.status)),
      worst_status: worstStatus(own.map((impact) => impact.status)),
    }
  })
}

function briefly(release: NamedRelease) {
  const { id, version, commit, kind, state, live_at, first_exposed_at, undone_at } = release
  const { component_id, component_name, component_slug } = release
  const component = { id: component_id, name: component_name, slug: component_slug }
  const label = versionName(release) ?? 'without a version'
  const out_at = first_exposed_at ?? live_at
  return { id, label, version, commit, kind, state, live_at, first_exposed_at, out_at, undone_at, component }
}
