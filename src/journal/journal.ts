import type { Context, JournalLine } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'

/** The closed vocabulary of the ship's log: the noun, then what happened to it. */
export const journalActions = [
  'setup.completed',
  'user.added',
  'user.role_changed',
  'user.invited',
  'user.invitation_withdrawn',
  'user.joined',
  'user.renamed',
  'user.disabled',
  'user.enabled',
  'user.second_step_on',
  'user.second_step_off',
  'user.second_step_reset',
  'user.recovery_codes_renewed',
  'user.recovery_code_used',
  'user.sessions_ended',
  'user.password_changed',
  'user.shortcuts_set',
  'session.opened',
  'session.ended',
  'session.others_ended',
  'token.created',
  'token.revoked',
  'site.edited',
  'site.logo_changed',
  'site.logo_removed',
  'group.created',
  'group.edited',
  'group.moved',
  'group.removed',
  'component.created',
  'component.edited',
  'component.moved',
  'component.archived',
  'component.restored',
  'component.status_set',
  'source.created',
  'source.edited',
  'source.rotated',
  'source.disabled',
  'source.enabled',
  'source.service_mapped',
  'source.rule_removed',
  'delivery.accepted',
  'delivery.ignored',
  'delivery.invalid',
  'release.recorded',
  'release.queued',
  'release.waiting',
  'release.started',
  'release.progressed',
  'release.canary',
  'release.dark',
  'release.succeeded',
  'release.failed',
  'release.cancelled',
  'release.rolled_back',
  'release.kind_corrected',
  'release.marked_bad',
  'release.cleared',
  'release.marked_drill',
  'release.readiness_answered',
  'rollback.requested',
  'rollback.withdrawn',
  'rollback.plan_set',
  'rollback.receiver_set',
  'rollback.receiver_removed',
  'gate.asked',
  'gate.rules_set',
  'freeze.planned',
  'freeze.edited',
  'freeze.ended',
  'outbound.replayed',
  'outbound.stopped',
  'event.dismissed',
  'environment.added',
  'environment.tier_changed',
  'incident.declared',
  'incident.updated',
  'incident.resolved',
  'incident.reopened',
  'incident.edited',
  'incident.deleted',
  'incident.restored',
  'incident.update_edited',
  'incident.update_deleted',
  'postmortem.drafted',
  'postmortem.edited',
  'postmortem.published',
  'postmortem.unpublished',
  'action_item.added',
  'action_item.edited',
  'action_item.done',
  'action_item.reopened',
  'action_item.removed',
  'action_item.restored',
  'incident.impacts_edited',
  'incident.published',
  'incident.hidden',
  'incident.merged',
  'incident.split',
  'incident.note_added',
  'incident.note_edited',
  'incident.note_deleted',
  'incident.note_restored',
] as const
export type JournalAction = (typeof journalActions)[number]

/** Writes the one journal line of a verb, in that verb's transaction. `subject` is the noun's kind and id. */
export async function record(
  ctx: Context,
  line: { action: JournalAction; subject: [kind: string, id: string]; detail?: Record<string, unknown> },
) {
  const { actor } = ctx
  const row = {
    id: newId(),
    at: nowText(ctx),
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    action: line.action,
    subject_kind: line.subject[0],
    subject_id: line.subject[1],
    detail: JSON.stringify(line.detail ?? {}),
    seq: null,
    seal: null,
  }
  await ctx.db.insertInto('journal').values(row).execute()
  ctx.written?.push(row)
}

/** What customers can see something of; of everything else no public page tells. */
const publicNouns = new Set([
  'site',
  'group',
  'component',
  'environment',
  'release',
  'incident',
  'postmortem',
  'action_item',
])

/** What may take something from the public that it could read before. */
const hiding = new Set<string>([
  'site.edited',
  'site.logo_removed',
  'group.edited',
  'group.removed',
  'component.edited',
  'component.archived',
  'environment.tier_changed',
  'release.kind_corrected',
  'release.marked_drill',
  'incident.reopened', // what was learned from it is no longer told
  'incident.edited',
  'incident.deleted',
  'incident.update_edited',
  'incident.update_deleted',
  'postmortem.edited',
  'postmortem.unpublished',
  'action_item.edited',
  'action_item.removed',
  'incident.impacts_edited',
  'incident.hidden',
  'incident.merged',
] satisfies JournalAction[])

/** Whether after this line not even an outage may bring back what was public before. */
export function hidesSomething({ action }: Pick<JournalLine, 'action'>): boolean {
  return hiding.has(action)
}

/** Whether a line may have changed a public page. */
export function isPublicLine({ action }: Pick<JournalLine, 'action'>): boolean {
  return publicNouns.has(action.split('.')[0] ?? '')
}
