import type { Context } from '../platform/context.ts'
import { inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { retell } from './runs.ts'
import { insertEvent, type Release } from './store.ts'

/**
 * Keeps what an operator says now of a release that a tool reported, beside the tool's own events, and tells the release
 * anew. The run's name and scope stay, so that what the tool says later belongs to the same release.
 */
export function tellOfRelease(
  ctx: Context,
  release: Release,
  said: readonly Pick<CanonicalEvent, 'type' | 'facts'>[],
): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const received_at = nowText(ctx)
    const at = after(release.last_event_at, received_at)
    const { id: release_id, scope, run_key, component_id, environment_id } = release
    const { slug, environment } = await namesOf(ctx, release)
    for (const [position, { type, facts }] of said.entries()) {
      await insertEvent(ctx, {
        id: newId(),
        delivery_id: null,
        position,
        source_id: 'hand',
        scope,
        type,
        run_key,
        service: slug,
        environment,
        facts: JSON.stringify(facts),
        occurred_at: at,
        received_at,
        effective_at: at,
        skewed_at: null,
        component_id,
        environment_id,
        release_id,
        dismissed_at: null,
      })
    }
    await retell(ctx, [release_id])
  })
}

/** Now; where a tool's clock is ahead, just after its last word, else that word would have the last one. */
function after(last_event_at: string, now: string) {
  return last_event_at < now ? now : new Date(Date.parse(last_event_at) + 1).toISOString()
}

function namesOf({ db }: Context, { component_id, environment_id }: Release) {
  return db
    .selectFrom('components')
    .innerJoin('environments', (join) => join.on('environments.id', '=', environment_id))
    .where('components.id', '=', component_id)
    .select(['components.slug', 'environments.name as environment'])
    .executeTakeFirstOrThrow()
}
