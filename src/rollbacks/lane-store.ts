import type { Context } from '../platform/context.ts'
import { versionKinds } from '../releases/model.ts'
import type { Release } from '../releases/store.ts'

export type Lane = { component_id: string; environment_id: string }

/** What everybody has had in a lane, newest first: the first one is live. At the same moment, as the lane is settled. */
export function finishesOf({ db }: Context, lane: Lane, limit: number): Promise<Release[]> {
  return db
    .selectFrom('releases')
    .selectAll()
    .where((all) => all.and(lane))
    .where('live_at', 'is not', null)
    .where('kind', 'in', [...versionKinds])
    .where((or) => or.or([or('undone_at', 'is', null), or('undone_by_release_id', 'is not', null)]))
    .orderBy('live_at', 'desc')
    .orderBy('source_id', 'desc')
    .orderBy('scope', 'desc')
    .orderBy('run_key', 'desc')
    .limit(limit)
    .execute()
}

/** What part of the customers have, or nobody yet, since something was live; oldest first. */
export function partialSince({ db }: Context, lane: Lane, live: Release | undefined): Promise<Release[]> {
  return db
    .selectFrom('releases')
    .selectAll()
    .where((all) => all.and(lane))
    .where('lane_at', '>=', live?.lane_at ?? '')
    .where('state', 'in', ['canary', 'dark'])
    .where('kind', 'in', [...versionKinds])
    .where('undone_at', 'is', null)
    .where('live_at', 'is', null)
    .orderBy('lane_at', 'desc')
    .limit(20)
    .execute()
    .then((rows) => rows.reverse())
}

/** The standing incidents that these releases caused. */
export async function troublesOf({ db }: Context, release_ids: string[]) {
  if (release_ids.length === 0) return []
  const rows = await db
    .selectFrom('incidents')
    .select(['cause_release_id', 'title', 'started_at', 'resolved_at'])
    .where('cause_release_id', 'in', release_ids)
    .where('deleted_at', 'is', null)
    .where('merged_into_incident_id', 'is', null)
    .orderBy('started_at', 'desc')
    .execute()
  return rows.map((row) => ({ ...row, cause_release_id: row.cause_release_id ?? '' }))
}

/** When the way back of a component was last walked in a drill to its end, and where. */
export function newestDrill({ db }: Context, component_id: string) {
  return db
    .selectFrom('releases')
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .select(['releases.id', 'releases.drill_at', 'releases.live_at', 'environments.name as environment'])
    .where('releases.component_id', '=', component_id)
    .where('releases.drill_at', 'is not', null)
    .where('releases.kind', '=', 'rollback')
    .where('releases.outcome', '=', 'succeeded')
    .orderBy('releases.drill_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Live, and as many before it as somebody may go back to. */
const keptInSight = 6

/** The newest versions of each lane of a component that is in use, with what their artifact's address said last. */
export async function artifactsToCheck({ db }: Context) {
  const lanes = await db
    .selectFrom('components')
    .innerJoin('environments', (join) => join.onTrue())
    .select(['components.id as component_id', 'environments.id as environment_id'])
    .where('components.archived_at', 'is', null)
    .execute()
  const found = []
  for (const { component_id, environment_id } of lanes) {
    const newest = await db
      .selectFrom('releases')
      .leftJoin('artifact_checks as check', 'check.release_id', 'releases.id')
      .select(['releases.id', 'component_id', 'version', 'commit', 'artifact'])
      .select(['check.url as checked_url', 'check.state', 'check.checked_at'])
      .where('component_id', '=', component_id)
      .where('environment_id', '=', environment_id)
      .where('live_at', 'is not', null)
      .where('kind', 'in', [...versionKinds])
      .orderBy('live_at', 'desc')
      .limit(keptInSight)
      .execute()
    found.push(...newest)
  }
  return found
}
