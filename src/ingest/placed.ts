import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { type Delivery, placeTold } from './store.ts'

/** An event that names only its run, with the service and environment that were told of the run before. */
export async function placed(ctx: Context, delivery: Delivery, { continues, ...event }: CanonicalEvent) {
  if (!continues) return event
  const place = await placeTold(ctx, delivery, event.run_key)
  if (place) return { ...event, ...place }
  throw new Refusal('not-found', 'What it goes on with was never told here.')
}
