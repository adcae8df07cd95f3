import type { ExpressionBuilder, Insertable, SelectQueryBuilder, Updateable } from 'kysely'
import type { Context } from '../platform/context.ts'
import { heldBySkipping } from '../platform/locks.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { Call, callStates } from './model.ts'

type Attempt = Tables['outbound_attempts']

export async function insertCall({ db }: Context, row: Insertable<Call>) {
  await db.insertInto('outbound_calls').values(row).execute()
}

export async function callById({ db }: Context, id: string): Promise<Call> {
  const call = await db.selectFrom('outbound_calls').selectAll().where('id', '=', id).executeTakeFirst()
  if (!call) throw new Refusal('not-found', 'There is no such call.')
  return call
}

/** Every try of a call, in their order. */
export function attemptsOf({ db }: Context, call_id: string): Promise<Attempt[]> {
  return db.selectFrom('outbound_attempts').selectAll().where('call_id', '=', call_id).orderBy('id').execute()
}

export async function insertAttempt({ db }: Context, row: Insertable<Attempt>) {
  await db.insertInto('outbound_attempts').values(row).execute()
}

/** Asked again at each claim, so that a pause holds on every node from the moment it is stored. */
function isNotPaused({ not, exists, selectFrom }: ExpressionBuilder<Tables, 'outbound_calls'>) {
  return not(exists(selectFrom('outbound_pause').select('outbound_pause.id')))
}

/** The way from a due call to others: it was to be tried by now, and nobody tries it. The urgent first, the
 * longest due first; none in a pause. */
function dueBy(query: SelectQueryBuilder<Tables, 'outbound_calls', object>, now: string) {
  return query
    .where('next_attempt_at', '<=', now)
    .where(isNotPaused)
    .where((or) => or.or([or('claimed_until', 'is', null), or('claimed_until', '<=', now)]))
    .orderBy('schedule', 'desc')
    .orderBy('next_attempt_at')
}

/** Urgent calls of before a moment that are still due: what they ask for is not wanted any more. */
export function dueTooLate(
  { db }: Context,
  { now, before }: { now: string; before: string },
): Promise<Call[]> {
  return dueBy(db.selectFrom('outbound_calls'), now)
    .selectAll()
    .where('schedule', '=', 'urgent')
    .where('created_at', '<', before)
    .execute()
}

/**
 * Takes due calls for oneself until a moment, in one statement; what another node is taking this very moment is passed
 * over. Whoever dies with a call in hand loses it at that moment.
 */
export function claimDue(
  { db }: Context,
  { now, until, limit }: { now: string; until: string; limit: number },
): Promise<Call[]> {
  return db
    .with('due', (from) =>
      dueBy(from.selectFrom('outbound_calls'), now).select('id').limit(limit).$call(heldBySkipping(db)),
    )
    .updateTable('outbound_calls')
    .set((to) => ({ claimed_until: until, attempts: to('attempts', '+', 1) }))
    .where('id', 'in', (from) => from.selectFrom('due').select('due.id'))
    .returningAll()
    .execute()
}

type Settled = Pick<Call, 'next_attempt_at' | 'failed_at' | 'failure'>

/** Ends a try that came to nothing; whoever stopped the call meanwhile, or took it over, has the last word. */
export async function settleCall({ db }: Context, { id, claimed_until }: Call, settled: Settled) {
  await db
    .updateTable('outbound_calls')
    .set({ ...settled, claimed_until: null })
    .where('id', '=', id)
    .where('next_attempt_at', 'is not', null)
    .where('claimed_until', claimed_until === null ? 'is' : '=', claimed_until)
    .execute()
}

/** Notes that a call was taken. It is true whatever was decided meanwhile. */
export async function deliverCall({ db }: Context, id: string, delivered_at: string) {
  const over = { next_attempt_at: null, claimed_until: null, failed_at: null, failure: null }
  await db
    .updateTable('outbound_calls')
    .set({ ...over, delivered_at })
    .where('id', '=', id)
    .where('delivered_at', 'is', null)
    .execute()
}

/** Ends a call that still waits; false when it was over already. */
export async function endCall({ db }: Context, id: string, { at, why }: { at: string; why: string }) {
  const ended: Updateable<Call> = { next_attempt_at: null, claimed_until: null, failed_at: at, failure: why }
  const { numUpdatedRows } = await db
    .updateTable('outbound_calls')
    .set(ended)
    .where('id', '=', id)
    .where('next_attempt_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) > 0
}

/** Forgets what was said and answered in calls that are over and were made before a moment. Returns how many. */
export async function forgetCalls({ db }: Context, before: string): Promise<number> {
  const old = db
    .selectFrom('outbound_calls')
    .select('id')
    .where('created_at', '<', before)
    .where('next_attempt_at', 'is', null)
    .where('body', 'is not', null)
  await db.deleteFrom('outbound_attempts').where('call_id', 'in', old).execute()
  const done = await db
    .updateTable('outbound_calls')
    .set({ body: null, sealed_headers: null, sealed_secret: null, sealed_tail: null })
    .where('id', 'in', old)
    .executeTakeFirst()
  return Number(done.numUpdatedRows)
}

type CallQuery = {
  state?: (typeof callStates)[number] | undefined
  subject_id?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** Calls, newest first. */
export function listCalls({ db }: Context, { state, subject_id, cursor, limit }: CallQuery): Promise<Call[]> {
  let query = db.selectFrom('outbound_calls').selectAll()
  if (state === 'waiting') query = query.where('next_attempt_at', 'is not', null)
  if (state === 'delivered') query = query.where('delivered_at', 'is not', null)
  if (state === 'failed') query = query.where('failed_at', 'is not', null)
  if (subject_id) query = query.where('subject_id', '=', subject_id)
  if (cursor) query = query.where('id', '<', cursor)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

/** The pause, and how many calls wait for its end. */
export function pauseRow({ db }: Context) {
  const waiting = db
    .selectFrom('outbound_calls')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('next_attempt_at', 'is not', null)
  return db
    .selectFrom('outbound_pause')
    .select(['paused_at', 'paused_by', 'why', waiting.as('waiting')])
    .executeTakeFirst()
}

/** Begins a pause; false when there is one already. */
export async function insertPause({ db }: Context, row: Tables['outbound_pause']): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('outbound_pause')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows ?? 0) > 0
}

/** Ends the pause; false when there is none. */
export async function deletePause({ db }: Context): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('outbound_pause').executeTakeFirstOrThrow()
  return Number(numDeletedRows) > 0
}

/** Ends every call that still waits. Returns how many. */
export async function endWaitingCalls({ db }: Context, { at, why }: { at: string; why: string }) {
  const ended: Updateable<Call> = { next_attempt_at: null, claimed_until: null, failed_at: at, failure: why }
  const { numUpdatedRows } = await db
    .updateTable('outbound_calls')
    .set(ended)
    .where('next_attempt_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}
