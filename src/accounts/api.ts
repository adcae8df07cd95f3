import { z } from 'zod'
import type { App } from '../platform/http.ts'
import { token } from './guard.ts'
import { NewToken, scopes } from './model.ts'
import { peopleApi } from './people-api.ts'
import { listTokens } from './store.ts'
import { createToken, revokeToken } from './tokens.ts'

const Token = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: z.string(),
  used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
})
const MadeToken = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  /** Shown this once. */
  token: z.string(),
})

/** People and API tokens by API: only a token that may do everything makes others. */
export async function routes(app: App, settings: { origin: string | null }) {
  await peopleApi(app, settings)
  const config = { policy: token('admin') }
  const list = { tags: ['tokens'], response: { 200: z.object({ data: z.array(Token) }) } }
  app.get('/api/v1/tokens', { config, schema: list }, async (request) => ({
    data: await listTokens(request.ctx),
  }))

  const make = { tags: ['tokens'], body: NewToken, response: { 201: MadeToken } }
  app.post('/api/v1/tokens', { config, schema: make }, async (request, reply) => {
    // not once(): a stored answer would keep the token in plain text
    return reply.code(201).send(await createToken(request.ctx, request.body))
  })

  const end = { tags: ['tokens'], params: z.object({ id: z.string() }) }
  app.delete('/api/v1/tokens/:id', { config, schema: end }, async (request, reply) => {
    await revokeToken(request.ctx, request.params.id)
    return reply.code(204).send()
  })
}
