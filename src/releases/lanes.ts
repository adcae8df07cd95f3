import type { ExpressionBuilder } from 'kysely'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { type LaneRelease, laneColumns, settleLane } from './lane.ts'
import { versionKinds } from './model.ts'
import { updateRelease } from './store.ts'

export type Lane = { component_id: string; environment_id: string }

/** With more than so many releases to settle anew, reading the whole lane is cheaper than asking for each. */
const manyReleases = 20

/**
 * Settles a lane from a moment on and stores what changed. Only what the releases since then can reach is read:
 * what was live, what they go back to and what lies between. Returns each changed release as it was and as it is.
 */
export async function settle(ctx: Context, lane: Lane, from: string) {
  const tail = await read(ctx, lane).where('lane_at', '>=', from).execute()
  const before = await reachable(ctx, lane, from, tail)
  const was = new Map([...before, ...tail].map((release) => [release.id, release]))
  const changes: { was: LaneRelease; is: LaneRelease }[] = []
  for (const is of settleLane(before, tail)) {
    const old = was.get(is.id)
    if (!old || laneColumns.every((column) => old[column] === is[column])) continue
    await updateRelease(ctx, is.id, { ...changeable(is), updated_at: nowText(ctx) })
    changes.push({ was: old, is })
  }
  return changes
}

function changeable(release: LaneRelease) {
  const { id, source_id, scope, run_key, lane_at, live_at, ...rest } = release
  return rest
}

function read({ db }: Context, lane: Lane) {
  return db
    .selectFrom('releases')
    .select(laneColumns)
    .where((all) => all.and(lane))
}

async function reachable(ctx: Context, lane: Lane, from: string, tail: LaneRelease[]) {
  const earlier = read(ctx, lane).where('lane_at', '<', from)
  if (tail.length > manyReleases) return earlier.execute()
  const live = await liveBefore(ctx, lane, from)
  const reach = { start: live?.lane_at ?? '', firsts: [] as string[] }
  for (const release of live ? [...tail, live] : []) {
    const { first, last } = await kinBefore(ctx, lane, from, release)
    if (first) reach.firsts.push(first)
    if (last && last < reach.start) reach.start = last
  }
  return earlier.where((where) => isReached(where, reach, tail)).execute()
}

function isReached(
  where: Where,
  { start, firsts }: { start: string; firsts: string[] },
  tail: LaneRelease[],
) {
  const oneOf = (column: 'lane_at' | 'undone_by_release_id' | 'version', values: string[]) =>
    values.length > 0 ? where(column, 'in', values) : where.lit(false)
  const matters = where.or([
    where('live_at', 'is not', null),
    where('state', 'in', ['canary', 'dark']),
    oneOf(
      'version',
      tail.flatMap(({ previous_version }) => previous_version ?? []),
    ),
  ])
  const undone = oneOf(
    'undone_by_release_id',
    tail.map(({ id }) => id),
  )
  return where.or([where.and([where('lane_at', '>=', start), matters]), oneOf('lane_at', firsts), undone])
}

function liveBefore(ctx: Context, lane: Lane, from: string) {
  return read(ctx, lane)
    .where('lane_at', '<', from)
    .where(isFinish)
    .orderBy('lane_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

type Where = ExpressionBuilder<Tables, 'releases'>

function isFinish(where: Where) {
  return where.and([
    where('live_at', 'is not', null),
    where('kind', 'in', [...versionKinds]),
    where.or([where('undone_at', 'is', null), where('undone_by_release_id', 'is not', null)]),
  ])
}

/** When the same thing went live for the first and for the last time before. */
async function kinBefore({ db }: Context, lane: Lane, from: string, release: LaneRelease) {
  return db
    .selectFrom('releases')
    .select(({ fn }) => [
      fn.min<string | null>('lane_at').as('first'),
      fn.max<string | null>('lane_at').as('last'),
    ])
    .where((all) => all.and(lane))
    .where('lane_at', '<', from)
    .where(isFinish)
    .where((where) => isKin(where, release))
    .executeTakeFirstOrThrow()
}

/** At least all that `isSameThing` says of `release`, in SQL. */
function isKin(where: Where, { version, commit }: LaneRelease) {
  const sameVersion = version === null ? where.lit(false) : where('version', '=', version)
  if (commit === null) return sameVersion
  const short = commit.slice(0, 7).toLowerCase()
  const start = where.fn<string>('lower', [
    where.fn<string>('substr', ['commit', where.lit(1), where.lit(7)]),
  ])
  return where.or([where(start, '=', short), where.and([where('commit', 'is', null), sameVersion])])
}
