import { firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import type { Said } from '../sources/rules.ts'

/**
 * Whether events of this service wait in the same environment for somebody to say what it is. Those of another one may
 * wait on: a rule may be about one environment alone.
 */
export async function someWait(
  ctx: Context,
  source_id: string,
  { service, environment }: Said,
): Promise<boolean> {
  return (await oneWaiting(ctx, source_id, service, environment)) !== undefined
}

const oneWaiting = firstCompiledOnce((db, source_id: string, service: string, environment: string) =>
  db
    .selectFrom('release_events')
    .select('id')
    .where('component_id', 'is', null)
    .where('dismissed_at', 'is', null)
    .where('source_id', '=', source_id)
    .where('service', '=', service)
    .where('environment', '=', environment)
    .limit(1),
)

/** Events that wait for their component, one row for each source and service, the newest heard first. */
export function waitingServices({ db }: Context, { cursor, limit }: { cursor?: string; limit: number }) {
  const groups = waiting(db)
    .innerJoin('sources', 'sources.id', 'release_events.source_id')
    .groupBy(['release_events.source_id', 'release_events.service', 'sources.name'])
    .select(['release_events.source_id', 'release_events.service', 'sources.name as source'])
    .select((of) => [
      of.fn.countAll<number>().as('waiting'),
      of.fn.max('release_events.id').as('id'),
      of.fn.min('release_events.received_at').as('first_at'),
    ])
  return db
    .selectFrom(groups.as('groups'))
    .innerJoin('release_events as newest', 'newest.id', 'groups.id')
    .selectAll('groups')
    .select(['newest.facts', 'newest.environment', 'newest.received_at as newest_at'])
    .$if(cursor !== undefined, (page) => page.where('newest.id', '<', cursor ?? ''))
    .orderBy('newest.id', 'desc')
    .limit(limit)
    .execute()
}

/** What one source says, each thing once, of which events wait. */
export function whatWaits({ db }: Context, source_id: string): Promise<Said[]> {
  return waiting(db)
    .select(['service', 'environment'])
    .distinct()
    .where('source_id', '=', source_id)
    .execute()
}

export async function waitingEventsOf(
  { db }: Context,
  source_id: string,
  service: string,
): Promise<string[]> {
  const rows = await waiting(db)
    .select('release_events.id')
    .where('source_id', '=', source_id)
    .where('service', '=', service)
    .execute()
  return rows.map(({ id }) => id)
}

/** An artifact alone makes no release, so nobody has to say what it is of. */
function waiting(db: Context['db']) {
  return db
    .selectFrom('release_events')
    .where('release_events.component_id', 'is', null)
    .where('release_events.dismissed_at', 'is', null)
    .where('release_events.type', '!=', 'artifact.available')
}
