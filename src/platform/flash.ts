import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import '@fastify/cookie'

declare module 'fastify' {
  interface FastifyReply {
    /** Words for the top of the next page that this person sees. */
    flash(words: string): void
  }
}

const name = 'shiplog-flash'
const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true, maxAge: 60 } as const

/** Gives replies `flash(words)`; `secure` keeps its cookie to https. */
export function registerFlash(app: FastifyInstance, secure: boolean) {
  app.decorateReply('flash', function (this: FastifyReply, words: string) {
    this.setCookie(name, words, { ...options, secure })
  })
}

/** Takes the words that wait for this person, once. */
export function takeFlash(request: FastifyRequest, reply: FastifyReply): string | null {
  const kept = request.cookies[name]
  if (!kept) return null
  reply.clearCookie(name, { path: '/' })
  const { valid, value } = request.unsignCookie(kept)
  return valid ? value : null
}
