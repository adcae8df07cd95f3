import type { Context } from '../platform/context.ts'
import { type Delivery, deliveryById, eventsOf } from './store.ts'

/** A delivery whole, as it came: for operators who want to see what a tool really said. */
export async function deliveryWhole(ctx: Context, id: string) {
  const { dedupe_key, body_hash, headers, body, ...delivery } = await deliveryById(ctx, id)
  const events = (await eventsOf(ctx, id)).map((event) => ({
    event: event.id,
    type: event.type,
    service: event.service,
    environment: event.environment,
    release: event.release_id,
    state: event.release_state,
    matched: event.component_id !== null,
  }))
  return { ...delivery, headers: JSON.parse(headers) as Record<string, string>, body: textOf(body), events }
}

/** The body as text; null once it is no longer kept. */
function textOf(body: Delivery['body']): string | null {
  return body === null ? null : Buffer.from(body).toString('utf8')
}
