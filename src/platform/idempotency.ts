import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Context, inTransaction, nowText } from './context.ts'
import { Refusal } from './refusal.ts'

/**
 * Answers a creating API call with 201 (or what `code` says once the work is done) and what the work returns. With an `Idempotency-Key` the work and its answer are stored in one transaction:
 * the same key and body again get the stored answer, the same key with another body is refused.
 */
export async function once(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (ctx: Context) => Promise<unknown>,
  code: () => number = () => 201,
): Promise<never> {
  const key = request.headers['idempotency-key']
  const body =
    typeof key === 'string' && key !== ''
      ? await remembered(request, key.slice(0, 200), work)
      : await inTransaction(request.ctx, work)
  return reply.code(code()).send(body) as never
}

function remembered(request: FastifyRequest, key: string, work: (ctx: Context) => Promise<unknown>) {
  const { actor } = request.ctx
  const scope = `${actor.kind}:${actor.id}`
  const print = fingerprint(request)
  return inTransaction(request.ctx, async (ctx) => {
    const claimed = await claimKey(ctx, scope, key, print)
    if (claimed.answer) return claimed.answer
    const answer = await work(ctx)
    await keepAnswer(ctx, scope, key, answer)
    return answer
  })
}

/** What makes two requests the same: method, address and body. */
export function fingerprint(request: FastifyRequest): string {
  const said = JSON.stringify([request.method, request.url, request.body ?? null])
  return createHash('sha256').update(said).digest('base64url')
}

/** Claims a key; `answer` is what the first holder answered, or undefined when the key is now ours. */
export async function claimKey(ctx: Context, scope: string, key: string, print: string) {
  const made = await ctx.db
    .insertInto('idempotency_keys')
    .values({ scope, key, fingerprint: print, answer: null, created_at: nowText(ctx) })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst()
  if (made) return { answer: undefined }
  const kept = await ctx.db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  if (kept.fingerprint !== print) {
    throw new Refusal('invalid', 'This Idempotency-Key was already used for a different request.')
  }
  return { answer: kept.answer === null ? null : JSON.parse(kept.answer) }
}

/** What was answered under the keys that begin so; null while their holder is at work. */
export async function answersUnder({ db }: Context, scope: string, begin: string): Promise<unknown[]> {
  const query = db.selectFrom('idempotency_keys').select('answer').where('scope', '=', scope)
  const rows = await query.where('key', 'like', `${begin}%`).limit(20).execute()
  return rows.map(({ answer }) => (answer === null ? null : JSON.parse(answer)))
}

/** Stores what the holder of a key answered. */
export async function keepAnswer(ctx: Context, scope: string, key: string, answer: unknown) {
  await ctx.db
    .updateTable('idempotency_keys')
    .set({ answer: JSON.stringify(answer) })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .execute()
}

/** Gives a key back: what was tried did not succeed, and may be tried again. */
export async function releaseKey(ctx: Context, scope: string, key: string) {
  await ctx.db.deleteFrom('idempotency_keys').where('scope', '=', scope).where('key', '=', key).execute()
}

/** Keys are kept eight days: longer than any tool retries (75 hours). */
export async function forgetOldKeys(ctx: Context) {
  const before = new Date(ctx.now().getTime() - 8 * 86_400_000).toISOString()
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('idempotency_keys').where('created_at', '<', before).execute()
  })
}
