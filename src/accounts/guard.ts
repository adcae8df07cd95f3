import '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../platform/context.ts'
import { publicCache } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { checkFormToken, refuseForeignForm, refuseOtherContent, startPreSession } from './csrf.ts'
import { type Role, reaches, type Scope } from './model.ts'
import { refuseToChangeSample, showSample } from './sample.ts'
import { sessionFor } from './sessions.ts'
import { type Bearer, rememberedToken, requireToken } from './tokens.ts'

/**
 * Who may use a route. Every route states one in its `config`; the server refuses to start with one that does not.
 * - anyone: no account, no forms; may be kept by shared caches
 * - guest: a page with a form for people who are not signed in (login, setup)
 * - operator: a signed-in person of at least this role; forms pass both gates against forgery
 * - token: an API token with this scope
 * - anyone-or-token: the public projection without a token, everything with one
 * - signed: the handler itself checks a source's signature
 */
export type Policy =
  | { who: 'anyone' }
  | { who: 'guest' }
  | { who: 'signed' }
  | { who: 'operator'; role: Role }
  | { who: 'token'; scope: Scope }
  | { who: 'anyone-or-token'; scope: Scope }

export const anyone: Policy = { who: 'anyone' }
export const guest: Policy = { who: 'guest' }
export const signed: Policy = { who: 'signed' }
export const operator = (role: Role): Policy => ({ who: 'operator', role })
export const token = (scope: Scope): Policy => ({ who: 'token', scope })
export const anyoneOr = (scope: Scope): Policy => ({ who: 'anyone-or-token', scope })

/** Whether everything may be answered: without a token, only what the public pages show. */
export function hasToken({ actor }: { actor: Actor }): boolean {
  return actor.kind === 'token'
}

/** Whether who looks at a page has at least this role, so that the page offers what that role may do. */
export function may({ viewer }: FastifyRequest, role: Role): boolean {
  return viewer !== null && reaches(viewer.role, role)
}

export type Viewer = {
  id: string
  name: string
  email: string
  role: string
  session_id: string
  shortcuts_off_at: string | null
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy
    /** Set on the one kind of form that carries a file: it cannot wait behind a login, as others do. */
    upload?: boolean
    /** Set where the address itself is a secret: the log names the route instead. */
    secret_path?: boolean
  }
  interface FastifyRequest {
    viewer: Viewer | null
    /** What a form token is bound to: the session's token, or the pre-session's. */
    form_binding: string
  }
}

export type GuardSettings = {
  /** The public origin that forms must come from; null while it is unset, then `Host` stands in. */
  origin: string | null
  cookies: { session: string; pre: string; secure: boolean }
  /** See `sample.ts`. */
  sample: boolean
}

/** Puts the guard before every route; a route without a policy stops the start. */
export function registerGuard(app: FastifyInstance, settings: GuardSettings) {
  app.decorateRequest('viewer', null)
  app.decorateRequest('form_binding', '')
  app.addHook('onRoute', (route) => {
    if (!route.config?.policy) throw new Error(`${route.method} ${route.url} states no policy.`)
  })
  if (settings.sample) app.addHook('onRequest', async (request) => refuseToChangeSample(request))
  const known = new Map<string, Bearer>()
  app.addHook('onRequest', async (request, reply) => admit(request, reply, { ...settings, known }))
  app.addHook('preHandler', async (request, reply) => {
    const policy = request.routeOptions.config.policy
    if (policy?.who !== 'operator' && policy?.who !== 'guest') return
    if (request.method === 'GET' || request.method === 'HEAD') return
    if (policy.who === 'operator' && !request.viewer) return askToSignIn(request, reply)
    checkFormToken(request)
  })
}

/** Tokens that were good on routes that need no store, by what was sent: they stay good while it cannot be asked. */
type Known = { known: Map<string, Bearer> }

async function admit(request: FastifyRequest, reply: FastifyReply, settings: GuardSettings & Known) {
  const policy = request.routeOptions.config.policy
  if (!policy || policy.who === 'anyone' || policy.who === 'signed') return
  if (policy.who === 'token' || policy.who === 'anyone-or-token')
    return admitBearer(request, reply, policy, settings)

  reply.header('cache-control', 'private, no-store')
  if (settings.sample) return showSample(request, reply)
  const unsafe = request.method !== 'GET' && request.method !== 'HEAD'
  if (unsafe) refuseForeignForm(request, settings.origin)
  if (unsafe) refuseOtherContent(request)
  await recogniseSession(request, settings)
  if (policy.who === 'guest') return startPreSession(request, reply, settings)
  if (!request.viewer) {
    const keepable = unsafe && !request.routeOptions.config.upload
    if (keepable) return startPreSession(request, reply, settings) // the form is kept; see askToSignIn
    return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303)
  }
  if (!reaches(request.viewer.role, policy.role)) {
    throw new Refusal(
      'forbidden',
      `This is for people with the role ${policy.role}; yours is ${request.viewer.role}.`,
    )
  }
}

async function admitBearer(
  request: FastifyRequest,
  reply: FastifyReply,
  policy: { who: 'token' | 'anyone-or-token'; scope: Scope },
  { known }: Known,
) {
  const { authorization } = request.headers
  if (policy.who === 'anyone-or-token') {
    reply.header('vary', 'Authorization')
    if (authorization === undefined) {
      reply.header('access-control-allow-origin', '*').header('cache-control', publicCache)
      return
    }
  }
  reply.header('cache-control', 'private, no-store')
  try {
    const { storeless } = request.routeOptions.config
    const bearer = await (storeless
      ? rememberedToken(request.ctx, authorization, policy.scope, known)
      : requireToken(request.ctx, authorization, policy.scope))
    request.ctx = { ...request.ctx, actor: { kind: 'token', id: bearer.id, name: bearer.name } }
  } catch (error) {
    reply.header('www-authenticate', 'Bearer')
    throw error
  }
}

async function recogniseSession(request: FastifyRequest, { cookies }: GuardSettings) {
  const token = request.cookies[cookies.session]
  if (!token) return
  const session = await sessionFor(request.ctx, token)
  if (!session) return
  const { user_id: id, name, email, role, shortcuts_off_at } = session
  request.viewer = { id, name, email, role, session_id: session.id, shortcuts_off_at }
  request.form_binding = token
  const actor: Actor = { kind: 'user', id, name }
  request.ctx = { ...request.ctx, actor }
}

/** The session ran out while a form was being filled in: the form waits behind the login and is sent after it. */
function askToSignIn(request: FastifyRequest, reply: FastifyReply) {
  const kept = { ...(request.body as Record<string, string | string[]>) }
  delete kept._csrf
  return reply.code(401).view('/accounts/login', {
    title: 'Sign in to go on',
    next: '',
    email: '',
    resume: JSON.stringify({ path: request.url, fields: kept }),
    words: 'You were signed out. What you typed is kept and can be sent after you sign in.',
  })
}
