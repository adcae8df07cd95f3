import type { Context } from '../platform/context.ts'
import { nameOf, type ReleaseView } from './reading.ts'

/** What stands before and after a release in its lane, as operators see it; null at either end. */
export async function laneNeighbours(ctx: Context, release: ReleaseView) {
  return { earlier: await beside(ctx, release, '<'), later: await beside(ctx, release, '>') }
}

async function beside({ db }: Context, release: ReleaseView, side: '<' | '>') {
  const { id, lane_at, component_id, environment_id } = release
  const order = side === '<' ? 'desc' : 'asc'
  const row = await db
    .selectFrom('releases')
    .select(['id', 'version', 'commit', 'kind', 'run_key'])
    .where((all) => all.and({ component_id, environment_id }))
    .where(({ eb, refTuple, tuple }) => eb(refTuple('lane_at', 'id'), side, tuple(lane_at, id)))
    .orderBy('lane_at', order)
    .orderBy('id', order)
    .limit(1)
    .executeTakeFirst()
  return row ? { id: row.id, name: nameOf(row) } : null
}

/** The rollbacks that were asked for from a release, or that it answers, with the incident each was for; oldest first. */
export function requestsAbout({ db }: Context, { id, rollback_request_id }: ReleaseView) {
  return db
    .selectFrom('rollback_requests as request')
    .innerJoin('releases as target', 'target.id', 'request.to_release_id')
    .leftJoin('incidents', 'incidents.id', 'request.incident_id')
    .select(['request.id', 'request.asked_at', 'request.asked_by', 'request.reason', 'request.drill_at'])
    .select(['request.ended_at', 'request.ended_by', 'request.from_release_id'])
    .select(['target.version', 'target.commit', 'incidents.id as incident_id', 'incidents.title as incident'])
    .where((or) =>
      or.or([or('request.from_release_id', '=', id), or('request.id', '=', rollback_request_id)]),
    )
    .orderBy('request.asked_at')
    .execute()
}
