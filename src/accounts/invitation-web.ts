import type { FastifyReply, FastifyRequest } from 'fastify'
import { attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { type GuardSettings, guest } from './guard.ts'
import { acceptInvitation, openInvitation } from './invitations.ts'
import { Acceptance } from './model.ts'
import { openSession } from './sessions.ts'
import { visitOf } from './visits.ts'
import { startPage, welcome } from './welcome.ts'
import { roleWords } from './words.ts'

type One = { Params: { token: string } }

/** The page that an invitation's link leads to. Nothing changes until its form is sent: mail programs open links. */
export function invitationRoutes(app: App, settings: GuardSettings) {
  const page = { config: { policy: guest, secret_path: true } }
  app.get<One>('/invitation/:token', page, (request, reply) => show(request, reply))

  app.post<One>('/invitation/:token', page, async (request, reply) => {
    const { ctx, params } = request
    const accepted = await attemptForm(Acceptance, request.body, (said) =>
      acceptInvitation(ctx, params.token, said),
    )
    if (!accepted.ok) {
      const values = { name: String(fields(request.body).name ?? '') }
      return show(request, reply.code(accepted.status), { values, errors: accepted.errors })
    }
    const token = await openSession(ctx, accepted.data, visitOf(request, settings))
    reply.flash('Welcome. Your account is ready.')
    return welcome([request, reply], settings, { token, next: startPage, resume: '' })
  })
}

async function show(
  request: FastifyRequest<One>,
  reply: FastifyReply,
  kept: { values: { name: string }; errors: Record<string, string> } = { values: { name: '' }, errors: {} },
) {
  const { email, role, expires_at } = await openInvitation(request.ctx, request.params.token)
  const may = roleWords[role as keyof typeof roleWords]
  const path = `/invitation/${encodeURIComponent(request.params.token)}`
  return reply.view('/accounts/invitation', {
    title: 'You are invited',
    email,
    role,
    may,
    expires_at,
    action: path,
    ...kept,
  })
}
