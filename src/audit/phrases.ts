import type { JournalAction } from '../journal/journal.ts'

export type Line = {
  action: string
  subject_kind: string
  subject_id: string
  detail: Record<string, unknown>
  /** The name of the component that the detail is about. */
  component_name: string | null
}

/** What each action says after the actor's name; `{…}` is taken from the line's detail. */
const phrases = {
  'setup.completed': 'set up Shiplog',
  'user.added': 'added {name} as {role}',
  'user.role_changed': 'changed the role of {name} to {role}',
  'user.invited': 'invited {email} as {role}',
  'user.invitation_withdrawn': 'withdrew the invitation of {email}',
  'user.joined': 'came by invitation as {role}',
  'user.renamed': 'is now called {name}',
  'user.disabled': 'shut {name} out',
  'user.enabled': 'let {name} in again',
  'user.second_step_on': 'turned the second step at sign-in on',
  'user.second_step_off': 'turned the second step at sign-in off',
  'user.second_step_reset': 'took the second step at sign-in from {name}',
  'user.recovery_codes_renewed': 'made new recovery codes',
  'user.recovery_code_used': 'used up a recovery code',
  'user.sessions_ended': 'signed {name} out everywhere',
  'user.password_changed': 'changed a password',
  'user.shortcuts_set': 'switched single letters on the keyboard {to}',
  'session.opened': 'signed in',
  'session.ended': 'signed out',
  'session.others_ended': 'signed out everywhere else',
  'token.created': 'made the token {name}',
  'token.revoked': 'revoked a token',
  'site.edited': 'changed the page’s settings',
  'site.logo_changed': 'gave the page a logo',
  'site.logo_removed': 'took the page’s logo away',
  'group.created': 'made the group {name}',
  'group.edited': 'edited the group {name}',
  'group.moved': 'moved the group {name}',
  'group.removed': 'removed the group {name}',
  'component.created': 'added the component {name}',
  'component.edited': 'edited the component {name}',
  'component.moved': 'moved the component {name}',
  'component.archived': 'archived the component {name}',
  'component.restored': 'restored the component {name}',
  'component.status_set': 'set {name} to {to}',
  'source.created': 'added the source {name}',
  'source.edited': 'edited the source {name}',
  'source.rotated': 'gave {name} a new secret',
  'source.disabled': 'disabled the source {name}',
  'source.enabled': 'enabled the source {name}',
  'source.confirmed': 'confirmed the subscription of {name}',
  'source.service_mapped': 'mapped {service} to {component}',
  'source.rule_removed': 'removed the rule for {service}',
  'delivery.accepted': 'sent a delivery',
  'delivery.ignored': 'sent a delivery that says nothing of a release',
  'delivery.invalid': 'sent a delivery that makes no sense',
  'delivery.read_again': 'read a delivery of {source} again',
  'release.recorded': 'recorded {version} of {component_name} by hand',
  'release.queued': 'queued {version} of {component_name}',
  'release.waiting': 'holds {version} of {component_name} for approval',
  'release.started': 'began to release {version} of {component_name}',
  'release.progressed': 'went on with {version} of {component_name}: {percent}%',
  'release.canary': 'released {version} of {component_name} to {percent}%',
  'release.dark': 'deployed {version} of {component_name}, shown to nobody',
  'release.succeeded': 'released {version} of {component_name}',
  'release.failed': 'failed to release {version} of {component_name}',
  'release.cancelled': 'gave up releasing {version} of {component_name}',
  'release.rolled_back': 'rolled back {version} of {component_name}',
  'release.kind_corrected': 'corrected a release: {to}, not {from}',
  'release.marked_bad': 'marked {version} of {component_name} as bad',
  'release.cleared': 'took back that {version} of {component_name} is bad',
  'release.marked_drill': 'said that going back to {version} of {component_name} {was} a drill',
  'release.readiness_answered': 'answered how {version} of {component_name} can be rolled back',
  'rollback.requested': 'asked to roll {component_name} back from {from} to {to}',
  'rollback.withdrawn': 'took back the wish to roll {component_name} back',
  'rollback.plan_set': 'said how {component_name} is rolled back',
  'rollback.receiver_set': 'said where a rollback of {component_name} is asked for',
  'rollback.receiver_removed': 'forgot where a rollback of {component_name} is asked for',
  'gate.asked': 'asked whether {version} of {component_name} may go out: {answer}',
  'gate.rules_set': 'changed what may stop a release of {component_name}',
  'freeze.planned': 'planned a freeze: {reason}',
  'freeze.edited': 'edited the freeze {reason}',
  'freeze.ended': 'ended the freeze {reason}',
  'freeze.series_edited': 'edited the freeze {reason} and all later times of it',
  'freeze.series_ended': 'ended the freeze {reason} and all later times of it',
  'freeze.undone': 'took back what was done to the freeze {reason}',
  'maintenance.planned': 'planned maintenance: {title}',
  'maintenance.edited': 'edited the maintenance {title}',
  'maintenance.moved': 'moved the maintenance {title}: it starts at {starts_at}, not at {was_starts_at}',
  'maintenance.cancelled': 'called off the maintenance {title}',
  'maintenance.started': 'started the maintenance {title}',
  'maintenance.ended': 'ended the maintenance {title}',
  'maintenance.series_edited': 'changed the maintenance {title} and all later times of it',
  'maintenance.series_cancelled': 'called off the maintenance {title} and all later times of it',
  'maintenance.undone': 'took back what was done to the maintenance {title}',
  'maintenance.reminded': 'reminded of the maintenance {title}, {hours} h before it starts',
  'outbound.replayed': 'sent a call to {host} again',
  'outbound.stopped': 'stopped a call to {host}',
  'outbound.paused': 'paused all calls: {why}',
  'outbound.resumed': 'let calls go out again: {sent} sent, {dropped} dropped',
  'store.restored': 'restored the data of {made_at}',
  'event.dismissed': 'dismissed what waited for {service}',
  'environment.added': 'first spoke of the environment {name}',
  'environment.tier_changed': 'changed the tier of {name} to {to}',
  'incident.declared': 'declared {title}',
  'incident.updated': 'posted an update to {title}',
  'incident.resolved': 'resolved {title}',
  'incident.reopened': 'reopened {title}',
  'incident.edited': 'edited the facts of {title}',
  'incident.deleted': 'deleted {title}',
  'incident.restored': 'restored {title}',
  'incident.update_edited': 'edited an update of {title}',
  'incident.update_deleted': 'deleted an update of {title}',
  'postmortem.drafted': 'began the postmortem of {title}',
  'postmortem.edited': 'edited the postmortem of {title}',
  'postmortem.published': 'published the postmortem of {title}',
  'postmortem.unpublished': 'took the postmortem of {title} off the page',
  'action_item.added': 'added what is to be done after {title}: {words}',
  'action_item.edited': 'edited what is to be done after {title}: {words}',
  'action_item.done': 'did what was to be done after {title}: {words}',
  'action_item.reopened': 'opened again what is to be done after {title}: {words}',
  'action_item.removed': 'removed what was to be done after {title}: {words}',
  'action_item.restored': 'brought back what is to be done after {title}: {words}',
  'incident.impacts_edited': 'corrected what {title} did to components',
  'incident.published': 'published {title}',
  'incident.hidden': 'made {title} private to the team',
  'incident.merged': 'said that {title} is the same as {into}',
  'incident.split': 'said that {title} is not the same as {from}',
  'incident.note_added': 'noted something on {title}',
  'incident.note_edited': 'edited a note on {title}',
  'incident.note_deleted': 'deleted a note on {title}',
  'incident.note_restored': 'restored a note on {title}',
  'incident.undone': 'took back the {what} of {title}',
  'draft.saved': 'began a draft of {title}',
  'draft.scheduled': 'set a time at which {title} is published',
  'draft.failed': 'could not publish the draft of {title}: {reason}',
  'draft.discarded': 'discarded a draft of {title}',
  'draft.stopped': 'stopped the draft of {title} from publishing itself',
  'template.created': 'made the template {name}',
  'template.edited': 'edited the template {name}',
  'template.deleted': 'deleted the template {name}',
  'template.restored': 'restored the template {name}',
} satisfies Record<JournalAction, string>

/** A journal line as a sentence without its actor: "released 2.14.0 of Checkout". */
export function phraseOf({ action, detail, component_name }: Line): string {
  const phrase = Object.hasOwn(phrases, action) ? phrases[action as JournalAction] : action
  const known: Record<string, unknown> = { ...detail, component_name }
  return phrase.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const said = known[field]
    return said === null || said === undefined ? 'something' : String(said).replaceAll('_', ' ')
  })
}

/** What an action is called where no particular line is meant: "released … of …". */
export function wordsFor(action: JournalAction): string {
  return phrases[action].replaceAll(/\{\w+\}/g, '…')
}

const pages: Record<string, string> = {
  rollback_request: '/admin/rollback-requests/',
  incident: '/admin/incidents/',
  template: '/admin/templates/',
  release: '/admin/releases/',
  source: '/admin/sources/',
  delivery: '/admin/deliveries/',
  call: '/admin/calls/',
  freeze: '/admin/freezes/',
  maintenance: '/admin/maintenance/',
}

/** Where a line's subject can be looked at, or null. */
export function addressOf({
  subject_kind,
  subject_id,
}: Pick<Line, 'subject_kind' | 'subject_id'>): string | null {
  const page = pages[subject_kind]
  return page ? page + subject_id : null
}
