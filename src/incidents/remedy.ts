import { versionName } from '../components/live.ts'
import type { Context } from '../platform/context.ts'
import { clock, seconds } from '../platform/zone.ts'
import { isDrill, isLost, secondsTaken } from '../releases/model.ts'
import { laneOf, timesTaken, usualOf } from '../releases/usual.ts'
import type { Incident, NamedRelease } from './store.ts'
import { releasesNamed } from './store.ts'

/** The way back from the release that caused an incident, read from the releases and never stored. */
type WayBack = {
  state: 'rolling_back' | 'rolled_back'
  /** The rollback: a release of its own. */
  release_id: string
  from_release_id: string
  to_version: string | null
  restores_release_id: string | null
  component: { id: string; name: string; slug: string }
  /** When it was asked for through Shiplog; null when nobody asked here. */
  asked_at: string | null
  started_at: string | null
  rolled_back_at: string | null
  took_seconds: number | null
  usual_seconds: number | null
  /** The most customers that ever had the release that is taken back; null: not known. */
  most_percent: number | null
}

const over = ['failed', 'cancelled']
/** Asked for, perhaps still to be approved: nothing goes back yet. */
const notBegun = ['queued', 'waiting']

/** The ways back from these releases, by the id of the release that each undoes. */
export async function waysBack(ctx: Context, cause_ids: (string | null)[]): Promise<Map<string, WayBack>> {
  const causes = await releasesNamed(ctx, cause_ids)
  const rollbacks = Map.groupBy(await rollbacksSince(ctx, causes), (rollback) => rollback.cause_id)
  const times = await timesTaken(ctx, causes)
  const ways = new Map<string, WayBack>()
  for (const cause of causes) {
    const rollback = rollbackOf(cause, rollbacks.get(cause.id) ?? [], ctx.now())
    const usual_seconds = usualOf(times.get(laneOf(cause)), rollback?.id)
    if (rollback) ways.set(cause.id, { ...wayBack(cause, rollback), usual_seconds })
    else if (cause.state === 'rolled_back') ways.set(cause.id, { ...ownWayBack(cause), usual_seconds })
  }
  return ways
}

/** The rollback that undid the cause, or that goes back from it or over it, has begun and still speaks. */
function rollbackOf(cause: NamedRelease, lane: Rollback[], now: Date) {
  const standing = lane.filter((one) => one.live_at !== null || isUnderWay(one, now))
  return (
    standing.find((release) => release.id === cause.undone_by_release_id) ??
    standing.find((release) => release.reverts_release_id === cause.id) ??
    standing.find((release) => release.live_at === null && goesBackOver(release, cause))
  )
}

/** A tool that fell silent may have stopped: nobody is promised a way back that perhaps nobody goes. */
function isUnderWay(rollback: Rollback, now: Date) {
  return ![...over, ...notBegun].includes(rollback.state) && !isLost(rollback, now)
}

/** The rollbacks in the lane of each cause since customers met it that point at it or are not over, newest heard first. */
async function rollbacksSince(ctx: Context, causes: NamedRelease[]) {
  if (causes.length === 0) return []
  const ids = causes.map(({ id }) => id)
  const undoing = causes.flatMap(({ undone_by_release_id }) => undone_by_release_id ?? [])
  const pointing = await rollbacks(ctx)
    .where((or) =>
      or.or([
        or('releases.reverts_release_id', 'in', ids),
        ...(undoing.length > 0 ? [or('releases.id', 'in', undoing)] : []),
      ]),
    )
    .execute()
  const open = await rollbacks(ctx)
    .where(
      'releases.component_id',
      'in',
      causes.map(({ component_id }) => component_id),
    )
    .where(
      'releases.environment_id',
      'in',
      causes.map(({ environment_id }) => environment_id),
    )
    .where('releases.kind', '=', 'rollback')
    .where('releases.live_at', 'is', null)
    .execute()
  // a drill ends no trouble: it goes back from what is good, to see that it can
  const found = [...pointing, ...open].filter((one) => one.kind === 'rollback' && !isDrill(one))
  const each = new Map(found.map((rollback) => [rollback.id, rollback]))
  const newest = [...each.values()].sort((a, b) => (a.last_event_at < b.last_event_at ? 1 : -1))
  return causes.flatMap((cause) =>
    newest
      .filter((rollback) => laneOf(rollback) === laneOf(cause) && rollback.id !== cause.id)
      .filter((rollback) => rollback.lane_at >= (cause.first_exposed_at ?? cause.live_at ?? cause.created_at))
      .map((rollback) => ({ ...rollback, cause_id: cause.id })),
  )
}

function rollbacks({ db }: Context) {
  return db
    .selectFrom('releases')
    .leftJoin('releases as target', 'target.id', 'releases.restores_release_id')
    .selectAll('releases')
    .select('target.lane_at as target_lane_at')
}

/** Going back to what was there before the cause takes the cause away too; an unknown target might. */
function goesBackOver(rollback: Rollback, cause: NamedRelease) {
  return rollback.target_lane_at === null || rollback.target_lane_at < cause.lane_at
}

type Rollback = Awaited<ReturnType<typeof rollbacksSince>>[number]
type Way = Omit<WayBack, 'usual_seconds'>

function wayBack(cause: NamedRelease, rollback: Rollback): Way {
  const { asked_at, started_at, live_at } = rollback
  return {
    state: live_at ? 'rolled_back' : 'rolling_back',
    release_id: rollback.id,
    from_release_id: cause.id,
    to_version: versionName(rollback),
    restores_release_id: rollback.restores_release_id,
    component: { id: cause.component_id, name: cause.component_name, slug: cause.component_slug },
    asked_at,
    started_at,
    rolled_back_at: live_at,
    took_seconds: secondsTaken(rollback),
    most_percent: cause.most_percent,
  }
}

/** A run that undid itself: a canary that was stopped has no rollback of its own. */
function ownWayBack(cause: NamedRelease): Way {
  return {
    state: 'rolled_back',
    release_id: cause.id,
    from_release_id: cause.id,
    to_version: cause.previous_version,
    restores_release_id: cause.previous_release_id,
    component: { id: cause.component_id, name: cause.component_name, slug: cause.component_slug },
    asked_at: null,
    started_at: null,
    rolled_back_at: cause.undone_at ?? cause.finished_at,
    took_seconds: null,
    most_percent: cause.most_percent,
  }
}

/** The update to offer once a rollback was seen and the incident does not speak of it yet. */
export function offeredUpdate(incident: Incident, way: WayBack | undefined, time_zone: string) {
  if (!way || incident.resolved_at || incident.remedy) return null
  if (way.state !== 'rolled_back' || !way.rolled_back_at) return null
  const to = way.to_version ? ` to ${way.to_version}` : ''
  const took = way.took_seconds === null ? '' : ` It took ${seconds(way.took_seconds)}.`
  const at = clock(way.rolled_back_at, time_zone)
  return {
    state: 'monitoring' as const,
    body: `We rolled ${way.component.name} back${to} at ${at}.${took} We are watching whether everything works again.`,
    remedy: 'rolled_back' as const,
    remedy_release_id: way.restores_release_id ?? way.release_id,
  }
}
