import { setupDoor } from '../accounts/actions.ts'
import { type GuardSettings, guest } from '../accounts/guard.ts'
import { openSession } from '../accounts/sessions.ts'
import { sessionCookie, visitOf } from '../accounts/visits.ts'
import { submitted } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { setUp } from './actions.ts'
import { serveLogo } from './logo-address.ts'
import { Setup } from './model.ts'
import { settingsRoutes } from './settings.ts'

/** The first run, the page's settings, and its logo. */
export async function routes(app: App, settings: GuardSettings) {
  setupRoutes(app, settings)
  await settingsRoutes(app, settings)
  serveLogo(app)
}

const setupCookie = 'shiplog-setup'

function setupRoutes(app: App, settings: GuardSettings) {
  const page = { config: { policy: guest } }
  const cookie = {
    path: '/setup',
    httpOnly: true,
    sameSite: 'strict',
    secure: settings.cookies.secure,
  } as const
  app.get<{ Querystring: { token?: string } }>('/setup', page, async (request, reply) => {
    const given = request.query.token
    if (given !== undefined) {
      // the token leaves the address at once, so that neither history nor a referrer keeps it
      return reply.setCookie(setupCookie, String(given).slice(0, 100), cookie).redirect('/setup', 303)
    }
    const door = await setupDoor(request.ctx, request.cookies[setupCookie] ?? '')
    if (door === 'closed') return reply.redirect('/login', 303)
    if (door === 'locked') return reply.code(403).view('/site/setup-locked', { title: 'Set up Shiplog' })
    return reply.view('/site/setup', { title: 'Set up Shiplog', values: { time_zone: 'UTC' }, errors: {} })
  })

  app.post('/setup', page, async (request, reply) => {
    const token = request.cookies[setupCookie] ?? ''
    const form = submitted(Setup, request.body)
    const door = await setupDoor(request.ctx, token)
    if (door === 'closed') throw new Refusal('gone', 'Shiplog is already set up. Please sign in.')
    if (door === 'locked') throw new Refusal('forbidden', 'This setup link is not valid any more.')
    if (!form.ok) return reply.code(422).view('/site/setup', { title: 'Set up Shiplog', ...form })
    const admin = await setUp(request.ctx, token, form.data)
    const ctx = { ...request.ctx, actor: { kind: 'user' as const, ...admin } }
    const session = await openSession(ctx, admin, visitOf(request, settings))
    reply.clearCookie(setupCookie, cookie)
    reply.setCookie(settings.cookies.session, session, sessionCookie(settings))
    reply.flash('Welcome. Add the first thing that your customers know by name.')
    return reply.redirect('/admin/components', 303)
  })
}
