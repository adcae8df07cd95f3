import type { FastifyReply, FastifyRequest } from 'fastify'
import { anyone, token } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { problemJson } from '../platform/problem.ts'
import { type Measured, makeMetrics } from './metrics.ts'
import { reasons } from './model.ts'
import { answerHeader, answerTo, isDoctor, proofHeader } from './proof.ts'
import { makeReadiness, type NotReady, type Service } from './readiness.ts'

export type Health = Service & Omit<Measured, 'ready'> & { secret: Buffer }

/** For the machines that keep us running: alive, ready for everything, and in figures. */
export async function routes(app: App, health: Health) {
  const ready = makeReadiness(health)
  const metrics = makeMetrics({ ...health, ready })
  const storeless = { policy: anyone, storeless: true }
  app.get('/livez', { config: storeless }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: storeless }, async (request, reply) =>
    answerReadiness(request, reply, await ready(), health),
  )
  const measured = { policy: token('metrics:read'), storeless: true }
  app.get('/metrics', { config: measured }, async (_request, reply) => {
    const { type, text } = await metrics()
    return reply.type(type).send(text)
  })
}

/** Everybody may read one word and what it means; what is known beyond it is for whoever holds the server's secret. */
function answerReadiness(
  request: FastifyRequest,
  reply: FastifyReply,
  why: NotReady | null,
  { secret, now, version }: Health,
) {
  reply.header('cache-control', 'no-store')
  const proof = request.headers[proofHeader]
  const trusted = isDoctor(secret, proof, now().getTime())
  if (trusted) reply.header(answerHeader, answerTo(secret, String(proof)))
  const known = trusted ? { version, details: why?.details ?? '', seen: seenOf(request) } : {}
  if (!why) return reply.send({ status: 'ok', ...known })
  const { reason } = why
  return reply
    .code(503)
    .header('retry-after', '5')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemJson(503, reasons[reason], { reason, request_id: request.id, ...known }))
}

/** Where a request seems to come from, and who handed it on: what the proxy in front says is believed or not. */
function seenOf({ ip, protocol, host, socket, headers }: FastifyRequest) {
  const forwarded = Object.keys(headers).filter((name) => /^(x-forwarded-|forwarded$)/.test(name))
  return { ip, protocol, host, peer: socket.remoteAddress ?? '', forwarded }
}
