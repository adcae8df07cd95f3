import { type ExpressionBuilder, expressionBuilder } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { tellsEveryRelease } from '../site/model.ts'

/**
 * What customers may see, said once, in SQL. Every public projection (components, releases, incidents) starts from
 * one of these queries and adds only which columns it shows; a rule that is written twice is a leak in waiting.
 * It stands in the lowest slice that all of them can reach; it reads their tables and writes none.
 */
type Db = Pick<Context['db'], 'selectFrom'>

/** Where a query within a query begins. */
const within: Db = expressionBuilder<Tables>()

/** Components that may be named. Archived ones are named where they took part in the past, and listed nowhere. */
export function visibleComponents(db: Db) {
  return db.selectFrom('components').where('components.visibility', '=', 'public')
}

/** One of `site.public_releases`, asked once for a whole query; whatever it cannot be is as `production`. */
function mode(db: Db) {
  return db.selectFrom('site').select('public_releases').where('site.id', '=', 'site')
}

/**
 * Environments of which customers may read. Production alone, unless an operator says that all releases are public:
 * then every tier that somebody gave a place; those that a tool made up by itself never.
 */
export function visibleEnvironments(db: Db) {
  return db.selectFrom('environments').where((environment) =>
    environment
      .case(mode(within))
      .when('none')
      .then(environment('environments.id', 'is', null))
      .when('all')
      .then(environment('environments.tier', '!=', 'other'))
      .else(environment('environments.tier', '=', 'production'))
      .end(),
  )
}

/**
 * Releases in a visible environment, on a component that may be named, that customers met: they had it, or it waits
 * for them in the dark, or it is a way back that has begun. Queued ones, and deploys that failed before any customer
 * saw them, concern nobody. An operator may leave only those to which something happened.
 */
export function visibleReleases(db: Db) {
  return visibleEnvironments(db)
    .innerJoin('releases', 'releases.environment_id', 'environments.id')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .where('components.visibility', '=', 'public')
    .where(metByCustomers())
    .where(toldOf())
}

/** The same without what they are called, for reading thousands: what may be seen is looked up once, not row by row. */
export function visibleReleaseRows(db: Db) {
  return db
    .selectFrom('releases')
    .where('releases.environment_id', 'in', visibleEnvironments(within).select('environments.id'))
    .where('releases.component_id', 'in', visibleComponents(within).select('components.id'))
    .where(metByCustomers())
    .where(toldOf())
}

/** A part of a query that is the same in every query is put together once. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

const metByCustomers = once(() => {
  const release = expressionBuilder<Tables, 'releases'>()
  return release.or([
    release('releases.first_exposed_at', 'is not', null),
    release('releases.live_at', 'is not', null),
    release('releases.state', '=', 'dark'),
    release.and([
      release('releases.kind', '=', 'rollback'),
      release('releases.state', 'in', ['running', 'failed']),
    ]),
  ])
})

const toldOf = once(() => {
  const release = expressionBuilder<Tables, 'releases'>()
  const told = visibleIncidents(within)
  const causes = told.select('cause_release_id').where('cause_release_id', 'is not', null)
  const remedies = told.select('remedy_release_id').where('remedy_release_id', 'is not', null)
  const eventful = release.or([
    // a drill is no consequence of anything
    release.and([release('releases.kind', '=', 'rollback'), release('releases.drill_at', 'is', null)]),
    release('releases.state', '=', 'rolled_back'),
    release('releases.undone_at', 'is not', null),
    release('releases.id', 'in', causes),
    release('releases.id', 'in', remedies),
  ])
  // a case, for it is decided before any of this is asked: in the other modes no incident is read
  const any = release('releases.id', 'is not', null)
  return release.case(mode(within)).when('eventful').then(eventful).else(any).end()
})

/** Whether customers may read of releases to which nothing happened: else what runs now is not named either. */
export async function showsPlainReleases(db: Db): Promise<boolean> {
  const site = await mode(db).executeTakeFirst()
  return tellsEveryRelease(site?.public_releases)
}

/**
 * One of `site.public_percent`, as a part of any query: whether pages tell how many customers have a release, or only
 * that part of them do.
 */
export const percentMode = once(() =>
  within.selectFrom('site').select('public_percent').where('site.id', '=', 'site').as('public_percent'),
)

/**
 * Incidents that were published, are not kept to the team, not deleted and no duplicate of another one, and that name
 * a component that may be named, or none at all.
 */
export function visibleIncidents(db: Db) {
  return toldIncidents(db).where('incidents.merged_into_incident_id', 'is', null)
}

function toldIncidents(db: Db) {
  return db
    .selectFrom('incidents')
    .where('incidents.published_at', 'is not', null)
    .where('incidents.visibility', '=', 'public')
    .where('incidents.deleted_at', 'is', null)
    .where(namesPublicOrNone())
}

/** Incidents that customers could read of until they were found to be the same as one that they can read of. */
export function visibleDuplicates(db: Db) {
  const seen = visibleIncidents(within).select('incidents.id')
  return toldIncidents(db).where('incidents.merged_into_incident_id', 'in', seen)
}

/**
 * What counts of all that components suffered, for whoever looks: what was said by hand, and what incidents did that
 * are not deleted, not kept to the team and not counted with another one already. The intervals themselves stay, so
 * that restoring, publishing and splitting bring them back.
 */
export function countedImpacts(db: Db) {
  return db
    .selectFrom('component_impacts')
    .leftJoin('incidents', 'incidents.id', 'component_impacts.incident_id')
    .where('incidents.deleted_at', 'is', null)
    .where('incidents.merged_into_incident_id', 'is', null)
    .where((impact) =>
      impact.or([impact('incidents.id', 'is', null), impact('incidents.visibility', '=', 'public')]),
    )
}

const namesPublicOrNone = once(() => {
  const incident = expressionBuilder<Tables, 'incidents'>()
  const hurt = incident
    .selectFrom('component_impacts')
    .innerJoin('components', 'components.id', 'component_impacts.component_id')
    .whereRef('component_impacts.incident_id', '=', 'incidents.id')
    .select('components.id')
  const named = incident
    .selectFrom('incident_update_components as named')
    .innerJoin('incident_updates', 'incident_updates.id', 'named.update_id')
    .innerJoin('components', 'components.id', 'named.component_id')
    .whereRef('incident_updates.incident_id', '=', 'incidents.id')
    .select('components.id')
  const stillNamed = named
    .where('components.visibility', '=', 'public')
    .where('incident_updates.deleted_at', 'is', null)
  return incident.or([
    incident.exists(hurt.where('components.visibility', '=', 'public')),
    incident.exists(stillNamed),
    incident.not(incident.or([incident.exists(hurt), incident.exists(named)])),
  ])
})

/**
 * What components that may be named suffered since a moment (null: what is open now): said by hand, or by an incident
 * that customers may read of. Only the incidents of that time are looked at, however many there were before.
 */
export function visibleImpacts(db: Db, since: string | null) {
  const touching = (impact: ExpressionBuilder<Tables, 'component_impacts'>) => {
    const open = impact('component_impacts.ended_at', 'is', null)
    return since === null ? open : impact.or([open, impact('component_impacts.ended_at', '>', since)])
  }
  const named = db
    .selectFrom('component_impacts')
    .select('component_impacts.incident_id')
    .where('component_impacts.incident_id', 'is not', null)
    .where(touching)
  return db
    .selectFrom('component_impacts')
    .innerJoin('components', 'components.id', 'component_impacts.component_id')
    .leftJoin('incidents as told', 'told.id', 'component_impacts.incident_id')
    .where('components.visibility', '=', 'public')
    .where(touching)
    .where((impact) =>
      impact.or([
        impact('component_impacts.incident_id', 'is', null),
        impact(
          'component_impacts.incident_id',
          'in',
          visibleIncidents(db).where('incidents.id', 'in', named).select('incidents.id'),
        ),
      ]),
    )
}

/** Planned work that names a component that may be named, or none at all. What was called off is told as that. */
export function visibleMaintenances(db: Db) {
  return db.selectFrom('maintenances').where(isForPublicOrNone())
}

const isForPublicOrNone = once(() => {
  const maintenance = expressionBuilder<Tables, 'maintenances'>()
  const named = maintenance
    .selectFrom('maintenance_components as of')
    .innerJoin('components', 'components.id', 'of.component_id')
    .whereRef('of.maintenance_id', '=', 'maintenances.id')
    .select('components.id')
  return maintenance.or([
    maintenance.exists(named.where('components.visibility', '=', 'public')),
    maintenance.not(maintenance.exists(named)),
  ])
})

/** Components that may be named under the planned work that has run since a moment, as a part of any query. */
export function visibleCare(time: { since: string; now: string }) {
  return careBetween(within, time).where('components.visibility', '=', 'public')
}

/** The same for operators, of every component. */
export function careBetween(db: Db, { since, now }: { since: string; now: string }) {
  return db
    .selectFrom('maintenances as work')
    .innerJoin('maintenance_components as of', 'of.maintenance_id', 'work.id')
    .innerJoin('components', 'components.id', 'of.component_id')
    .where('work.runs_from', '<=', now)
    .where((work) => work.or([work('work.runs_to', 'is', null), work('work.runs_to', '>', since)]))
}
