import { versionName } from '../components/live.ts'
import type { Context } from '../platform/context.ts'
import { isLost, secondsTaken } from '../releases/model.ts'
import { usualSeconds } from '../releases/usual.ts'
import { isSettled, type Progress, progressOf } from './progress.ts'
import { type RollbackRequest, releasesSince } from './request-store.ts'

export type WholeRequest = Awaited<ReturnType<typeof wholeRequest>>

/** A request with what became of it and how long things took, in seconds. */
export async function wholeRequest(ctx: Context, request: RollbackRequest) {
  const { call_id, delivered_at, failed_at, failure, from_started_at, from_live_at } = request
  const to = { version: request.to_version, commit: request.to_commit }
  const from = { version: request.from_version, commit: request.from_commit }
  const usual_seconds = await usualSeconds(ctx, request)
  const progress = progressOf(
    { ...request, to },
    {
      call: call_id ? { delivered_at, failed_at, failure } : null,
      since: await releasesSince(ctx, request),
      usual_seconds,
      now: ctx.now(),
    },
  )
  return {
    ...request,
    from_name: versionName(from) ?? 'unknown version',
    to_name: versionName(to) ?? 'unknown version',
    progress,
    is_settled: isSettled(progress.state),
    usual_seconds,
    took_seconds: tookSeconds(request, progress),
    release_took_seconds: secondsTaken({
      kind: 'deploy',
      asked_at: null,
      started_at: from_started_at,
      live_at: from_live_at,
    }),
  }
}

/** Asked to live: what the people who waited for it waited. */
function tookSeconds({ asked_at }: RollbackRequest, { state, over_at }: Progress) {
  if (state !== 'done' || over_at === null) return null
  return Math.max(0, Math.round((Date.parse(over_at) - Date.parse(asked_at)) / 1000))
}

/** A rollback that has begun in this lane, has not ended and still speaks. */
export async function rollbackUnderWay(
  ctx: Context,
  { component_id, environment_id }: { component_id: string; environment_id: string },
) {
  const begun = await ctx.db
    .selectFrom('releases')
    .select(['id', 'version', 'commit', 'deadline_at'])
    .where((all) => all.and({ component_id, environment_id }))
    .where('kind', '=', 'rollback')
    .where('live_at', 'is', null)
    .where('state', 'in', ['running', 'canary'])
    .orderBy('lane_at', 'desc')
    .limit(5)
    .execute()
  return begun.find((rollback) => !isLost(rollback, ctx.now()))
}
