import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../platform/refusal.ts'
import type { GuardSettings } from './guard.ts'
import { formToken, newSecret, sameSecret } from './secrets.ts'

/**
 * Gate 1 against forged forms: browsers say where a form comes from (`Sec-Fetch-Site`), or at least its `Origin`;
 * over plain http on a LAN only the latter. A request that says neither, or `null`, is not from our page.
 * OWASP CSRF Prevention Cheat Sheet, "Fetch Metadata" with the Origin fallback.
 */
export function refuseForeignForm(request: FastifyRequest, origin: string | null) {
  const site = request.headers['sec-fetch-site']
  if (site === undefined ? comesFromUs(request, origin) : site === 'same-origin') return
  throw new Refusal('forbidden', 'This form was not sent from our own page, so nothing was done.')
}

function comesFromUs(request: FastifyRequest, origin: string | null): boolean {
  const said = request.headers.origin
  if (said === undefined || said === 'null') return false
  if (origin !== null) return said === origin
  return URL.canParse(said) && new URL(said).host === request.headers.host
}

/**
 * A form holds texts, and on a route that takes an upload also a file; JSON could bring values of which pages cannot
 * make texts. For JSON there is the API.
 */
export function refuseOtherContent({ headers, routeOptions }: FastifyRequest) {
  const type = headers['content-type']
  if (routeOptions.config.upload && /^\s*multipart\/form-data\s*;/i.test(type ?? '')) return
  if (type === undefined || /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return
  throw new Refusal('unsupported', 'This address takes a form. Programs use /api/v1 with a token.')
}

/** Gate 2: the form carries the token of this very session or pre-session. */
export function checkFormToken(request: FastifyRequest) {
  const given = (request.body as { _csrf?: unknown } | undefined)?._csrf
  const wanted = formToken(request.ctx.secret, request.form_binding)
  if (typeof given === 'string' && request.form_binding !== '' && sameSecret(given, wanted)) return
  throw new Refusal(
    'forbidden',
    'This form has grown too old. Please go back, reload the page and send it again.',
  )
}

/** Gives a browser without a session something that a form token can be bound to. */
export function startPreSession(request: FastifyRequest, reply: FastifyReply, { cookies }: GuardSettings) {
  if (request.form_binding !== '') return
  const kept = request.cookies[cookies.pre]
  request.form_binding = kept && kept.length === 43 ? kept : newSecret()
  if (request.form_binding === kept) return
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: cookies.secure } as const
  reply.setCookie(cookies.pre, request.form_binding, options)
}
