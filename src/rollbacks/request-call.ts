import { incidentById } from '../incidents/store.ts'
import { queueCall } from '../outbound/actions.ts'
import type { Context } from '../platform/context.ts'
import { unseal } from '../platform/seal.ts'
import type { Receiver } from './receiver-store.ts'
import { recipeFor } from './recipes/index.ts'
import type { Asked } from './recipes/recipe.ts'
import { requestById } from './request-store.ts'

/** What the receiver is told of a request. `origin` is where Shiplog's own pages are. */
export async function askedFor(
  ctx: Context,
  request_id: string,
  { origin, artifact }: { origin: string; artifact: string | null },
): Promise<Asked> {
  const request = await requestById(ctx, request_id)
  const incident = request.incident_id ? await incidentById(ctx, request.incident_id) : null
  const { from_version, from_commit, to_version, to_commit } = request
  return {
    request: request.id,
    component: request.component_slug,
    environment: request.environment,
    from: { version: from_version, commit: from_commit, release: request.from_release_id },
    to: { version: to_version, commit: to_commit, artifact, release: request.to_release_id },
    incident: incident && {
      id: incident.id,
      title: incident.title,
      url: `${origin}/admin/incidents/${incident.id}`,
    },
    drill: request.drill_at !== null,
    reason: request.reason,
    asked_by: request.asked_by,
    asked_at: request.asked_at,
    url: `${origin}/admin/releases/${request.from_release_id}`,
  }
}

/** Queues the call that asks the receiver, by its recipe. Returns the call's id. */
export function askReceiver(ctx: Context, receiver: Receiver, asked: Asked): Promise<string> {
  const { sealed_secret, sealed_token } = receiver
  const call = recipeFor(receiver.recipe).call(
    {
      url: receiver.url,
      token: sealed_token ? unseal(ctx.secret, sealed_token) : '',
      options: JSON.parse(receiver.options),
    },
    asked,
  )
  return queueCall(ctx, {
    purpose: 'rollback.requested',
    subject: ['rollback_request', asked.request],
    ...call,
    secret: sealed_secret ? unseal(ctx.secret, sealed_secret) : null,
    schedule: 'urgent',
  })
}
