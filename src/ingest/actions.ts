import { noteReport } from '../incidents/reported.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { isOfTheStore } from '../platform/store-fault.ts'
import { matchWaiting, recordEvents } from '../releases/actions.ts'
import { warningsFor } from '../rollbacks/warnings.ts'
import { noteSeen } from '../sources/actions.ts'
import type { ToldIncident, Translation } from '../sources/adapter.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { placesOf } from '../sources/rules-store.ts'
import { sha256 } from '../sources/signatures.ts'
import { keep, keepAnew, knownDelivery, readDelivery } from './keeping.ts'
import { type Acknowledgement, keepBodiesDays, type Verified } from './model.ts'
import { placed } from './placed.ts'
import { inSavepoint } from './savepoint.ts'
import { type Delivery, emptyBodies, eventsOf, heldDelivery, updateDelivery } from './store.ts'
import { someWait } from './waiting-store.ts'

/** What became of one delivery of a list; `failed` holds what its sender has to be told instead. */
export type Outcome = { acknowledged: Acknowledgement } | { failed: unknown }

/**
 * Keeps verified deliveries and makes releases of them, in one transaction with a savepoint for each: none harms
 * another, and what is acknowledged after the commit is stored.
 */
export function acceptDeliveries(ctx: Context, list: readonly Verified[]): Promise<Outcome[]> {
  return inTransaction(ctx, (ctx) => acceptEach(ctx, list, settleAndTell))
}

/**
 * Keeps deliveries one by one, each in a savepoint, does with each what comes `next`, and notes which sources were
 * heard. Those that are `stored` already have their answer.
 */
export async function acceptEach(
  ctx: Context,
  list: readonly Verified[],
  next: Next,
  stored: ReadonlyMap<Verified, Acknowledgement> = new Map(),
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const heard = new Set<string>()
  for (const item of list) {
    try {
      const acting = { ...ctx, actor: item.actor }
      const known = stored.get(item)
      outcomes.push({ acknowledged: known ?? (await inSavepoint(ctx, () => acceptOne(acting, item, next))) })
      heard.add(item.source.id)
    } catch (failed) {
      if (isOfTheStore(failed)) throw failed
      outcomes.push({ failed })
    }
  }
  for (const id of heard) await noteSeen(ctx, id)
  return outcomes
}

/** Empties raw bodies after 30 days, but for what still waits in the inbox. Keys and hashes stay for ever. */
export function forgetOldBodies(ctx: Context): Promise<number> {
  const before = new Date(ctx.now().getTime() - keepBodiesDays * 24 * 3_600_000).toISOString()
  return inTransaction(ctx, (ctx) => emptyBodies(ctx, before))
}

/** What is made of a delivery that is kept: read at once, or left to be read. */
type Next = (ctx: Context, item: Verified, kept: Delivery, said: Translation) => Promise<Acknowledgement>

/** Keeps a delivery unless it is a copy of one that is kept, and does with it what comes next. */
async function acceptOne(ctx: Context, item: Verified, next: Next): Promise<Acknowledgement> {
  const hash = sha256(item.incoming.body)
  const known = await knownDelivery(ctx, item, hash)
  if (known && known.state !== 'invalid') return duplicate(ctx, known)
  // An operator may be reading it anew this very moment
  if (known && (await heldDelivery(ctx, known.id)).state !== 'invalid') return duplicate(ctx, known)
  const said = readDelivery(ctx, item)
  if ('invalid' in said && item.adapter.tellsSender) {
    throw new Refusal('invalid', said.invalid, { errors: said.fields ?? {} })
  }
  if (known && 'invalid' in said) return duplicate(ctx, known)
  const kept = known ? await keepAnew(ctx, known, said) : await keep(ctx, item, said, hash)
  // Another node kept the same key between our look and our write
  if (!kept) return duplicate(ctx, await knownDelivery(ctx, item, hash))
  return next(ctx, item, kept, said)
}

/** Makes of a kept delivery what it says, and answers what its sender is told of it. */
async function settleAndTell(ctx: Context, item: Verified, kept: Delivery, said: Translation) {
  const answer = await acknowledge(ctx, await settle(ctx, item, kept, said))
  return 'ping' in said ? { ...answer, ping: true as const } : answer
}

/** Makes of a kept delivery what it says, and tells the journal. */
export async function settle(
  ctx: Context,
  item: Verified,
  kept: Delivery,
  said: Translation,
): Promise<Delivery> {
  const became = await become(ctx, item, kept, said)
  const delivery = { ...kept, ...became }
  if (became) await updateDelivery(ctx, kept.id, became)
  await record(ctx, {
    action: `delivery.${delivery.state as Acknowledgement['outcome']}`,
    subject: ['delivery', delivery.id],
    detail: { source_id: item.source.id, source: item.source.name, reason: delivery.reason },
  })
  return delivery
}

type Became = Pick<Delivery, 'state' | 'reason'>

/**
 * Makes of it what it says; null when the delivery stays as it was kept. When that fails for any reason but the store's,
 * the delivery stays and the words say so.
 */
export async function become(
  ctx: Context,
  item: Verified,
  kept: Delivery,
  said: Translation,
): Promise<Became | null> {
  try {
    if ('events' in said) await inSavepoint(ctx, () => recordAll(ctx, kept, said.events))
    return 'incident' in said ? await inSavepoint(ctx, () => reportAll(ctx, item, said.incident)) : null
  } catch (err) {
    if (isOfTheStore(err)) throw err
    ctx.log.error({ err, delivery: kept.id }, 'what a delivery says could not be recorded')
    const why = err instanceof Refusal ? err.message : 'This is a fault of Shiplog’s own.'
    const what = 'incident' in said ? 'an incident' : 'a release'
    return { state: 'invalid', reason: `It could not be made into ${what}. ${why} It is kept.` }
  }
}

async function reportAll(ctx: Context, { source }: Verified, told: ToldIncident): Promise<Became> {
  const { service, environment } = told
  const place = service ? await placesOf(ctx, source.id)({ service, environment }) : null
  const there = { ...told, environment: place?.environment ?? environment }
  return noteReport(ctx, { source, told: there, component_id: place?.component_id ?? null })
}

/** Records the events of a delivery, from a position on; what waited for the same and can be placed by now is replayed. */
export async function recordAll(
  ctx: Context,
  delivery: Delivery,
  said: CanonicalEvent[],
  first_position = 0,
) {
  const { id: delivery_id, source_id, scope, received_at } = delivery
  const events: CanonicalEvent[] = []
  for (const event of said) events.push(await placed(ctx, delivery, event))
  const placeFor = placesOf(ctx, source_id)
  const report = { source_id, scope, delivery_id, received_at, first_position, events, placeFor }
  const recorded = await recordEvents(ctx, report)
  // A component may have been made after the first events of its service had come
  for (const [index, { component_id }] of recorded.entries()) {
    const event = events[index]
    if (event && component_id && (await someWait(ctx, source_id, event))) {
      await matchWaiting(ctx, { source_id, services: [event.service], placeFor })
    }
  }
}

async function duplicate(ctx: Context, known: Delivery | undefined): Promise<Acknowledgement> {
  if (!known) throw new Refusal('conflict', 'This delivery is being received twice at once. Send it again.')
  return { ...(await acknowledge(ctx, known)), duplicate: true }
}

/** What a sender is told of a delivery. */
export async function acknowledge(ctx: Context, { id, state, reason }: Delivery): Promise<Acknowledgement> {
  const rows = await eventsOf(ctx, id)
  const events = rows.map((row) => ({
    event: row.id,
    release: row.release_id,
    state: row.release_state,
    matched: row.component_id !== null,
  }))
  const [first] = events
  return {
    delivery: id,
    outcome: state as Acknowledgement['outcome'],
    reason,
    release: first?.release ?? null,
    state: first?.state ?? null,
    matched: events.length > 0 && events.every((event) => event.matched),
    events,
    warnings: await warningsFor(
      ctx,
      events.flatMap((event) => event.release ?? []),
    ),
    ...(isPending(state, reason, events.length) && { pending: true as const }),
  }
}

/** What is accepted has an event, or words for what became of it: without either it is not read yet. */
function isPending(state: string, reason: string | null, events: number): boolean {
  return state === 'accepted' && reason === null && events === 0
}
