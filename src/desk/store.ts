import type { ReadonlyKysely } from 'kysely/readonly'
import type { Tables } from '../platform/tables.ts'

type Db = ReadonlyKysely<Tables>

/** On which days each source was heard since a moment, in one query. */
export async function daysHeard(db: Db, since: string) {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('sources', 'sources.id', 'deliveries.source_id')
    .select(({ fn, val }) => [
      'sources.id',
      'sources.name',
      fn<string>('substr', ['deliveries.received_at', val(1), val(10)]).as('day'),
      fn.max('deliveries.received_at').as('last_at'),
    ])
    .where('deliveries.received_at', '>=', since)
    .where('sources.disabled_at', 'is', null)
    .groupBy(['sources.id', 'sources.name', 'day'])
    .orderBy('day')
    .execute()
  return [...Map.groupBy(rows, ({ id }) => id)].map(([id, days]) => ({
    id,
    name: days[0]?.name ?? '',
    days: days.map((one) => one.day),
    last_at: days.at(-1)?.last_at ?? '',
  }))
}

/** What was told of several releases, in one query. */
export function eventsOf(db: Db, release_ids: string[]) {
  return db
    .selectFrom('release_events')
    .innerJoin('sources', 'sources.id', 'release_events.source_id')
    .select(['release_events.id', 'type', 'facts', 'occurred_at', 'received_at', 'effective_at', 'skewed_at'])
    .select(['scope', 'delivery_id', 'sources.name as source_name', 'release_events.release_id'])
    .where('release_id', 'in', release_ids)
    .orderBy('effective_at')
    .orderBy('received_at')
    .orderBy('release_events.id')
    .limit(500)
    .execute()
}

/** The wishes to go back of the last day that nobody took back; few, and the newest first. */
export async function newRequests(db: Db, since: string, limit: number) {
  const rows = await db
    .selectFrom('rollback_requests')
    .select('id')
    .where('ended_at', 'is', null)
    .where('asked_at', '>=', since)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** When the last trouble was: the newest start of an incident that is over. */
export async function lastTrouble(db: Db) {
  return db
    .selectFrom('incidents')
    .select(['id', 'title', 'started_at'])
    .where('deleted_at', 'is', null)
    .where('resolved_at', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}
