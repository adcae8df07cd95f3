import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { answersUnder, claimKey, fingerprint, keepAnswer, releaseKey } from '../platform/idempotency.ts'
import { operator } from './guard.ts'

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

/** Whether a form of one's own arrived whose answer did not: what was typed into it is not offered to be sent again. */
export function arrivalRoute(app: App) {
  const viewer = { config: { policy: operator('viewer') } }
  app.get<{ Params: { form: string } }>('/admin/sent/:form', viewer, async (request, reply) => {
    const { ctx, viewer, params } = request
    const address = await arrived(ctx, `form:${viewer?.id}`, params.form)
    return reply.view('/accounts/sent', { title: 'Did it arrive?', address })
  })
}

/** Where an answered form led to; waits a little for one that is being answered, and null when it never came. */
async function arrived(ctx: Context, scope: string, form: string): Promise<string | null> {
  if (!/^[a-z0-9]{1,40}$/.test(form)) return null
  for (let tries = 0; tries < patience; tries += 1) {
    const answers = await answersUnder(ctx, scope, `${form}:`)
    const done = answers.find((answer) => typeof answer === 'string')
    if (typeof done === 'string') return done
    if (answers.length === 0) return null
    await new Promise((resolve) => setTimeout(resolve, step))
  }
  return null
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
