import type { FastifyReply, FastifyRequest } from 'fastify'
import { type GuardSettings, operator } from '../accounts/guard.ts'
import { handOver } from '../accounts/hand-over.ts'
import { shownAddress } from '../outbound/target.ts'
import { attemptForm } from '../platform/attempt.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { NewReceiver, removeReceiver, rotateReceiverSecret, setReceiver } from './receiver.ts'
import { receiverOf } from './receiver-store.ts'
import { recipes } from './recipes/index.ts'

type One = { Params: { id: string } }
const admin = { config: { policy: operator('admin') } }
export const pageOfPlan = (id: string) => `/admin/components/${id}/way-back`

/** Shows the page that the form stands on again, with what was typed and what is wrong. */
type ShowAgain = (request: FastifyRequest<One>, reply: FastifyReply, kept: object) => Promise<unknown>

/** The form that says where a component's rollback is asked for. */
export function receiverPages(app: App, settings: GuardSettings, showAgain: ShowAgain) {
  app.post<One>(`${pageOfPlan(':id')}/receiver`, admin, async (request, reply) => {
    const { id } = request.params
    const made = await attemptForm(NewReceiver, request.body, (said) => setReceiver(request.ctx, id, said))
    if (!made.ok) {
      const kept = { values: request.body, errors: made.errors, current: made.current }
      return showAgain(request, reply.code(made.status), { receiver_form: kept })
    }
    const { secret } = made.data
    if (secret) handOver(settings, [request, reply], { path: pageOfPlan(id), id, secret })
    reply.flash(secret ? 'Saved. The secret that signs what is sent is shown below, this once.' : 'Saved.')
    return reply.redirect(`${pageOfPlan(id)}#receiver`, 303)
  })

  app.post<One>(`${pageOfPlan(':id')}/receiver/rotation`, admin, async (request, reply) => {
    const { id } = request.params
    const { secret } = await rotateReceiverSecret(request.ctx, id)
    handOver(settings, [request, reply], { path: pageOfPlan(id), id, secret })
    reply.flash('The secret was rotated. The new one is shown below, this once.')
    return reply.redirect(`${pageOfPlan(id)}#receiver`, 303)
  })

  app.post<One>(`${pageOfPlan(':id')}/receiver/removal`, admin, async (request, reply) => {
    await removeReceiver(request.ctx, request.params.id)
    reply.flash('Nobody is asked to roll it back from now on.')
    return reply.redirect(`${pageOfPlan(request.params.id)}#receiver`, 303)
  })
}

/** What the form shows: what is set, never its secrets, and the tools to choose from. */
export async function receiverForm(ctx: Context, component_id: string) {
  const receiver = await receiverOf(ctx, component_id)
  const options: Record<string, string> = receiver ? JSON.parse(receiver.options) : {}
  return {
    recipes,
    receiver: receiver && {
      recipe: receiver.recipe,
      address: shownAddress(receiver.url),
      has_token: receiver.sealed_token !== null,
      is_signed: receiver.sealed_secret !== null,
      updated_at: receiver.updated_at,
    },
    receiver_form: {
      values: {
        recipe: receiver?.recipe ?? 'webhook',
        url: receiver?.url ?? '',
        version: receiver?.version ?? 0,
        ...options,
      },
      errors: {},
      current: null,
    },
  }
}
