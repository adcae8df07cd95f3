import type { Tables } from '../src/platform/tables.ts'

/** How much of it, and over how long. `seed` decides what looks like chance. */
export type Size = { years: number; releases: number; incidents: number; components: number; seed: number }

type Rows = { [Name in keyof Tables]?: Tables[Name][] }
type Release = Tables['releases']
type Component = Tables['components']

const minute = 60_000
const day = 1440 * minute
const groupNames = ['Shop', 'Platform', 'Data', 'Partners']

/** A harbour with many ships: components, releases, rollbacks and incidents as years of the product would leave them. */
export function harbour(size: Size, now: number): Rows[] {
  const chance = random(size.seed)
  const born = now - size.years * 365 * day
  const named = idsFrom()
  const groups = groupNames.map((name, position) => ({ id: named(born), name, position, ...kept(born) }))
  const components = Array.from({ length: size.components + 3 }, (_, number) =>
    component(number, { id: named(born), groups, born, isPublic: number < size.components }),
  )
  const lanes = components.map((one) => lane(one, { size, born, now, chance, named }))
  const troubles = Array.from({ length: size.incidents }, (_, number) => {
    const at = born + ((number + chance()) * (now - born - day)) / size.incidents
    const place = Math.floor(chance() * components.length)
    return trouble({ at, component: components[place], lane: lanes[place] ?? [], chance, named })
  })
  return [{ groups, components }, ...lanes.map((releases) => ({ releases })), ...troubles]
}

const text = (moment: number) => new Date(moment).toISOString()
const kept = (at: number) => ({ version: 1, created_at: text(at), updated_at: text(at) })

function component(
  number: number,
  given: { id: string; groups: { id: string }[]; born: number; isPublic: boolean },
): Component {
  const { id, groups, born, isPublic } = given
  return {
    id,
    slug: `ship-${number + 1}`,
    name: `Ship ${number + 1}`,
    description: 'Carries what customers ordered.',
    group_id: groups[number % groups.length]?.id ?? null,
    visibility: isPublic ? 'public' : 'private',
    position: number,
    started_on: text(born).slice(0, 10),
    archived_at: null,
    ...{ owners: '', owners_url: '', chat_url: '', runbook_url: '' },
    ...kept(born),
  }
}

type Chances = { chance: () => number; named: (at: number) => string }

/** One component's releases in production: one in fifty is rolled back within the hour. */
function lane(
  one: Component,
  { size, born, now, chance, named }: Chances & { size: Size; born: number; now: number },
) {
  const many = Math.round(size.releases / (size.components + 3))
  const apart = (now - born) / many
  const releases: Release[] = []
  for (let number = 0; releases.length < many; number += 1) {
    const started = born + (releases.length + chance() * 0.8) * apart
    const before = releases.at(-1)
    const next = release(one, `1.${number}.0`, { started, took: 4 + chance() * 20, named, before })
    releases.push(next)
    if (before && releases.length < many && chance() < 0.02)
      releases.push(way(one, next, before, chance, named))
  }
  return releases
}

function way(
  one: Component,
  bad: Release,
  good: Release,
  chance: () => number,
  named: Chances['named'],
): Release {
  const started = Date.parse(bad.live_at ?? '') + (5 + chance() * 50) * minute
  const back = release(one, good.version ?? '', { started, took: 2 + chance() * 4, named, before: bad })
  Object.assign(bad, { state: 'rolled_back', undone_at: back.live_at, undone_by_release_id: back.id })
  return { ...back, kind: 'rollback', reverts_release_id: bad.id, restores_release_id: good.id }
}

function release(
  { id: component_id }: Component,
  version: string,
  given: { started: number; took: number; named: Chances['named']; before: Release | undefined },
): Release {
  const { started, took, named, before } = given
  const live_at = text(started + took * minute)
  const id = named(started)
  if (before) before.superseded_by_release_id = id
  return {
    ...untold,
    id,
    source_id: 'api',
    scope: 'harbour',
    run_key: id,
    component_id,
    environment_id: 'production',
    version,
    commit: `${id}${id}`,
    kind: 'deploy',
    kind_by: 'history',
    state: 'succeeded',
    outcome: 'succeeded',
    attempt: 1,
    previous_version: before?.version ?? null,
    previous_release_id: before?.id ?? null,
    started_at: text(started),
    first_exposed_at: live_at,
    live_at,
    finished_at: live_at,
    last_event_at: live_at,
    lane_at: live_at,
    created_at: text(started),
    updated_at: live_at,
  }
}

/** What most releases say nothing of. */
const untold = {
  ...{ ref: null, corrected_kind: null, percent: null, dark_at: null, drift_version: null },
  ...{ reverts_release_id: null, restores_release_id: null, undone_by_release_id: null },
  ...{
    superseded_by_release_id: null,
    undone_at: null,
    deadline_at: null,
    skewed_at: null,
    backfilled_at: null,
  },
  ...{ actor_name: 'deploy-bot', message: null, reason: null, run_url: null, target_url: null },
  ...{ commit_url: null, changelog_url: null, rollback: null },
  ...{ artifact: null, drill_at: null, corrected_drill: null, bad_at: null, bad_reason: null, bad_by: null },
  ...{ most_percent: 100, asked_at: null, rollback_request_id: null },
}

const levels = ['degraded_performance', 'partial_outage', 'major_outage']

function trouble(given: Chances & { at: number; component: Component | undefined; lane: Release[] }): Rows {
  const { at, component, lane, chance, named } = given
  if (!component) return {}
  const id = named(at)
  const end = at + (5 + chance() * 115) * minute
  const status = levels[Math.floor(chance() * 3)] ?? ''
  const cause = chance() < 0.33 ? lane.findLast((one) => (one.live_at ?? '') < text(at)) : undefined
  const said = ['investigating', 'identified', 'monitoring', 'resolved'].map((state, place) => ({
    state,
    at: at + ((end - at) * place) / 3,
  }))
  const updates = said.map(({ state, at }) => ({
    ...{ id: named(at), incident_id: id, state, body: `We are ${state}. Orders that were made are safe.` },
    ...{ display_at: text(at), next_update_at: null, actor_name: 'Mari', deleted_at: null, ...kept(at) },
  }))
  const named_in = updates.map(({ id: update_id, state }, place) => ({
    update_id,
    component_id: component.id,
    old_status: place === 0 ? 'operational' : status,
    new_status: state === 'resolved' ? 'operational' : status,
  }))
  const ends = { monitoring_at: text(said[2]?.at ?? end), resolved_at: text(end), next_update_at: null }
  const remedy = { remedy: null, remedy_release_id: null, remedy_reason: null }
  const incident = {
    ...{ id, title: `${component.name} is in trouble`, state: 'resolved', impact: null, ...remedy, ...ends },
    ...{ cause: cause ? 'release' : 'unknown', cause_release_id: cause?.id ?? null, started_at: text(at) },
    ...{ published_at: text(at), visibility: 'public', merged_into_incident_id: null },
    ...{ deleted_at: null, ...kept(at) },
  }
  const impact = { component_id: component.id, status, started_at: text(at), ended_at: text(end) }
  return {
    incidents: [incident],
    incident_updates: updates,
    incident_update_components: named_in,
    component_impacts: [{ id: named(at), ...impact, incident_id: id, created_at: text(at) }],
  }
}

/** Ids as `newId` makes them, at moments that are given. */
function idsFrom() {
  let made = 0
  return (at: number) => {
    made = (made + 1) % 36 ** 4
    return Math.floor(at).toString(36).padStart(8, '0') + made.toString(36).padStart(4, '0')
  }
}

/** The same numbers for the same seed: mulberry32, public domain, by Tommy Ettinger. */
function random(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
