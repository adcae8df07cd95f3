import { whoRuns } from '../components/owners.ts'
import type { Context } from '../platform/context.ts'
import type { WholeIncident } from './whole.ts'

/** Whom to ask about an incident: who runs what is affected, and who shipped what caused it. For operators alone. */
export async function whomToAsk(
  ctx: Context,
  { components, cause_release_id }: Pick<WholeIncident, 'components' | 'cause_release_id'>,
) {
  const shipped = cause_release_id
    ? await ctx.db
        .selectFrom('releases')
        .select(['id', 'actor_name', 'component_id'])
        .where('id', '=', cause_release_id)
        .executeTakeFirst()
    : undefined
  const ids = new Set([...components.map(({ id }) => id), ...(shipped ? [shipped.component_id] : [])])
  return { runs: await whoRuns(ctx, [...ids]), shipped_by: shipped?.actor_name ?? null }
}
