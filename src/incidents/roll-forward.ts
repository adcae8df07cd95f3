import type { Context } from '../platform/context.ts'
import type { Incident } from './store.ts'

const longest = 5000

/**
 * Why the release that caused an incident cannot be rolled back, as an operator or its tool said before anything went
 * wrong: the beginning of the text that rolling forward asks for. Null once the incident has a remedy, and where
 * nobody said anything.
 */
export async function rollForwardReason(
  { db }: Pick<Context, 'db'>,
  { cause_release_id, remedy }: Pick<Incident, 'cause_release_id' | 'remedy'>,
): Promise<string | null> {
  if (cause_release_id === null || remedy !== null) return null
  const release = await db
    .selectFrom('releases')
    .leftJoin('readiness', 'readiness.release_id', 'releases.id')
    .select(['releases.rollback', 'readiness.roll_forward_reason'])
    .where('releases.id', '=', cause_release_id)
    .executeTakeFirst()
  const said = release?.roll_forward_reason ?? saidByTool(release?.rollback ?? null)
  return said?.trim().slice(0, longest) || null
}

/** The event's `rollback` object is kept as it came: anything may stand in it. */
function saidByTool(rollback: string | null): string | null {
  const { roll_forward_reason = null } = JSON.parse(rollback ?? '{}') ?? {}
  return typeof roll_forward_reason === 'string' ? roll_forward_reason : null
}

/** What a form's reason begins with, unless somebody wrote one already. */
export function offeringReason<Typed extends Record<string, string>>(typed: Typed, reason: string | null) {
  return reason === null || typed.remedy_reason
    ? typed
    : { ...typed, remedy_reason: reason, remedy_reason_offered: reason }
}
