import type { ExpressionBuilder } from 'kysely'
import { compiledOnce, firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { type LaneRelease, laneColumns, settleLane } from './lane.ts'
import { versionKinds } from './model.ts'
import { changesOf, updateRelease } from './store.ts'

export type Lane = { component_id: string; environment_id: string }

/** With more than so many releases to settle anew, reading the whole lane is cheaper than asking for each. */
const manyReleases = 20

/**
 * Settles a lane from a moment on and stores what changed. Only what the releases since then can reach is read:
 * what was live, what they go back to and what lies between. Returns each changed release as it was and as it is.
 */
export async function settle(ctx: Context, lane: Lane, from: string) {
  const tail = await since(ctx, lane.component_id, lane.environment_id, from)
  const before = await reachable(ctx, lane, from, tail)
  const was = new Map([...before, ...tail].map((release) => [release.id, release]))
  const changes: { was: LaneRelease; is: LaneRelease }[] = []
  for (const is of settleLane(before, tail)) {
    const old = was.get(is.id)
    if (!old || laneColumns.every((column) => old[column] === is[column])) continue
    await updateRelease(ctx, is.id, {
      ...changesOf<LaneRelease>(old, changeable(is)),
      updated_at: nowText(ctx),
    })
    changes.push({ was: old, is })
  }
  return changes
}

function changeable(release: LaneRelease) {
  const { id, source_id, scope, run_key, lane_at, live_at, drill_at, ...rest } = release
  return rest
}

const since = compiledOnce((db, component_id: string, environment_id: string, from: string) =>
  read({ db }, { component_id, environment_id }).where('lane_at', '>=', from),
)

function read({ db }: Pick<Context, 'db'>, lane: Lane) {
  return db
    .selectFrom('releases')
    .select(laneColumns)
    .where((all) => all.and(lane))
}

/** From where on all matters, and when what comes up again went live for the first time. */
type Reach = { start: string; firsts: string[] }

async function reachable(ctx: Context, lane: Lane, from: string, tail: LaneRelease[]) {
  const earlier = read(ctx, lane).where('lane_at', '<', from)
  if (tail.length > manyReleases) return earlier.execute()
  const live = await liveBefore(ctx, lane, from)
  const reach: Reach = { start: live?.lane_at ?? '', firsts: [] }
  for (const release of live ? [...tail, live] : []) {
    const kin = await kinBefore(ctx, lane, from, release)
    reach.firsts.push(...kin.slice(0, 1))
    reach.start = [reach.start, ...kin.slice(-1)].sort()[0] ?? reach.start
  }
  return reached(ctx, lane, from, reach, tail)
}

async function reached(
  ctx: Context,
  lane: Lane,
  from: string,
  { start, firsts }: Reach,
  tail: LaneRelease[],
) {
  const tried = tail.flatMap(({ previous_version }) => previous_version ?? [])
  const between = await read(ctx, lane)
    .where('lane_at', '<', from)
    .where('lane_at', '>=', start)
    .where((where) =>
      where.or([
        where('live_at', 'is not', null),
        where('state', 'in', ['canary', 'dark']),
        ...(tried.length > 0 ? [where('version', 'in', tried)] : []),
      ]),
    )
    .execute()
  const known = new Set(between.map(({ id }) => id))
  const others = [
    ...(firsts.length > 0 ? await read(ctx, lane).where('lane_at', 'in', firsts).execute() : []),
    ...(await undoneBy(ctx, tail)),
  ]
  const missing = new Map(others.map((release) => [release.id, release]))
  return [...between, ...[...missing.values()].filter(({ id, lane_at }) => lane_at < from && !known.has(id))]
}

async function undoneBy({ db }: Context, releases: LaneRelease[]) {
  const ids = releases.map(({ id }) => id)
  if (ids.length === 0) return []
  return db.selectFrom('releases').select(laneColumns).where('undone_by_release_id', 'in', ids).execute()
}

const finishBefore = firstCompiledOnce((db, component_id: string, environment_id: string, from: string) =>
  read({ db }, { component_id, environment_id })
    .where('lane_at', '<', from)
    .where(isFinish)
    .orderBy('lane_at', 'desc')
    .limit(1),
)

/** What everybody in the lane had before a moment. */
export function liveBefore(ctx: Context, { component_id, environment_id }: Lane, from: string) {
  return finishBefore(ctx, component_id, environment_id, from)
}

type Where = ExpressionBuilder<Tables, 'releases'>

function isFinish(where: Where) {
  return where.and([
    where('live_at', 'is not', null),
    where('kind', 'in', [...versionKinds]),
    where.or([where('undone_at', 'is', null), where('undone_by_release_id', 'is not', null)]),
  ])
}

/** When the same thing went live before. One query by commit and one by version: each has an index to go by. */
export async function kinBefore(
  { db }: Context,
  lane: Lane,
  from: string,
  { version, commit }: Pick<LaneRelease, 'version' | 'commit'>,
) {
  const finishes = db
    .selectFrom('releases')
    .select('lane_at')
    .where((all) => all.and(lane))
    .where(isFinish)
  const named = version === null ? null : finishes.where('version', '=', version)
  const byVersion = commit === null ? named : named?.where('commit', 'is', null)
  const byCommit = commit === null ? null : finishes.where((where) => startsLike(where, commit))
  const found = [...((await byVersion?.execute()) ?? []), ...((await byCommit?.execute()) ?? [])]
  return found
    .map(({ lane_at }) => lane_at)
    .filter((at) => at < from)
    .sort()
}

/** Commits that `isSameCommit` may take for the same: they begin alike. */
function startsLike(where: Where, commit: string) {
  const short = commit.slice(0, 7)
  return where.and([where('commit', '>=', short), where('commit', '<', `${short}~`)])
}
