import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { attemptForm } from '../platform/attempt.ts'
import { fields, submitted } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { changeOwnPassword } from './actions.ts'
import { type GuardSettings, guest, operator } from './guard.ts'
import { Login, NewToken, PasswordChange } from './model.ts'
import { formToken } from './secrets.ts'
import { endSession, logIn, logOut } from './sessions.ts'
import { listTokens, readSetup, sessionsOf } from './store.ts'
import { createToken, revokeToken } from './tokens.ts'
import { ownPath, sessionCookie, visitOf } from './visits.ts'
import { browserWords, networkWords, scopeWords, writtenWords } from './words.ts'

/** Signing in and out, one's own account, and API tokens. */
export async function routes(app: App, settings: GuardSettings) {
  loginRoutes(app, settings)
  accountRoutes(app, settings)
  tokenRoutes(app)
}

const startPage = '/admin/incidents'
const Resume = z.object({
  path: z.string().startsWith('/admin/'),
  fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
})

function loginRoutes(app: App, settings: GuardSettings) {
  const page = { config: { policy: guest } }
  app.get('/admin', { config: { policy: operator('viewer') } }, (_request, reply) =>
    reply.redirect(startPage, 303),
  )

  app.get<{ Querystring: { next?: string; after?: string } }>('/login', page, async (request, reply) => {
    const next = ownPath(request.query.next)
    if (request.viewer) return reply.redirect(next ?? startPage, 303)
    const after = new Map(Object.entries(farewells)).get(String(request.query.after))
    const isSetUp = (await readSetup(request.ctx))?.completed_at
    return reply.view('/accounts/login', {
      title: 'Sign in',
      ...(after ? { flash: { words: after } } : {}),
      next: next ?? '',
      email: '',
      resume: '',
      words: isSetUp
        ? ''
        : 'Nobody is here yet. Open the one-time setup link that Shiplog printed when it started.',
    })
  })

  app.post<{ Body: Record<string, string> }>('/login', page, async (request, reply) => {
    const { next = '', resume = '' } = request.body
    const form = submitted(Login, request.body)
    const visit = visitOf(request, settings)
    try {
      if (!form.ok) throw new Refusal('unauthenticated', 'Please give your e-mail address and password.')
      const token = await logIn(request.ctx, form.data, visit)
      reply.setCookie(settings.cookies.session, token, sessionCookie(settings))
      const kept = resumed(resume)
      return kept ? showResume(request, reply, kept, token) : reply.redirect(ownPath(next) ?? startPage, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || !['unauthenticated', 'too-many'].includes(error.code)) throw error
      const email = String(request.body.email ?? '')
      const status = error.code === 'too-many' ? 429 : 401
      if (status === 429) reply.header('retry-after', '900')
      const shown = { title: 'Sign in', next, resume, email, words: error.message }
      return reply.code(status).view('/accounts/login', shown)
    }
  })

  app.post('/logout', { config: { policy: operator('viewer') } }, async (request, reply) => {
    await logOut(request.ctx, request.form_binding)
    return bidFarewell(reply, settings, 'signing-out')
  })
}

/** What the login says to whoever has just left; only people who are signed in get a flash. */
const farewells = {
  'signing-out': 'You are signed out.',
  'new-password': 'Your password is changed. Sign in with the new one.',
}

function bidFarewell(reply: FastifyReply, settings: GuardSettings, after: keyof typeof farewells) {
  reply.clearCookie(settings.cookies.session, sessionCookie(settings))
  return reply.redirect(`/login?after=${after}`, 303)
}

type Resumed = z.output<typeof Resume>

/** The form that waited behind the login, if one did. */
function resumed(text: string): Resumed | null {
  try {
    return Resume.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function showResume(request: FastifyRequest, reply: FastifyReply, { path, fields }: Resumed, token: string) {
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one) => ({ name, value: one })),
  )
  const csrf = formToken(request.ctx.secret, token)
  const written = writtenWords(entries)
  return reply.view('/accounts/resume', { title: 'Signed in again', path, entries, written, csrf })
}

function accountRoutes(app: App, settings: GuardSettings) {
  const own = { config: { policy: operator('viewer') } }
  app.get('/admin/account', own, async (request, reply) => {
    const sessions = await sessionsOf(request.ctx, request.viewer?.id ?? '')
    return reply.view('/accounts/account', accountView(request.viewer, sessions))
  })

  app.post('/admin/account/password', own, async (request, reply) => {
    const { ctx, viewer } = request
    const changed = await attemptForm(PasswordChange, request.body, (said) => changeOwnPassword(ctx, said))
    if (changed.ok) return bidFarewell(reply, settings, 'new-password')
    const view = accountView(viewer, await sessionsOf(ctx, viewer?.id ?? ''))
    return reply.code(changed.status).view('/accounts/account', { ...view, errors: changed.errors })
  })

  app.post<{ Params: { id: string } }>('/admin/account/sessions/:id/end', own, async (request, reply) => {
    await endSession(request.ctx, request.params.id)
    reply.flash('That session has ended.')
    return reply.redirect('/admin/account', 303)
  })
}

type Session = Awaited<ReturnType<typeof sessionsOf>>[number]

function accountView(viewer: { session_id: string; email: string } | null, sessions: Session[]) {
  const marked = sessions.map((session) => ({
    ...session,
    is_this: session.id === viewer?.session_id,
    browser: browserWords(session.agent),
    place: networkWords(session.network),
  }))
  return { title: 'Your account', account: viewer, sessions: marked, errors: {} }
}

const tokensPage = { title: 'API tokens', scopes: scopeWords, made: null, values: {}, errors: {} }

function tokenRoutes(app: App) {
  const admin = { config: { policy: operator('admin') } }
  app.get('/admin/tokens', admin, async (request, reply) =>
    reply.view('/accounts/tokens', { ...tokensPage, tokens: await listTokens(request.ctx) }),
  )

  app.post('/admin/tokens', admin, async (request, reply) => {
    const { ctx } = request
    const made = await attemptForm(NewToken, request.body, (said) => createToken(ctx, said))
    const tokens = await listTokens(ctx)
    if (made.ok) return reply.code(201).view('/accounts/tokens', { ...tokensPage, tokens, made: made.data })
    const kept = { values: fields(request.body), errors: made.errors }
    return reply.code(made.status).view('/accounts/tokens', { ...tokensPage, tokens, ...kept })
  })

  app.post<{ Params: { id: string } }>('/admin/tokens/:id/revocation', admin, async (request, reply) => {
    await revokeToken(request.ctx, request.params.id)
    reply.flash('The token is revoked.')
    return reply.redirect('/admin/tokens', 303)
  })
}
