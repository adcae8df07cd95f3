import type { JournalAction } from '../journal/journal.ts'

type Line = { action: string; detail: Record<string, unknown> }

/** What each verb is called on the page, to be read after the name of whoever did it. */
export const phrases: Record<JournalAction, string> = {
  'setup.completed': 'set Shiplog up',
  'user.added': 'added a person',
  'user.role_changed': 'changed a person’s role',
  'user.disabled': 'shut a person out',
  'user.password_changed': 'changed a password',
  'session.opened': 'signed in',
  'session.ended': 'signed out',
  'token.created': 'made a token',
  'token.revoked': 'revoked a token',
  'site.edited': 'changed the settings',
  'group.created': 'added a group',
  'group.edited': 'edited a group',
  'group.moved': 'moved a group',
  'group.removed': 'removed a group',
  'component.created': 'added a component',
  'component.edited': 'edited a component',
  'component.moved': 'moved a component',
  'component.archived': 'archived a component',
  'component.restored': 'brought a component back',
  'component.status_set': 'set a status by hand',
  'source.created': 'added a source',
  'source.edited': 'edited a source',
  'source.rotated': 'rotated a source’s secret',
  'source.disabled': 'disabled a source',
  'source.enabled': 'enabled a source',
  'source.service_mapped': 'mapped a service',
  'source.rule_removed': 'removed a rule',
  'delivery.accepted': 'delivered',
  'delivery.ignored': 'delivered what is of no interest',
  'delivery.invalid': 'delivered what makes no sense',
  'release.recorded': 'recorded a release by hand',
  'release.queued': 'queued a release',
  'release.waiting': 'has a release waiting for approval',
  'release.started': 'started a release',
  'release.progressed': 'told how far a release is',
  'release.canary': 'released to part of the customers',
  'release.dark': 'released, shown to nobody',
  'release.succeeded': 'finished a release',
  'release.failed': 'failed to release',
  'release.cancelled': 'cancelled a release',
  'release.rolled_back': 'rolled back a release',
  'release.kind_corrected': 'corrected what a release was',
  'event.dismissed': 'dismissed from the inbox',
  'environment.added': 'named a new environment',
  'environment.tier_changed': 'changed an environment’s tier',
  'incident.declared': 'declared an incident',
  'incident.updated': 'updated an incident',
  'incident.resolved': 'resolved an incident',
  'incident.reopened': 'reopened an incident',
  'incident.edited': 'edited an incident',
  'incident.deleted': 'deleted an incident',
  'incident.restored': 'restored an incident',
  'incident.update_edited': 'edited an update of an incident',
  'incident.update_deleted': 'deleted an update of an incident',
}

/** A journal line as a sentence without its actor: "added a component “Checkout”". */
export function phraseOf({ action, detail }: Line): string {
  const words = Object.hasOwn(phrases, action) ? phrases[action as JournalAction] : action
  const name = [detail.name, detail.title, detail.email, detail.version, detail.service].find(
    (word) => typeof word === 'string' && word !== '',
  )
  return name ? `${words} “${name}”` : words
}
