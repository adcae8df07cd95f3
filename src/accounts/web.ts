import type { FastifyReply, FastifyRequest } from 'fastify'
import { attemptForm } from '../platform/attempt.ts'
import { fields, submitted } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { changeOwnPassword, renameSelf } from './actions.ts'
import { type GuardSettings, guest, operator } from './guard.ts'
import { invitationRoutes } from './invitation-web.ts'
import { Login, NewToken, OwnName, PasswordChange } from './model.ts'
import { peopleRoutes } from './people-web.ts'
import { askForCode, secondStepRoutes } from './second-step-web.ts'
import { endOtherSessions, endSession, logIn, logOut, openSession } from './sessions.ts'
import { Shortcuts, setShortcuts } from './shortcuts.ts'
import { listTokens, readSetup, sessionsOf } from './store.ts'
import { createToken, revokeToken } from './tokens.ts'
import { authenticatorOf } from './totp-store.ts'
import { arrivalRoute } from './twice.ts'
import { ownPath, sessionCookie, visitOf } from './visits.ts'
import { carried, startPage, welcome } from './welcome.ts'
import { browserWords, networkWords, scopeWords } from './words.ts'

/** Signing in and out, one's own account, and API tokens. */
export async function routes(app: App, settings: GuardSettings) {
  loginRoutes(app, settings)
  accountRoutes(app, settings)
  secondStepRoutes(app, settings)
  invitationRoutes(app, settings)
  peopleRoutes(app, settings)
  tokenRoutes(app)
  arrivalRoute(app)
}

function loginRoutes(app: App, settings: GuardSettings) {
  const page = { config: { policy: guest } }
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
    const { next, resume } = carried(request.body)
    const form = submitted(Login, request.body)
    const visit = visitOf(request, settings)
    try {
      if (!form.ok) throw new Refusal('unauthenticated', 'Please give your e-mail address and password.')
      const signed = await logIn(request.ctx, form.data, visit)
      if ('owes_code' in signed) return askForCode(reply, { ...signed, next, resume })
      return welcome([request, reply], settings, { ...signed, next, resume })
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
}

function bidFarewell(reply: FastifyReply, settings: GuardSettings, after: keyof typeof farewells) {
  reply.clearCookie(settings.cookies.session, sessionCookie(settings))
  return reply.redirect(`/login?after=${after}`, 303)
}

function accountRoutes(app: App, settings: GuardSettings) {
  const own = { config: { policy: operator('viewer') } }
  app.get('/admin/account', own, async (request, reply) => {
    return reply.view('/accounts/account', await accountView(request))
  })

  app.post('/admin/account/password', own, async (request, reply) => {
    const { ctx } = request
    const changed = await attemptForm(PasswordChange, request.body, (said) => changeOwnPassword(ctx, said))
    if (changed.ok) {
      const token = await openSession(ctx, changed.data, visitOf(request, settings))
      reply.setCookie(settings.cookies.session, token, sessionCookie(settings))
      reply.flash('Your password is changed. Everywhere else you are signed out.')
      return reply.redirect('/admin/account', 303)
    }
    const view = await accountView(request)
    return reply.code(changed.status).view('/accounts/account', { ...view, errors: changed.errors })
  })

  app.post('/admin/account/name', own, async (request, reply) => {
    const { ctx } = request
    const renamed = await attemptForm(OwnName, request.body, (said) => renameSelf(ctx, said))
    if (renamed.ok) {
      reply.flash('Your name is changed.')
      return reply.redirect('/admin/account', 303)
    }
    const view = await accountView(request)
    const kept = { own_name: String(fields(request.body).name ?? ''), errors: renamed.errors }
    return reply.code(renamed.status).view('/accounts/account', { ...view, ...kept })
  })

  app.post('/admin/account/sessions/end', own, async (request, reply) => {
    const ended = await endOtherSessions(request.ctx, request.viewer?.session_id ?? '')
    reply.flash(ended === 0 ? 'You were signed in nowhere else.' : 'Everywhere else you are signed out.')
    return reply.redirect('/admin/account', 303)
  })

  app.post('/admin/account/shortcuts', own, async (request, reply) => {
    const { shortcuts } = Shortcuts.parse(request.body)
    await setShortcuts(request.ctx, shortcuts)
    reply.flash(shortcuts === 'on' ? 'Single letters work again.' : 'Single letters do nothing any more.')
    return reply.redirect('/admin/account', 303)
  })

  app.post<{ Params: { id: string } }>('/admin/account/sessions/:id/end', own, async (request, reply) => {
    await endSession(request.ctx, request.params.id)
    reply.flash('That session has ended.')
    return reply.redirect('/admin/account', 303)
  })
}

async function accountView({ ctx, viewer }: FastifyRequest) {
  const sessions = await sessionsOf(ctx, viewer?.id ?? '')
  const second_step_at = (await authenticatorOf(ctx, viewer?.id ?? ''))?.confirmed_at ?? null
  const marked = sessions.map((session) => ({
    ...session,
    is_this: session.id === viewer?.session_id,
    browser: browserWords(session.agent),
    place: networkWords(session.network),
  }))
  const known = { account: viewer, own_name: viewer?.name, sessions: marked, second_step_at }
  return { title: 'Your account', ...known, errors: {} }
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
