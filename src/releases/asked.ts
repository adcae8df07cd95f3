import { compiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import type { Run } from './fold.ts'
import { isSameThing, versionKinds } from './model.ts'
import type { Release } from './store.ts'

/** A request is answered within a day, or by the run that carries its name. */
const answeredWithin = 24 * 3_600_000

const askedBetween = compiledOnce(
  (db, component_id: string, environment_id: string, since: string, until: string) =>
    db
      .selectFrom('rollback_requests as request')
      .innerJoin('releases as target', 'target.id', 'request.to_release_id')
      .select(['request.id', 'request.asked_at', 'request.ended_at', 'request.drill_at'])
      .select(['target.version', 'target.commit'])
      .where('request.component_id', '=', component_id)
      .where('request.environment_id', '=', environment_id)
      .where('request.asked_at', '<=', until)
      .where('request.asked_at', '>=', since)
      .orderBy('request.asked_at', 'desc'),
)

/**
 * The request made through Shiplog that a release answers: the newest of its lane that was made before we first heard
 * of the release, asked for the same thing and was not taken back by then. A run that carries a request's id answers
 * that one, whatever it brings. Releases read requests, and never write them.
 */
export async function requestAnswered(ctx: Context, release: Release, run: Run) {
  const none = { asked_at: null, rollback_request_id: null, is_drill: false }
  if (!versionKinds.includes(run.said_kind ?? 'deploy')) return none
  const { component_id, environment_id, run_key, created_at } = release
  const since = new Date(Date.parse(created_at) - answeredWithin).toISOString()
  const requests = await askedBetween(ctx, component_id, environment_id, since, created_at)
  const stands = ({ ended_at }: { ended_at: string | null }) => ended_at === null || ended_at > created_at
  const answered =
    requests.find(({ id }) => id === run_key) ??
    requests.find((request) => stands(request) && isSameThing(request, run))
  if (!answered) return none
  return {
    asked_at: answered.asked_at,
    rollback_request_id: answered.id,
    is_drill: answered.drill_at !== null,
  }
}
