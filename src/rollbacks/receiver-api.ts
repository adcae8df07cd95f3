import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { shownAddress } from '../outbound/target.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { NewReceiver, removeReceiver, rotateReceiverSecret, setReceiver } from './receiver.ts'
import { type Receiver, receiverOf } from './receiver-store.ts'
import { recipeKinds } from './recipes/index.ts'

const address = '/api/v1/components/:id/rollback-receiver'
const tags = ['rollbacks']
const params = z.object({ id: z.string().max(100) })
const read = { policy: token('components:read') }
/** Whoever names the address decides where secrets go and what is run: that is for admins. */
const write = { policy: token('admin') }

const ReceiverJson = z.object({
  recipe: z.enum(recipeKinds as [string, ...string[]]),
  url: z.string().describe('Without what follows the question mark.'),
  options: z.record(z.string(), z.string()),
  has_token: z.boolean(),
  is_signed: z.boolean(),
  version: z.number(),
  updated_at: z.string(),
})
const WithSecret = ReceiverJson.extend({
  secret: z.string().nullable().describe('What signs the calls, when it is new: it is never shown again.'),
})

/** Where a component's rollback is asked for, by API. */
export function receiverRoutes(app: App) {
  app.get(
    address,
    { config: read, schema: { tags, params, response: { 200: ReceiverJson } } },
    ({ ctx, params }) => known(ctx, params.id),
  )

  const put = { tags, params, body: NewReceiver, response: { 200: WithSecret } }
  app.put(address, { config: write, schema: put }, async ({ ctx, params, body }) => {
    const { receiver, secret } = await setReceiver(ctx, params.id, body)
    return { ...receiverJson(receiver), secret }
  })

  const rotate = { tags, params, response: { 200: WithSecret } }
  app.post(`${address}/rotation`, { config: write, schema: rotate }, async ({ ctx, params }) => {
    const { secret } = await rotateReceiverSecret(ctx, params.id)
    return { ...(await known(ctx, params.id)), secret }
  })

  app.delete(address, { config: write, schema: { tags, params } }, async (request, reply) => {
    await removeReceiver(request.ctx, request.params.id)
    return reply.code(204).send()
  })
}

async function known(ctx: Context, id_or_slug: string) {
  const component = await componentByIdOrSlug(ctx, id_or_slug)
  const receiver = await receiverOf(ctx, component.id)
  if (!receiver) throw new Refusal('not-found', `${component.name} names nobody who rolls it back.`)
  return receiverJson(receiver)
}

function receiverJson({ recipe, url, options, sealed_token, sealed_secret, version, updated_at }: Receiver) {
  return {
    recipe,
    url: shownAddress(url),
    options: JSON.parse(options) as Record<string, string>,
    has_token: sealed_token !== null,
    is_signed: sealed_secret !== null,
    version,
    updated_at,
  }
}
