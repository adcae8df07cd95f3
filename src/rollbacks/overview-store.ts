import type { ExpressionBuilder } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

/** A time, and the component and environment that are asked for; null: every one. */
export type Asked = {
  from: string
  until: string
  component_id: string | null
  environment_id: string | null
}

type Where = ExpressionBuilder<Tables, 'releases'>

function inLanes({ component_id, environment_id }: Asked) {
  return (release: Where) =>
    release.and([
      ...(component_id ? [release('releases.component_id', '=', component_id)] : []),
      ...(environment_id ? [release('releases.environment_id', '=', environment_id)] : []),
    ])
}

/** What went live for everybody, in the few columns that counting needs. */
export function liveTimes({ db }: Context, asked: Asked) {
  return db
    .selectFrom('releases')
    .select(['component_id', 'environment_id', 'kind', 'drill_at', 'asked_at', 'started_at', 'live_at'])
    .where('live_at', '>=', asked.from)
    .where('live_at', '<', asked.until)
    .where(inLanes(asked))
    .execute()
}

/** The incidents that a release caused, newest first, with that release's place. */
export function causedIncidents({ db }: Context, asked: Asked) {
  return db
    .selectFrom('incidents')
    .innerJoin('releases', 'releases.id', 'incidents.cause_release_id')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .select(['incidents.id', 'incidents.title', 'incidents.started_at', 'incidents.resolved_at'])
    .select(['incidents.remedy', 'incidents.remedy_reason', 'incidents.cause_release_id'])
    .select(['releases.component_id', 'releases.environment_id', 'releases.version', 'releases.commit'])
    .select(['components.slug as component_slug', 'environments.name as environment'])
    .where('incidents.deleted_at', 'is', null)
    .where('incidents.merged_into_incident_id', 'is', null)
    .where('incidents.started_at', '>=', asked.from)
    .where('incidents.started_at', '<', asked.until)
    .where(inLanes(asked))
    .orderBy('incidents.started_at', 'desc')
    .execute()
}

/** Every component in every environment where something went live, with the last time that its way back was walked. */
export function lastWalks({ db }: Context, { component_id, environment_id }: Asked) {
  return db
    .selectFrom('components')
    .innerJoin('environments', (join) => join.onTrue())
    .leftJoin('releases as walk', (join) =>
      join.on('walk.id', '=', (walk) =>
        walk
          .selectFrom('releases as newest')
          .select('newest.id')
          .whereRef('newest.component_id', '=', 'components.id')
          .whereRef('newest.environment_id', '=', 'environments.id')
          .where('newest.kind', '=', 'rollback')
          .where('newest.live_at', 'is not', null)
          .orderBy('newest.live_at', 'desc')
          .limit(1),
      ),
    )
    .select(['components.id as component_id', 'components.slug', 'components.name'])
    .select(['environments.id as environment_id', 'environments.name as environment'])
    .select(['walk.id as release_id', 'walk.version', 'walk.commit', 'walk.kind', 'walk.drill_at'])
    .select(['walk.asked_at', 'walk.started_at', 'walk.live_at'])
    .where('components.archived_at', 'is', null)
    .where((where) =>
      where.exists(
        where
          .selectFrom('releases as any')
          .select('any.id')
          .whereRef('any.component_id', '=', 'components.id')
          .whereRef('any.environment_id', '=', 'environments.id')
          .where('any.live_at', 'is not', null),
      ),
    )
    .$if(component_id !== null, (query) => query.where('components.id', '=', component_id))
    .$if(environment_id !== null, (query) => query.where('environments.id', '=', environment_id))
    .orderBy('components.position')
    .orderBy('components.id')
    .orderBy('environments.position')
    .execute()
}

/** The newest requests for a rollback that no release has answered. */
export function unansweredRequests({ db }: Context, asked: Asked, limit: number) {
  return db
    .selectFrom('rollback_requests')
    .innerJoin('components', 'components.id', 'rollback_requests.component_id')
    .innerJoin('environments', 'environments.id', 'rollback_requests.environment_id')
    .innerJoin('releases', 'releases.id', 'rollback_requests.from_release_id')
    .leftJoin('releases as answer', 'answer.rollback_request_id', 'rollback_requests.id')
    .leftJoin('incidents', 'incidents.id', 'rollback_requests.incident_id')
    .selectAll('rollback_requests')
    .select(['components.slug as component_slug', 'environments.name as environment'])
    .select(['releases.version', 'releases.commit', 'incidents.title as incident_title'])
    .where('answer.id', 'is', null)
    .where('rollback_requests.asked_at', '>=', asked.from)
    .where('rollback_requests.asked_at', '<', asked.until)
    .where(inLanes(asked))
    .orderBy('rollback_requests.asked_at', 'desc')
    .limit(limit)
    .execute()
}

type Back = { id: string; reverts_release_id: string | null; rollback_request_id: string | null }

/** What belongs to these rollbacks: what each went back from, who asked for it, and the incidents around it. */
export async function around({ db }: Context, backs: readonly Back[]) {
  const ids = ['', ...backs.map(({ id }) => id)]
  const reverted = ['', ...backs.flatMap(({ reverts_release_id }) => reverts_release_id ?? [])]
  const asked = ['', ...backs.flatMap(({ rollback_request_id }) => rollback_request_id ?? [])]
  const releases = await db
    .selectFrom('releases')
    .select(['id', 'version', 'commit', 'kind', 'asked_at', 'started_at', 'live_at'])
    .where('id', 'in', reverted)
    .execute()
  const requests = await db.selectFrom('rollback_requests').selectAll().where('id', 'in', asked).execute()
  const incidents = await db
    .selectFrom('incidents')
    .select(['id', 'title', 'cause_release_id', 'remedy_release_id'])
    .where('deleted_at', 'is', null)
    .where('merged_into_incident_id', 'is', null)
    .where((or) =>
      or.or([
        or('cause_release_id', 'in', reverted),
        or('remedy_release_id', 'in', ids),
        or('id', 'in', ['', ...requests.flatMap(({ incident_id }) => incident_id ?? [])]),
      ]),
    )
    .orderBy('started_at', 'desc')
    .execute()
  return { releases, requests, incidents }
}
