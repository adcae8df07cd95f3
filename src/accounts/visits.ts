import type { FastifyRequest } from 'fastify'
import type { GuardSettings } from './guard.ts'
import type { Visit } from './sessions.ts'

/** Where a request comes from, for the session that it opens. */
export function visitOf({ ip, headers, cookies }: FastifyRequest, settings: GuardSettings): Visit {
  return { ip, agent: headers['user-agent'] ?? '', token: cookies[settings.cookies.session] ?? null }
}

/** How the session cookie is kept by the browser: by this site only, out of reach of scripts. */
export function sessionCookie({ cookies }: GuardSettings) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: cookies.secure } as const
}

/** A path on this very site, or null: never an address that leads elsewhere. */
export function ownPath(next: string | undefined): string | null {
  if (!next || !/^\/(?![/\\])/.test(next) || !URL.canParse(next, 'http://here.invalid')) return null
  const url = new URL(next, 'http://here.invalid')
  // `/.//elsewhere` is a path of ours whose dots, once removed, leave an address of somebody else's
  const own = url.origin === 'http://here.invalid' && !url.pathname.startsWith('//')
  return own ? url.pathname + url.search : null
}
