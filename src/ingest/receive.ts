import type { FastifyRequest } from 'fastify'
import { requireToken } from '../accounts/tokens.ts'
import type { Actor, Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { credentialsOf, noteError } from '../sources/actions.ts'
import type { Adapter, Incoming } from '../sources/adapter.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { wrongSecret, wrongSender } from '../sources/model.ts'
import { bearerOf, sha256 } from '../sources/signatures.ts'
import { type Source, sourceById, sourceBySecretHash } from '../sources/store.ts'
import { askedOf } from './address.ts'
import { readBody } from './keeping.ts'
import type { Verified } from './model.ts'

type Sender = { source: Source; adapter: Adapter; scope: string; actor: Actor }

/** Who posts to the native address: a source by its own secret, else an API token for the built-in source. */
export async function nativeSender(ctx: Context, authorization: string | undefined): Promise<Sender> {
  const bearer = bearerOf(authorization)
  if (bearer?.startsWith('slk_')) {
    const source = await sourceBySecretHash(ctx, sha256(bearer))
    const adapter = source && adapterFor(source.kind)
    if (!adapter) throw new Refusal('unauthenticated', 'This is not a valid secret of any source.')
    return { source, adapter, scope: '', actor: actorFor(source) }
  }
  const { id, name } = await requireToken(ctx, authorization, 'releases:write')
  const source = await sourceById(ctx, 'api')
  const adapter = adapterFor(source.kind) as Adapter
  return { source, adapter, scope: name, actor: { kind: 'token', id, name } }
}

/**
 * Who posts to a source's own address, once its adapter has verified the bytes. Of a body that is still `unread` only
 * an adapter that takes more than others can tell whose it is: none of them signs.
 */
export async function hookSender(
  ctx: Context,
  id: string,
  incoming: Incoming,
  { body = 'read', address = '' }: { body?: 'read' | 'unread'; address?: string } = {},
): Promise<Sender> {
  const { source, adapter } = await openSource(ctx, id, incoming)
  if (body === 'unread' && !adapter.largestBody) throw tooLarge()
  const credentials = { ...(await credentialsOf(ctx, source)), address, publicText: publicTextOf(ctx) }
  const isIts = await Promise.resolve(adapter.verify(incoming, credentials)).catch(async (error) => {
    if (error instanceof Refusal) await noteError(ctx, source, error.message, { of: 'anybody' })
    throw error
  })
  if (!isIts) {
    const words = adapter.secret === 'none' ? wrongSender : wrongSecret
    const isNews = await noteError(ctx, source, words, { of: 'anybody' })
    if (isNews) ctx.log.warn({ source: source.id }, 'a delivery was not made with a valid secret')
    throw new Refusal('unauthenticated', 'This request was not made with a valid secret of this source.')
  }
  return { source, adapter, scope: '', actor: actorFor(source) }
}

/** That a source is there whose tool asks before it calls; any other answers like none. */
export async function checkAsksFirst(ctx: Context, id: string): Promise<void> {
  const { adapter } = await openSource(ctx, id, {})
  if (!adapter.asksFirst) throw new Refusal('not-found', 'There is no such source.')
}

/** Who calls an address that a tool has at the root of its server: the source whose secret it shows. */
export async function rootSender(ctx: Context, incoming: Incoming, body?: 'unread') {
  const source = incoming.presented && (await sourceBySecretHash(ctx, sha256(incoming.presented)))
  if (source) return hookSender(ctx, source.id, incoming, body && { body })
  throw new Refusal('unauthenticated', 'This is not a valid secret of any source.')
}

/** A disabled source, Shiplog's own two, and a path that the tool never asks for, answer like a source that never was. */
async function openSource(
  ctx: Context,
  id: string,
  { method = 'POST', path = '' }: Pick<Incoming, 'method' | 'path'>,
) {
  const source = await sourceById(ctx, id)
  const adapter = source.kind === 'api' ? null : adapterFor(source.kind)
  const served = adapter?.serves ? adapter.serves(method, path) : method === 'POST' && path === ''
  if (!adapter || !served || source.disabled_at !== null) {
    throw new Refusal('not-found', 'There is no such source.')
  }
  return { source, adapter }
}

/** Answered by whoever reads more than everybody may send. */
export function tooLarge() {
  return new Refusal('too-large', 'The request is larger than we accept.')
}

function publicTextOf(ctx: Context) {
  return (url: string, anew = false) => {
    if (ctx.publicText) return ctx.publicText(url, anew)
    throw new Refusal('unavailable', 'Nothing can be fetched from here, so this cannot be verified.')
  }
}

function actorFor({ id, name }: Source): Actor {
  return { kind: 'source', id, name }
}

/** The request as it came, byte for byte. */
export function incomingOf(request: FastifyRequest): Incoming {
  refuseForeignContent(request)
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const { method, raw, headers } = request
  const asked = askedOf(method, raw.url ?? '', headers.authorization)
  return { ...asked, headers, body, received_at: nowText(request.ctx) }
}

/** A verified request with its body read; what cannot be read is refused, and noted with its source. */
export async function readVerified(ctx: Context, sender: Sender, incoming: Incoming): Promise<Verified> {
  const { source, adapter, scope, actor } = sender
  const read = readBody(adapter, incoming)
  const flaw = 'The text holds a NUL or half a character.'
  const words = !read.ok ? read.reason : read.mended && adapter.tellsSender ? flaw : null
  if (words !== null) await noteError(ctx, source, words)
  if (words !== null && !adapter.neverRefused) throw new Refusal('unreadable', words)
  return { source, adapter, scope, actor, incoming: { ...incoming, json: read.ok ? read.value : undefined } }
}

/** Batches would need an answer for each event; uploads and compressed bodies are nothing that a deploy tool sends. */
function refuseForeignContent({ headers }: FastifyRequest) {
  const type = headers['content-type'] ?? ''
  if (/^\s*(multipart\/|application\/cloudevents-batch)/i.test(type)) {
    throw new Refusal('unsupported', 'Send one event for each request, as JSON.')
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    throw new Refusal('unsupported', 'Send the body without compression.')
  }
}
