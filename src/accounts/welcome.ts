import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { GuardSettings } from './guard.ts'
import { formToken } from './secrets.ts'
import { ownPath, sessionCookie } from './visits.ts'
import { writtenWords } from './words.ts'

/** Where people begin who asked for no page in particular. */
export const startPage = '/admin'

const Resume = z.object({
  path: z.string().startsWith('/admin/'),
  fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
})
type Resumed = z.output<typeof Resume>

/** What a form of the login carries along: where one wanted to go, and the form that waits behind it. */
export function carried(body: unknown): { next: string; resume: string } {
  const { next = '', resume = '' } = (body ?? {}) as Record<string, unknown>
  return { next: String(next), resume: String(resume) }
}

/** Gives the browser its new session, and leads to where one wanted to go, or back to the form that waited. */
export function welcome(
  [request, reply]: [FastifyRequest, FastifyReply],
  settings: GuardSettings,
  { token, next, resume }: { token: string; next: string; resume: string },
) {
  reply.setCookie(settings.cookies.session, token, sessionCookie(settings))
  const kept = resumed(resume)
  return kept ? showResume(request, reply, kept, token) : reply.redirect(ownPath(next) ?? startPage, 303)
}

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
