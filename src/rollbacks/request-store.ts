import type { Selectable } from 'kysely'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'

type Row = Selectable<Tables['rollback_requests']>
export type RollbackRequest = Awaited<ReturnType<typeof requestById>>
type Lane = { component_id: string; environment_id: string }

/** Requests with everything that a person knows them by. */
function requests({ db }: Context) {
  return db
    .selectFrom('rollback_requests as request')
    .innerJoin('components', 'components.id', 'request.component_id')
    .innerJoin('environments', 'environments.id', 'request.environment_id')
    .innerJoin('releases as from', 'from.id', 'request.from_release_id')
    .innerJoin('releases as to', 'to.id', 'request.to_release_id')
    .leftJoin('outbound_calls as call', 'call.id', 'request.call_id')
    .selectAll('request')
    .select(['components.name as component_name', 'components.slug as component_slug'])
    .select('environments.name as environment')
    .select(['from.version as from_version', 'from.commit as from_commit'])
    .select(['from.started_at as from_started_at', 'from.live_at as from_live_at'])
    .select(['to.version as to_version', 'to.commit as to_commit'])
    .select(['call.delivered_at', 'call.failed_at', 'call.failure', 'call.attempts', 'call.url as call_url'])
}

export async function requestById(ctx: Context, id: string) {
  const request = await requests(ctx).where('request.id', '=', id).executeTakeFirst()
  if (!request) throw new Refusal('not-found', 'There is no such request.')
  return request
}

/** Newest first; one more than `limit`, so that the caller knows whether more follow. */
export function listRequests(
  ctx: Context,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const all = requests(ctx)
    .orderBy('request.id', 'desc')
    .limit(limit + 1)
  return (cursor ? all.where('request.id', '<', cursor) : all).execute()
}

/** The newest request of each lane that asks to leave one of these releases, or was made for this incident. */
export async function newestRequest(
  ctx: Context,
  about: { release_ids: string[]; incident_id?: string | undefined },
) {
  const { release_ids, incident_id } = about
  if (release_ids.length === 0 && !incident_id) return undefined
  return requests(ctx)
    .where((or) =>
      or.or([
        ...(release_ids.length > 0 ? [or('request.from_release_id', 'in', release_ids)] : []),
        ...(incident_id ? [or('request.incident_id', '=', incident_id)] : []),
      ]),
    )
    .orderBy('request.id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The request of a lane that nobody has ended; the database allows one. */
export function openRequest(ctx: Context, { component_id, environment_id }: Lane) {
  return requests(ctx)
    .where('request.component_id', '=', component_id)
    .where('request.environment_id', '=', environment_id)
    .where('request.ended_at', 'is', null)
    .executeTakeFirst()
}

/** The releases that answer a request, then what its lane has told since it was made; each is found by an index. */
export async function releasesSince({ db }: Context, { component_id, environment_id, asked_at, id }: Row) {
  const told = db
    .selectFrom('releases')
    .select(['id', 'version', 'commit', 'kind', 'state', 'rollback_request_id', 'created_at', 'started_at'])
    .select(['live_at', 'finished_at', 'last_event_at', 'deadline_at', 'lane_at'])
    .orderBy('lane_at')
    .limit(50)
  const answers = await told.where('rollback_request_id', '=', id).execute()
  const lane = told.where((all) => all.and({ component_id, environment_id })).where('lane_at', '>', asked_at)
  return [...answers, ...(await lane.execute()).filter((one) => one.rollback_request_id !== id)]
}

/** False when another one was open already, made at the same moment. */
export async function insertRequest({ db }: Context, row: Row): Promise<boolean> {
  const result = await db
    .insertInto('rollback_requests')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function updateRequest(
  { db }: Context,
  id: string,
  change: Partial<Pick<Row, 'call_id' | 'ended_at' | 'ended_by'>>,
) {
  await db.updateTable('rollback_requests').set(change).where('id', '=', id).execute()
}
