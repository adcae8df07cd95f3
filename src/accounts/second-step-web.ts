import type { FastifyReply, FastifyRequest } from 'fastify'
import { attemptForm } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { unseal } from '../platform/seal.ts'
import { type GuardSettings, guest, operator } from './guard.ts'
import { Code, SecondStepBeginning, SecondStepEnd } from './model.ts'
import { beginSecondStep, confirmSecondStep, removeSecondStep, renewRecoveryCodes } from './second-step.ts'
import { logInWithCode } from './sessions.ts'
import { qrPath, recoveryCodeCount, totpAddress } from './totp.ts'
import { authenticatorOf, countRecoveryCodes } from './totp-store.ts'
import { visitOf } from './visits.ts'
import { carried, welcome } from './welcome.ts'

const address = '/admin/account/second-step'

/** The second step of signing in: asked for, turned on and off. */
export function secondStepRoutes(app: App, settings: GuardSettings) {
  codeRoute(app, settings)
  const own = { config: { policy: operator('viewer') } }
  app.get(address, own, (request, reply) => show(request, reply))

  app.post(address, own, async (request, reply) => {
    const begun = await attemptForm(SecondStepBeginning, request.body, (said) =>
      beginSecondStep(request.ctx, said),
    )
    return begun.ok ? reply.redirect(address, 303) : show(request, reply.code(begun.status), begun.errors)
  })

  app.post(`${address}/confirmation`, own, async (request, reply) => {
    const on = await attemptForm(Code, request.body, (said) =>
      confirmSecondStep(request.ctx, said, request.viewer?.session_id ?? ''),
    )
    return on.ok ? showCodes(reply, on.data) : show(request, reply.code(on.status), on.errors)
  })

  app.post(`${address}/recovery-codes`, own, async (request, reply) => {
    const made = await attemptForm(Code, request.body, (said) => renewRecoveryCodes(request.ctx, said))
    return made.ok ? showCodes(reply, made.data) : show(request, reply.code(made.status), made.errors)
  })

  app.post(`${address}/removal`, own, async (request, reply) => {
    const off = await attemptForm(SecondStepEnd, request.body, (said) =>
      removeSecondStep(request.ctx, said, request.viewer?.session_id ?? ''),
    )
    if (!off.ok) return show(request, reply.code(off.status), off.errors)
    reply.flash('The second step is off. Your password alone lets you in.')
    return reply.redirect('/admin/account', 303)
  })
}

type Owing = { owes_code: string; next: string; resume: string }

/** Asks for the code that somebody owes who has shown their password. */
export function askForCode(reply: FastifyReply, owing: Owing, errors: Record<string, string> = {}) {
  return reply.view('/accounts/code', { title: 'One more step', ...owing, errors })
}

function codeRoute(app: App, settings: GuardSettings) {
  app.post('/login/code', { config: { policy: guest } }, async (request, reply) => {
    const { owes_code = '' } = request.body as { owes_code?: unknown }
    const owing = { ...carried(request.body), owes_code: String(owes_code) }
    const visit = visitOf(request, settings)
    try {
      const signed = await attemptForm(Code, request.body, ({ code }) =>
        logInWithCode(request.ctx, { ...owing, code }, visit),
      )
      if (signed.ok) return welcome([request, reply], settings, { ...owing, token: signed.data })
      return askForCode(reply.code(signed.status === 409 ? 409 : 401), owing, signed.errors)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'too-many') {
        return askForCode(reply.code(429).header('retry-after', '900'), owing, { code: error.message })
      }
      if (error.code !== 'unauthenticated') throw error
      const { next, resume } = owing
      const again = { title: 'Sign in', next, resume, email: '', words: error.message }
      return reply.code(401).view('/accounts/login', again)
    }
  })
}

async function show(request: FastifyRequest, reply: FastifyReply, errors: Record<string, string> = {}) {
  const { ctx, viewer } = request
  const stands = await authenticatorOf(ctx, viewer?.id ?? '')
  const begun = stands && !stands.confirmed_at ? unseal(ctx.secret, stands.secret) : null
  return reply.view('/accounts/second-step', {
    title: 'Second step at sign-in',
    on_since: stands?.confirmed_at ?? null,
    begun: begun && { key: begun.match(/.{1,4}/g)?.join(' '), label: viewer?.email ?? '', secret: begun },
    qr: (issuer: string) => qrPath(totpAddress({ secret: begun ?? '', issuer, label: viewer?.email ?? '' })),
    left: stands?.confirmed_at ? await countRecoveryCodes(ctx, viewer?.id ?? '') : 0,
    of: recoveryCodeCount,
    errors,
  })
}

function showCodes(reply: FastifyReply, codes: string[]) {
  return reply.code(201).view('/accounts/recovery-codes', { title: 'Your recovery codes', codes })
}
