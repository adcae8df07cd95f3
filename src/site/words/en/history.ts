/** Pages of the past: history by month, rollbacks, one release, one incident. */
export const history = {
  heading: 'History',
  title: (month: string) => `History of ${month}`,
  /** "November 2026" of "2026-11". */
  month: (month: string) => long.format(new Date(`${month}-15T12:00:00Z`)),
  /** "Nov" */
  month_short: (month: string) => short.format(new Date(`${month}-15T12:00:00Z`)),
  times: (zone: string) => `All times in ${zone}.`,
  counted: (counts: { incidents: number; releases: number; rollbacks: number }) => {
    const parts = [
      counted(counts.incidents, 'incident'),
      counted(counts.releases, 'release'),
      counted(counts.rollbacks, 'rollback'),
    ].filter((words) => words !== '')
    return parts.length === 0 ? '' : `${sentenceList(parts)}.`
  },
  nothing: (month: string) => `Nothing happened in ${month}`,
  nothing_yet: (month: string) => `Nothing has happened in ${month} so far`,
  nothing_more: 'No incident, no release and no rollback.',
  nothing_chosen: (month: string) => `Nothing of this kind in ${month}`,
  show_everything: 'Show everything',
  filters: 'What to show',
  show: 'Show',
  shows: {
    everything: 'Everything',
    incidents: 'Incidents only',
    caused: 'Caused by a release',
    rolled_back: 'Rolled back',
  },
  component: 'Component',
  all_components: 'All components',
  apply: 'Show',
  months: 'Months',
  all_months: 'All months',
  newer: 'Newer',
  older: 'Older',
  before: (month: string) => `Open since before ${month}`,
  /** Of an incident that hurt no component. */
  incident: 'Incident',
  components: (names: string[]) =>
    names.length > 4 ? `${number(names.length)} components` : sentenceList(names),
  resolved_after: (time: string) => `resolved after ${time}`,
  open: 'not resolved yet',
  /** Of what was over in another month than it began. */
  continues: (day: string) => `until ${day}`,
  began: (day: string) => `since ${day}`,
  releases: (count: number) => counted(count, 'release'),
  version_in: (version: string, environment: string) => `${version} in ${environment}`,
  no_version: 'no version',
  and_more: '…',
  more_releases: 'More releases of this month',
  more_incidents: 'There were more incidents than this page can hold; these are the newest.',
  of_month: (month: string) => `History of ${month}`,
}

export const rollbacks = {
  by_component: 'How often, by component',
  columns: {
    component: 'Component',
    recent: 'In 90 days',
    year: 'In a year',
    back: 'Time back',
    release: 'Time to release',
  },
  often: (rollbacks: number, releases: number) => `${number(rollbacks)} of ${counted(releases, 'release')}`,
  never: (releases: number) => (releases === 0 ? 'no releases' : `none of ${counted(releases, 'release')}`),
  share: (percent: string) => `${percent}%`,
  unknown: 'not known',
  note: 'A share says how many releases were followed by a way back. Times are medians of a year, from start to everybody.',
}

export const release = {
  what_happened: 'What happened',
  facts: 'In short',
  times: (zone: string) => `All times in ${zone}`,
  started: 'Started',
  back_started: 'Rollback began',
  dark: 'Dark launch',
  dark_words: 'out, and shown to nobody yet',
  part: (percent: number) => `${percent}% of customers`,
  first_customers: 'First customers',
  everybody: 'Everybody',
  went_back: 'Rolled back',
  after_start: (time: string) => `${time} after the start`,
  after_customers: (time: string) => `${time} after the first customers`,
  failed: 'Failed',
  stopped: 'Stopped',
  incident: 'Incident',
  incident_over: 'Incident over',
  resolved_after: (time: string) => `resolved after ${time}`,
  undoing: 'Rollback began',
  undone: 'Rolled back',
  undone_after: (time: string) => `after customers had it for ${time}`,
  replaced: 'Replaced',
  replacing: 'replacing',
  from: 'from',
  to: 'to',
  by: 'by',
  in_time: (time: string) => `in ${time}`,
  no_version: 'no version',
  took: 'Took',
  reached: 'Reached',
  reached_part: (percent: number) => `${percent}% of customers`,
  went_back_from: 'Went back from',
  going_back_from: 'Going back from',
  which_had_taken: (time: string) => `which had taken ${time}`,
  replaced_what: 'Replaced',
  replaced_by: 'Replaced by',
  undone_by: 'Undone by',
  the_rollback_to: 'the rollback to',
  the_rollback: 'the rollback',
  caused: 'Caused',
  ended: 'Ended',
  no_way_back: 'No way back',
  others: 'Other releases of this component',
  earlier: (version: string) => `Before: ${version}`,
  later: (version: string) => `After: ${version}`,
  /** Along the arrow of the way back. */
  arrow: (version: string | null, back: string | null, there: string | null) => {
    const to = version === null ? 'back' : `back to ${version}`
    if (back === null) return to
    return there === null ? `${to} in ${back}` : `${to} in ${back}, the release had taken ${there}`
  },
}

export const incident = {
  times: (zone: string) => `All times in ${zone}.`,
  as_of: 'As of',
  facts: 'In short',
  started: 'Started',
  told: 'First told',
  told_after: (time: string) => `${time} after it started`,
  monitoring: 'Watched since',
  resolved: 'Resolved',
  to_resolve: 'Time to resolve',
  lasting: 'Lasts for',
  not_yet: 'not yet',
  severity: 'Severity',
  severities: { none: 'None', minor: 'Minor', major: 'Major', critical: 'Critical' },
  cause: 'Cause',
  causes: {
    unknown_open: 'Not known yet.',
    unknown: 'Not published.',
    not_release: 'Not caused by a release.',
    release: 'A release.',
  },
  remedy: 'Remedy',
  remedies: {
    rolling_back: 'It is being rolled back.',
    rolled_back: 'It was rolled back.',
    rolled_forward: 'A newer release ended it, because it could not be rolled back:',
    other: 'It ended by something other than a release.',
  },
  impacts: 'What was affected, and when',
  impacts_open: 'What is affected, and since when',
  columns: { component: 'Component', status: 'Status', from: 'From', to: 'To', lasted: 'How long' },
  still: 'still so',
  not_hurt: 'Named, but never hurt',
  said: 'What we said',
  nothing_said: 'Nothing yet.',
}

const long = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const short = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' })
const numbers = new Intl.NumberFormat('en')

function number(value: number) {
  return numbers.format(value)
}

function counted(count: number, noun: string) {
  return count === 0 ? '' : `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}

function sentenceList(parts: string[]) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
