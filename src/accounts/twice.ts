import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { claimKey, fingerprint, keepAnswer, releaseKey } from '../platform/idempotency.ts'

declare module 'fastify' {
  interface FastifyRequest {
    form_key: { scope: string; key: string } | null
  }
}

const patience = 40
const step = 50

/**
 * A form posted twice acts once: its one-time id and content are claimed before the work, and the second gets the
 * redirect of the first. A form that was refused (422, 409 …) gives its claim back, so that it can be mended.
 */
export function registerFormOnce(app: FastifyInstance) {
  app.decorateRequest('form_key', null)
  app.addHook('preHandler', async (request, reply) => {
    const form = (request.body as { _form?: unknown } | undefined)?._form
    if (request.routeOptions.config.policy?.who !== 'operator' || typeof form !== 'string') return
    const scope = `form:${request.viewer?.id}`
    const key = `${form.slice(0, 40)}:${fingerprint(request)}`
    const first = await firstAnswer(request, scope, key)
    if (first === 'ours') request.form_key = { scope, key }
    else return reply.redirect(first, 303)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    await settle(request, reply)
    return payload
  })
}

async function firstAnswer(request: FastifyRequest, scope: string, key: string): Promise<string> {
  for (let tries = 0; tries < patience; tries += 1) {
    const { answer } = await claimKey(request.ctx, scope, key, key)
    if (answer === undefined) return 'ours'
    if (answer !== null) return answer as string
    await new Promise((resolve) => setTimeout(resolve, step))
  }
  return 'ours' // the first one died on its way; better twice than never
}

async function settle(request: FastifyRequest, reply: FastifyReply) {
  if (!request.form_key) return
  const { scope, key } = request.form_key
  request.form_key = null
  try {
    const location = reply.getHeader('location')
    if (reply.statusCode === 303 && typeof location === 'string') {
      await keepAnswer(request.ctx, scope, key, location)
    } else await releaseKey(request.ctx, scope, key)
  } catch (err) {
    request.log.warn({ err }, 'could not keep the answer to a form')
  }
}
