import type { FastifyReply, FastifyRequest } from 'fastify'
import { seal, unseal } from '../platform/seal.ts'
import type { GuardSettings } from './guard.ts'

const once = 'shiplog-secret'

/**
 * Carries a new secret over the redirect to the page at `path` that shows it this once, sealed for this session, and
 * stores it nowhere. `id` is what the secret belongs to.
 */
export function handOver(
  { cookies }: Pick<GuardSettings, 'cookies'>,
  [request, reply]: [FastifyRequest, FastifyReply],
  { path, id, secret }: { path: string; id: string; secret: string },
) {
  const secure = cookies.secure || request.protocol === 'https'
  const limits = { path, httpOnly: true, sameSite: 'strict', maxAge: 300, secure } as const
  const session = request.viewer?.session_id
  reply.setCookie(once, seal(request.ctx.secret, `${id} ${session} ${secret}`), limits)
}

/** The secret that was handed over to this page, or null. It is gone with the reading. */
export function takeOver(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, id }: { path: string; id: string },
): string | null {
  const sealed = request.cookies[once]
  if (!sealed) return null
  reply.clearCookie(once, { path })
  try {
    const [of, session, secret = null] = unseal(request.ctx.secret, sealed).split(' ')
    return of === id && session === request.viewer?.session_id ? secret : null
  } catch {
    return null
  }
}
