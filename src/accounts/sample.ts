import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../platform/refusal.ts'
import type { Viewer } from './guard.ts'

/** Nobody's account: the session is never kept anywhere, so it opens nothing but the sample. */
const visitor: Viewer = {
  ...{ id: 'sample', name: 'Visitor', email: '', role: 'admin', session_id: '' },
  shortcuts_off_at: null,
}

/** Refused by the method, before any route is asked: 403, for to try again would not help. */
export function refuseToChangeSample({ method }: FastifyRequest) {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return
  throw new Refusal('forbidden', 'This is the sample: nothing can be changed.')
}

/** Whoever comes may look at every page for operators, as an admin does; there is nothing to sign in to. */
export function showSample(request: FastifyRequest, reply: FastifyReply) {
  if (request.routeOptions.config.policy?.who === 'guest') return reply.redirect('/admin', 303)
  request.viewer = visitor
}
