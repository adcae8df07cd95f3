import { versionName } from '../components/live.ts'
import type { Context } from '../platform/context.ts'
import { seconds } from '../platform/zone.ts'
import { isDrill, secondsTaken } from '../releases/model.ts'
import { nameOf, type ReleaseView, readReleases } from '../releases/reading.ts'
import { stateWords } from '../releases/words.ts'
import type { Overview } from './overview.ts'
import { around, unansweredRequests } from './overview-store.ts'

const mostListed = 100

/** Each rollback, each release that was rolled forward, and each request that no rollback answered; newest first. */
export async function overviewList(ctx: Context, { asked, component, environment, caused }: Overview) {
  const { from: since, until } = asked
  const filter = { component: component?.id, environment: environment?.name, kind: 'rollback' }
  const found = await readReleases(ctx, { ...filter, since, until, limit: mostListed })
  const backs = found.slice(0, mostListed)
  const context = await around(ctx, backs)
  const requests = await unansweredRequests(ctx, asked, mostListed)
  const rows = [
    ...backs.map((back) => backRow(back, context)),
    ...caused.filter(({ remedy }) => remedy === 'rolled_forward').map(forwardRow),
    ...requests.map(requestRow),
  ]
  return {
    rows: rows.sort((one, other) => (one.at < other.at ? 1 : -1)),
    more: found.length > mostListed ? `Only the newest ${mostListed} rollbacks are listed.` : '',
  }
}

type Around = Awaited<ReturnType<typeof around>>
type Incident = { id: string; title: string }
type Row = {
  href: string
  slug: string
  versions: string
  environment: string
  at: string
  /** A word on it that a glance should catch. */
  tag: string
  /** Asked, begun, done: what of it is known. */
  steps: { words: string; at: string }[]
  /** In their place. */
  note: string
  took: string
  released_in: string
  is_slower: boolean
  incident: Incident | null
  who: string
  why: string
}

function backRow(back: ReleaseView, { releases, requests, incidents }: Around): Row {
  const from = releases.find(({ id }) => id === back.reverts_release_id)
  const request = requests.find(({ id }) => id === back.rollback_request_id)
  const release_took = from ? secondsTaken(from) : null
  const isSlower = back.took_seconds !== null && release_took !== null && back.took_seconds > release_took
  const drill = isDrill(back)
  return {
    href: `/admin/releases/${back.id}`,
    slug: back.component_slug,
    versions: from ? `${nameOf(from)} → ${nameOf(back)}` : nameOf(back),
    environment: placeOf(back.environment),
    at: back.lane_at,
    tag: drill ? 'Drill' : '',
    steps: stepsOf(back),
    note: '',
    took: back.took_seconds === null ? standing(back) : seconds(back.took_seconds),
    released_in: release_took === null ? '' : `${seconds(release_took)} to release`,
    is_slower: isSlower,
    incident: incidentOf(back, request?.incident_id ?? null, incidents),
    who: request?.asked_by ?? back.actor_name ?? '',
    why: request?.reason ?? back.reason ?? '',
  }
}

function standing({ live_at, state }: ReleaseView) {
  if (live_at !== null) return 'Time not known'
  return state === 'running' ? 'Under way' : stateWords[state]
}

function stepsOf({ asked_at, started_at, live_at }: ReleaseView) {
  const steps: [string, string | null][] = [
    ['asked', asked_at],
    ['begun', started_at],
    ['done', live_at],
  ]
  return steps.flatMap(([words, at]) => (at === null ? [] : [{ words, at }]))
}

/** The one it was asked for, else the one that the release before it caused, else one that names it as the remedy. */
function incidentOf(back: ReleaseView, asked_for: string | null, incidents: Around['incidents']) {
  return (
    incidents.find(({ id }) => id === asked_for) ??
    incidents.find(
      ({ cause_release_id }) =>
        cause_release_id !== null && cause_release_id === back.reverts_release_id && !isDrill(back),
    ) ??
    incidents.find(({ remedy_release_id }) => remedy_release_id === back.id) ??
    null
  )
}

function forwardRow(incident: Overview['caused'][number]): Row {
  const { id, title, started_at, resolved_at, cause_release_id } = incident
  const lasted = resolved_at && seconds((Date.parse(resolved_at) - Date.parse(started_at)) / 1000)
  return {
    href: `/admin/releases/${cause_release_id}`,
    slug: incident.component_slug,
    versions: versionName(incident) ?? 'unknown version',
    environment: placeOf(incident.environment),
    at: started_at,
    tag: 'Rolled forward',
    steps: [],
    note: lasted ? `resolved after ${lasted}` : '',
    took: '',
    released_in: '',
    is_slower: false,
    incident: { id, title },
    who: '',
    why: incident.remedy_reason ?? '',
  }
}

function requestRow(request: Awaited<ReturnType<typeof unansweredRequests>>[number]): Row {
  const { from_release_id, asked_at, ended_at, ended_by, incident_id, incident_title } = request
  const taken_back = ended_by === null ? null : ended_at
  return {
    href: `/admin/releases/${from_release_id}`,
    slug: request.component_slug,
    versions: `from ${versionName(request) ?? 'unknown version'}`,
    environment: placeOf(request.environment),
    at: asked_at,
    tag: taken_back ? 'Taken back' : ended_at ? 'Not answered' : 'No answer yet',
    steps: [
      { words: 'asked', at: asked_at },
      ...(taken_back ? [{ words: 'taken back', at: taken_back }] : []),
    ],
    note: '',
    took: '',
    released_in: '',
    is_slower: false,
    incident: incident_id ? { id: incident_id, title: incident_title ?? '' } : null,
    who: request.asked_by,
    why: request.reason,
  }
}

/** Production goes without saying. */
export function placeOf(environment: string) {
  return environment === 'production' ? '' : environment
}
