import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './http.ts'
import { first, type Line, operators, visitors } from './line.ts'
import { Refusal } from './refusal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Says that this one is done, so that the next in the line may begin. */
    leave_line: (() => void) | null
  }
}

/** A crowd is told of in the log no more often than this (milliseconds). */
const betweenWords = 10_000

/**
 * Puts the line before every route but those that need no store, and those of deploy tools: GitHub never sends a
 * delivery again that was refused, so these wait for their own turn in the intake instead.
 */
export function registerLine(app: App, line: Line) {
  let told = Number.NEGATIVE_INFINITY

  async function wait(request: FastifyRequest, reply: FastifyReply) {
    try {
      const leave = await line.enter(rankOf(request))
      request.leave_line = leave
      if (!reply.raw.destroyed) return
      leave()
    } catch (error) {
      if (performance.now() - told > betweenWords) {
        told = performance.now()
        request.log.warn(line.load(), 'more is asked for than can be answered')
      }
      throw error
    }
    throw new Refusal('busy', 'Whoever asked has gone.')
  }

  app.decorateRequest('leave_line', null)
  app.addHook('onRequest', async (request, reply) => {
    if (!mayPass(request) && !hasBody(request)) await wait(request, reply)
  })
  // a body that comes slowly keeps no place in the line from anybody
  app.addHook('preValidation', async (request, reply) => {
    if (!mayPass(request) && hasBody(request)) await wait(request, reply)
  })
  app.addHook('onResponse', async (request) => request.leave_line?.())
  app.addHook('onRequestAbort', async (request) => request.leave_line?.())
}

const hasBody = ({ method }: FastifyRequest) => method !== 'GET' && method !== 'HEAD'

function mayPass({ routeOptions }: FastifyRequest) {
  const { policy, storeless } = routeOptions.config as { policy?: { who: string }; storeless?: boolean }
  return storeless === true || policy === undefined || policy.who === 'signed'
}

function rankOf({ reader_origin, routeOptions, headers }: FastifyRequest) {
  if (reader_origin !== undefined) return first
  const { who } = (routeOptions.config as { policy: { who: string } }).policy
  const isPublic = who === 'anyone' || (who === 'anyone-or-token' && headers.authorization === undefined)
  return isPublic ? visitors : operators
}
