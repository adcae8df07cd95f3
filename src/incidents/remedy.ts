import type { Context } from '../platform/context.ts'
import { clock, duration } from '../platform/zone.ts'
import type { Incident, NamedRelease } from './store.ts'
import { releasesNamed } from './store.ts'

/** The way back from the release that caused an incident, read from the releases and never stored. */
export type WayBack = {
  state: 'rolling_back' | 'rolled_back'
  /** The rollback: a release of its own. */
  release_id: string
  from_release_id: string
  to_version: string | null
  restores_release_id: string | null
  component: { id: string; name: string; slug: string }
  started_at: string | null
  rolled_back_at: string | null
  took_seconds: number | null
  usual_seconds: number | null
}

const over = ['failed', 'cancelled']
const remembered = 5

/** The ways back from these releases, by the id of the release that each undoes. */
export async function waysBack(ctx: Context, cause_ids: (string | null)[]): Promise<Map<string, WayBack>> {
  const found = new Map<string, WayBack>()
  for (const cause of await releasesNamed(ctx, cause_ids)) {
    const rollback = await rollbackOf(ctx, cause)
    if (rollback) found.set(cause.id, await wayBack(ctx, cause, rollback))
    else if (cause.state === 'rolled_back') found.set(cause.id, await ownWayBack(ctx, cause))
  }
  return found
}

/** The rollback that undid the cause, or that goes back from it or over it and is not over. */
async function rollbackOf(ctx: Context, cause: NamedRelease) {
  const lane = await rollbacksBeside(ctx, cause)
  const standing = lane.filter((release) => release.live_at !== null || !over.includes(release.state))
  return (
    standing.find((release) => release.id === cause.undone_by_release_id) ??
    standing.find((release) => release.reverts_release_id === cause.id) ??
    standing.find((release) => release.live_at === null && goesBackOver(release, cause))
  )
}

function rollbacksBeside({ db }: Context, cause: NamedRelease) {
  return db
    .selectFrom('releases')
    .leftJoin('releases as target', 'target.id', 'releases.restores_release_id')
    .selectAll('releases')
    .select('target.lane_at as target_lane_at')
    .where('releases.component_id', '=', cause.component_id)
    .where('releases.environment_id', '=', cause.environment_id)
    .where('releases.kind', '=', 'rollback')
    .where('releases.lane_at', '>=', cause.first_exposed_at ?? cause.live_at ?? cause.created_at)
    .where('releases.id', '!=', cause.id)
    .orderBy('releases.last_event_at', 'desc')
    .execute()
}

/** Going back to what was there before the cause takes the cause away too; an unknown target might. */
function goesBackOver(rollback: Rollback, cause: NamedRelease) {
  return rollback.target_lane_at === null || rollback.target_lane_at < cause.lane_at
}

type Rollback = Awaited<ReturnType<typeof rollbacksBeside>>[number]

async function wayBack(ctx: Context, cause: NamedRelease, rollback: Rollback): Promise<WayBack> {
  const { started_at, live_at } = rollback
  return {
    state: live_at ? 'rolled_back' : 'rolling_back',
    release_id: rollback.id,
    from_release_id: cause.id,
    to_version: rollback.version ?? rollback.commit?.slice(0, 7) ?? null,
    restores_release_id: rollback.restores_release_id,
    component: { id: cause.component_id, name: cause.component_name, slug: cause.component_slug },
    started_at,
    rolled_back_at: live_at,
    took_seconds: started_at && live_at ? secondsBetween(started_at, live_at) : null,
    usual_seconds: await usualSeconds(ctx, cause.component_id, rollback.id),
  }
}

/** A run that undid itself: a canary that was stopped has no rollback of its own. */
async function ownWayBack(ctx: Context, cause: NamedRelease): Promise<WayBack> {
  return {
    state: 'rolled_back',
    release_id: cause.id,
    from_release_id: cause.id,
    to_version: cause.previous_version,
    restores_release_id: cause.previous_release_id,
    component: { id: cause.component_id, name: cause.component_name, slug: cause.component_slug },
    started_at: null,
    rolled_back_at: cause.undone_at ?? cause.finished_at,
    took_seconds: null,
    usual_seconds: await usualSeconds(ctx, cause.component_id),
  }
}

/** How long going back usually takes: the median of the last five rollbacks of the component. */
export async function usualSeconds(
  { db }: Context,
  component_id: string,
  apart_from = '',
): Promise<number | null> {
  const rows = await db
    .selectFrom('releases')
    .select(['started_at', 'live_at'])
    .where('component_id', '=', component_id)
    .where('kind', '=', 'rollback')
    .where('id', '!=', apart_from)
    .where('started_at', 'is not', null)
    .where('live_at', 'is not', null)
    .orderBy('live_at', 'desc')
    .limit(remembered)
    .execute()
  const took = rows
    .map((row) => secondsBetween(row.started_at ?? '', row.live_at ?? ''))
    .sort((a, b) => a - b)
  const middle = took.length / 2
  if (took.length === 0) return null
  return took.length % 2
    ? (took[Math.floor(middle)] ?? null)
    : ((took[middle - 1] ?? 0) + (took[middle] ?? 0)) / 2
}

function secondsBetween(from: string, to: string) {
  return (Date.parse(to) - Date.parse(from)) / 1000
}

/** The update to offer once a rollback was seen and the incident does not speak of it yet. */
export function offeredUpdate(incident: Incident, way: WayBack | undefined, time_zone: string) {
  if (!way || incident.resolved_at || incident.remedy) return null
  if (way.state !== 'rolled_back' || !way.rolled_back_at) return null
  const to = way.to_version ? ` to ${way.to_version}` : ''
  const took = way.started_at ? ` It took ${duration(way.started_at, way.rolled_back_at)}.` : ''
  const at = clock(way.rolled_back_at, time_zone)
  return {
    state: 'monitoring' as const,
    body: `We rolled ${way.component.name} back${to} at ${at}.${took} We are watching whether everything works again.`,
    remedy: 'rolled_back' as const,
    remedy_release_id: way.restores_release_id ?? way.release_id,
  }
}
