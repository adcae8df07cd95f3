import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'

const forgetAfter = 2 * 60_000

/** Notes that the actor has an incident open: nobody's verb, so the journal does not hear of it. */
export async function notePresence(ctx: Context, incident_id: string) {
  const { kind, id: user_id } = ctx.actor
  if (kind !== 'user' || !user_id) return
  const now = nowText(ctx)
  const since = { opened_at: now, seen_at: now }
  // whoever was forgotten opens it anew
  await forgetAbsent(ctx)
  await ctx.db
    .insertInto('incident_presence')
    .values({ incident_id, user_id, ...since })
    .onConflict((conflict) => conflict.columns(['incident_id', 'user_id']).doUpdateSet({ seen_at: now }))
    .execute()
}

/** Who else has the incident open, or had in the last two minutes; whoever came last stands first. */
export async function othersAt({ db, actor, now }: Context, incident_id: string) {
  const rows = await db
    .selectFrom('incident_presence')
    .innerJoin('users', 'users.id', 'incident_presence.user_id')
    .where('incident_presence.incident_id', '=', incident_id)
    .where('incident_presence.user_id', '!=', actor.kind === 'user' ? (actor.id ?? '') : '')
    .where('incident_presence.seen_at', '>=', cutOff(now()))
    .select(['users.name', 'incident_presence.opened_at', 'incident_presence.seen_at'])
    .orderBy('incident_presence.opened_at', 'desc')
    .orderBy('users.id')
    .execute()
  return rows
}

async function forgetAbsent({ db, now }: Context) {
  await db.deleteFrom('incident_presence').where('seen_at', '<', cutOff(now())).execute()
}

function cutOff(now: Date) {
  return new Date(now.getTime() - forgetAfter).toISOString()
}
