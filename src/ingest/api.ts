import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type GuardSettings, signed } from '../accounts/guard.ts'
import { type App, originFor } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { noteError } from '../sources/actions.ts'
import { nativeEvent } from '../sources/adapters/native.ts'
import { settingsOf } from '../sources/store.ts'
import { rootPath } from './address.ts'
import { wholeBody } from './body.ts'
import { handshakeRoute } from './handshake.ts'
import { deliveryRoutes, inboxRoutes } from './inbox-api.ts'
import { type Intake, makeIntake } from './intake.ts'
import { type Acknowledgement, acknowledgement } from './model.ts'
import { hookSender, incomingOf, nativeSender, readVerified, rootSender } from './receive.ts'
import { ruleRoutes } from './rule-api.ts'

/** Where deploy tools report, and what an operator does about what they reported. */
export async function routes(app: App, { origin }: Pick<GuardSettings, 'origin'>, makes = makeIntake) {
  const intake = makes()
  app.addHook('preClose', async () => intake.close())
  // Signatures are over the very bytes, whatever the sender calls them: only here, bodies are left as they come
  await app.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', wholeBody)
    nativeRoute(raw as App, intake)
    hookRoute(raw as App, intake, origin)
    handshakeRoute(raw as App)
    rootRoute(raw as App, intake)
  })
  inboxRoutes(app)
  ruleRoutes(app)
  deliveryRoutes(app)
}

const answers = { 200: acknowledgement, 202: acknowledgement }
const config = { policy: signed }

function nativeRoute(app: App, intake: Intake) {
  const native = {
    tags: ['events'],
    summary: 'Report what a release does',
    description:
      'With an API token (releases:write) or the secret of a source. 202 when stored, 200 for a copy.',
    security: [{ token: [] }],
    body: nativeEvent,
    response: answers,
  }
  app.post(
    '/api/v1/events',
    { config, schema: native, validatorCompiler: trusting },
    async (request, reply) => {
      const incoming = incomingOf(request)
      const sender = await nativeSender(request.ctx, incoming.headers.authorization).catch((error) => {
        reply.header('www-authenticate', 'Bearer')
        throw error
      })
      return accept(request, reply, intake, sender, incoming)
    },
  )
}

function hookRoute(app: App, intake: Intake, origin: string | null) {
  const senderOf = (request: FastifyRequest, id: string, incoming: Incoming) =>
    hookSender(request.ctx, id, incoming, { address: `${originFor(request, origin)}/hooks/${id}` })
  const hook = {
    tags: ['events'],
    summary: 'What a deploy tool posts by itself',
    description: 'The tool’s own format, signed with the secret of the source.',
    params: z.object({ source: z.string().max(100) }),
    response: answers,
  }
  app.post('/hooks/:source', { config, schema: hook }, async (request, reply) => {
    const incoming = incomingOf(request)
    const sender = await senderOf(request, request.params.source, incoming)
    return accept(request, reply, intake, sender, incoming)
  })
  const beyond = { ...hook, params: hook.params.extend({ '*': z.string() }), response: undefined, hide: true }
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH'],
    url: '/hooks/:source/*',
    config,
    schema: beyond,
    handler: async (request, reply) => {
      const incoming = incomingOf(request)
      const sender = await senderOf(request, request.params.source, incoming)
      return lookOrAccept(request, reply, intake, sender, incoming)
    },
  })
}

/** Some tools take an address without a path only, and call what the server of their own has at its root. */
function rootRoute(app: App, intake: Intake) {
  app.route({
    method: ['GET', 'POST', 'PUT'],
    url: `${rootPath}*`,
    config,
    schema: { hide: true },
    handler: async (request, reply) => {
      const incoming = incomingOf(request)
      const sender = await rootSender(request.ctx, incoming)
      return lookOrAccept(request, reply, intake, sender, incoming)
    },
  })
}

/** What is only asked is answered, and what is told is kept. */
async function lookOrAccept(...[request, reply, intake, sender, incoming]: Parameters<typeof accept>) {
  if (request.method !== 'GET') return accept(request, reply, intake, sender, incoming)
  const seen = sender.adapter.look?.(incoming, settingsOf(sender.source))
  if (!seen) throw new Refusal('not-found', 'There is no such source.')
  return reply.code(seen.status).header('cache-control', 'no-store').send(seen.body) as never
}

/** The body is bytes here; its adapter reads and checks it, after the sender is known. */
function trusting() {
  return (value: unknown) => ({ value })
}

type Sender = Awaited<ReturnType<typeof hookSender>>
type Incoming = ReturnType<typeof incomingOf>

async function accept(
  request: FastifyRequest,
  reply: FastifyReply,
  intake: Intake,
  sender: Sender,
  incoming: Incoming,
): Promise<never> {
  const { ctx } = request
  const verified = await readVerified(ctx, sender, incoming)
  const answer = await intake.take(ctx, verified).catch(async (error) => {
    if (error instanceof Refusal) await noteError(ctx, sender.source, error.message)
    throw error
  })
  const own = { status: statusOf(answer), body: answer }
  const { status, body } = sender.adapter.answer?.(verified.incoming, answer) ?? own
  return reply.code(status).header('cache-control', 'no-store').send(body) as never
}

/** Never 204 and never a redirect: some senders take either for a failure. */
function statusOf({ duplicate, ping }: Acknowledgement) {
  return duplicate || ping ? 200 : 202
}
