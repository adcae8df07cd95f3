import type { Insertable } from 'kysely'
import { compiledOnce, firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import { held } from '../platform/locks.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { EventFacts } from '../sources/events.ts'

export type Delivery = Tables['deliveries']
type Within = Pick<Delivery, 'source_id' | 'scope'>

/** Keeps a delivery; false when its key was kept before (perhaps this very moment, by another request). */
export async function insertDelivery({ db }: Context, row: Insertable<Delivery>): Promise<boolean> {
  const made = await db
    .insertInto('deliveries')
    .values(row)
    .onConflict((conflict) => conflict.columns(['source_id', 'scope', 'dedupe_key']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

export async function updateDelivery(
  { db }: Context,
  id: string,
  change: Partial<Pick<Delivery, 'state' | 'reason'>>,
) {
  await db.updateTable('deliveries').set(change).where('id', '=', id).execute()
}

export async function deliveryById({ db }: Context, id: string): Promise<Delivery> {
  const delivery = await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()
  if (!delivery) throw new Refusal('not-found', 'There is no such delivery.')
  return delivery
}

/** The same, for this transaction alone: whoever else wants to read it anew waits. */
export async function heldDelivery({ db }: Context, id: string): Promise<Delivery> {
  const one = db.selectFrom('deliveries').selectAll().where('id', '=', id)
  const delivery = await one.$call(held(db)).executeTakeFirst()
  if (!delivery) throw new Refusal('not-found', 'There is no such delivery.')
  return delivery
}

/** The events that were taken from a delivery, as they were kept. */
export async function saidIn({ db }: Context, delivery_id: string) {
  const rows = await db
    .selectFrom('release_events')
    .select(['id', 'type', 'run_key', 'service', 'environment', 'occurred_at', 'facts', 'component_id'])
    .where('delivery_id', '=', delivery_id)
    .orderBy('position')
    .execute()
  return rows.map(({ facts, ...event }) => ({ ...event, facts: JSON.parse(facts) as EventFacts }))
}

const byKey = firstCompiledOnce((db, source_id: string, scope: string, dedupe_key: string) =>
  db
    .selectFrom('deliveries')
    .selectAll()
    .where('source_id', '=', source_id)
    .where('scope', '=', scope)
    .where('dedupe_key', '=', dedupe_key),
)

export function deliveryByKey(ctx: Context, { source_id, scope }: Within, dedupe_key: string) {
  return byKey(ctx, source_id, scope, dedupe_key)
}

/** The newest delivery with this very body that came after a moment. */
export function deliveryByBody(
  { db }: Context,
  { source_id, scope }: Within,
  body_hash: string,
  since: string,
) {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('source_id', '=', source_id)
    .where('scope', '=', scope)
    .where('body_hash', '=', body_hash)
    .where('received_at', '>', since)
    .orderBy('id', 'desc')
    .executeTakeFirst()
}

/** Whether the sender has said something else of the same services since this delivery. */
export async function saidMoreSince({ db }: Context, delivery: Delivery): Promise<boolean> {
  const later = await db
    .selectFrom('release_events as later')
    .innerJoin('release_events as first', (join) =>
      join
        .onRef('first.source_id', '=', 'later.source_id')
        .onRef('first.scope', '=', 'later.scope')
        .onRef('first.service', '=', 'later.service'),
    )
    .select('later.id')
    .where('first.delivery_id', '=', delivery.id)
    .where('later.delivery_id', '>', delivery.id)
    .limit(1)
    .executeTakeFirst()
  return later !== undefined
}

/** What became of a delivery's events, in their order. */
export const eventsOf = compiledOnce((db, delivery_id: string) =>
  db
    .selectFrom('release_events')
    .leftJoin('releases', 'releases.id', 'release_events.release_id')
    .select(['release_events.id', 'release_events.component_id', 'release_events.release_id'])
    .select(['release_events.type', 'release_events.service', 'release_events.environment'])
    .select('releases.state as release_state')
    .where('release_events.delivery_id', '=', delivery_id)
    .orderBy('release_events.position'),
)

/** What a source said first of a run: of which service it is, and where. */
export function placeTold({ db }: Context, source: Pick<Delivery, 'source_id' | 'scope'>, run_key: string) {
  return db
    .selectFrom('release_events')
    .select(['service', 'environment'])
    .where('source_id', '=', source.source_id)
    .where('scope', '=', source.scope)
    .where('run_key', '=', run_key)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

/** Empties bodies older than a moment, but for deliveries whose events still wait. Returns how many. */
export async function emptyBodies({ db }: Context, before: string): Promise<number> {
  const done = await db
    .updateTable('deliveries')
    .set({ body: null })
    .where('received_at', '<', before)
    .where('body', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('release_events')
            .select('release_events.id')
            .whereRef('release_events.delivery_id', '=', 'deliveries.id')
            .where('release_events.component_id', 'is', null)
            .where('release_events.dismissed_at', 'is', null)
            .where('release_events.type', '!=', 'artifact.available'),
        ),
      ),
    )
    .executeTakeFirst()
  return Number(done.numUpdatedRows)
}

type ListedDelivery = Pick<
  Delivery,
  'id' | 'source_id' | 'state' | 'reason' | 'content_type' | 'received_at'
> & { source: string; scope: string }

/** Deliveries, newest first, without their bodies. */
export function listDeliveries(
  { db }: Context,
  { source_id, state, cursor, limit }: { source_id?: string; state?: string; cursor?: string; limit: number },
): Promise<ListedDelivery[]> {
  let query = db
    .selectFrom('deliveries')
    .innerJoin('sources', 'sources.id', 'deliveries.source_id')
    .select(['deliveries.id', 'deliveries.source_id', 'deliveries.scope', 'sources.name as source'])
    .select(['deliveries.state', 'deliveries.reason', 'deliveries.content_type', 'deliveries.received_at'])
  if (source_id) query = query.where('deliveries.source_id', '=', source_id)
  if (state) query = query.where('deliveries.state', '=', state)
  if (cursor) query = query.where('deliveries.id', '<', cursor)
  return query.orderBy('deliveries.id', 'desc').limit(limit).execute()
}
