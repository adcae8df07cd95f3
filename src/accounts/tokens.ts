import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { isOfTheStore } from '../platform/store-fault.ts'
import { allows, type NewToken, type Scope } from './model.ts'
import { hashSecret, newSecret } from './secrets.ts'
import { insertToken, listTokens, tokenByHash, updateToken } from './store.ts'

/** Makes an API token; the token itself is in the answer and nowhere else. */
export function createToken(ctx: Context, { name, scopes }: NewToken) {
  return inTransaction(ctx, async (ctx) => {
    const taken = (await listTokens(ctx)).some((token) => token.name === name && token.revoked_at === null)
    if (taken) throw new Refusal('conflict', `There is already a token named “${name}”.`)
    const token = `shl_${newSecret()}`
    const id = newId()
    const created_by = ctx.actor.kind === 'user' ? ctx.actor.id : null
    const row = { id, name, token_hash: hashSecret(token), scopes: JSON.stringify(scopes), created_by }
    const times = { created_at: nowText(ctx), expires_at: null, used_at: null, revoked_at: null }
    await insertToken(ctx, { ...row, ...times })
    await record(ctx, { action: 'token.created', subject: ['token', id], detail: { name, scopes } })
    return { id, name, scopes, token }
  })
}

/** Ends a token for ever. */
export function revokeToken(ctx: Context, id: string) {
  return inTransaction(ctx, async (ctx) => {
    const revoked = await updateToken(ctx, id, { revoked_at: nowText(ctx) })
    if (!revoked) throw new Refusal('not-found', 'There is no such token, or it was revoked before.')
    await record(ctx, { action: 'token.revoked', subject: ['token', id] })
  })
}

export type Bearer = { id: string; name: string; scopes: string[] }

/** The token that an `Authorization: Bearer …` header holds, or null. Notes once a minute that it was used. */
async function tokenFor(ctx: Context, authorization: string | undefined): Promise<Bearer | null> {
  const given = /^Bearer (shl_[\w-]{43})$/i.exec(authorization ?? '')?.[1]
  if (!given) return null
  const token = await tokenByHash(ctx, hashSecret(given))
  if (!token || token.revoked_at !== null) return null
  if (token.expires_at !== null && token.expires_at <= nowText(ctx)) return null
  if (Date.parse(token.used_at ?? '1970-01-01') < ctx.now().getTime() - 60_000) await noteUsed(ctx, token.id)
  return { id: token.id, name: token.name, scopes: JSON.parse(token.scopes) }
}

/** The bearer's token when it may do this; refuses otherwise. */
export async function requireToken(ctx: Context, authorization: string | undefined, scope: Scope) {
  const token = await tokenFor(ctx, authorization)
  if (!token)
    throw new Refusal('unauthenticated', 'This needs a valid API token: Authorization: Bearer shl_…')
  if (!allows(token.scopes, scope)) throw new Refusal('forbidden', `This token lacks the scope ${scope}.`)
  return token
}

/**
 * The same, for what is wanted most while the store is broken: a token that was good when the store could last be
 * asked is good until it can be asked again, and a few of them are remembered by their hashes.
 */
export async function rememberedToken(
  ctx: Context,
  authorization: string | undefined,
  scope: Scope,
  known: Map<string, Bearer>,
): Promise<Bearer> {
  const key = hashSecret(`${scope} ${authorization ?? ''}`)
  const bearer = await requireToken(ctx, authorization, scope).catch((error) => {
    const before = known.get(key)
    if (before && isOfTheStore(error)) return before
    known.delete(key)
    throw error
  })
  known.set(key, bearer)
  for (const oldest of known.keys()) if (known.size > mostRemembered) known.delete(oldest)
  return bearer
}

const mostRemembered = 20

async function noteUsed(ctx: Context, id: string) {
  try {
    await updateToken(ctx, id, { used_at: nowText(ctx) })
  } catch (err) {
    ctx.log.warn({ err }, 'could not note that a token was used')
  }
}
