import { count, numberFirst } from './counting.ts'

/** Pages of the past: history by month, rollbacks, one release, one incident. */
export const history = {
  title: (month: string) => `History of ${month}`,
  /** "November 2026" of "2026-11". */
  month: (month: string) => long.format(new Date(`${month}-15T12:00:00Z`)),
  /** "Nov" */
  month_short: (month: string) => short.format(new Date(`${month}-15T12:00:00Z`)),
  times: (zone: string) => `All times in ${zone}.`,
  counted: (counts: Record<'incidents' | 'releases' | 'rollbacks' | 'drills', number>) => {
    const parts = [
      counted(counts.incidents, 'incident'),
      counted(counts.releases, 'release'),
      counted(counts.rollbacks, 'rollback'),
      counted(counts.drills, 'drill'),
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
  releases: (releases: number) => counted(releases, 'release'),
  version_in: (version: string, environment: string) => `${version} in ${environment}`,
  no_version: 'no version',
  and_more: '…',
  more_releases: 'More releases of this month',
  more_incidents: 'There were more incidents than this page can hold; these are the newest.',
  of_month: (month: string) => `History of ${month}`,
}

export const rollbacks = {
  none: 'No rollbacks yet',
  many: (rollbacks: number, releases: number | null, days: number) => {
    const many = `${numberFirst(rollbacks)} ${rollbacks === 1 ? 'rollback' : 'rollbacks'} in ${days} days`
    return releases === null ? `${many}.` : `${many}, out of ${count(releases, 'release')}.`
  },
  it_took: (time: string) => `It took ${time}.`,
  half_took: (time: string) => `Half were done within ${time}.`,
  about: (zone: string) =>
    `Above, how long the release took; below, how long the way back took. All times in ${zone}.`,
  no_incident: 'no incident',
  /** Of a rollback before which nothing had gone wrong. */
  drill: 'a drill',
  /** Each before a time. */
  asked: 'asked',
  begun: 'begun',
  done: 'done',
  to_release: (time: string) => `${time} to release`,
  slower: 'slower than the release',
  took_unknown: 'time not known',
  failed: 'failed',
  stopped: 'stopped',
  under_way: 'under way',
  /** After the version. */
  not_possible: 'could not be rolled back',
  /** Before the reason. */
  rolled_forward: 'rolled forward:',
  resolved_after: (time: string) => `resolved after ${time}`,
  empty: 'Nothing had to be rolled back',
  empty_more:
    'When a release is taken back, this page tells from which version to which, how long it took and why.',
  by_component: 'How often, by component',
  columns: {
    component: 'Component',
    back: 'Time back',
  },
  quarter: (year: number, quarter: number) => `Q${quarter} ${year}`,
  also_forward: (forwards: number) => `${number(forwards)} rolled forward`,
  also_drills: (drills: number) => count(drills, 'drill'),
  in_drill: (time: string) => `${time} in a drill`,
  /** "Since January 2026" of "2026-01". */
  since: (month: string) => `Since ${history.month(month)}`,
  totals: (since: string, { backs, forwards, drills }: Record<'backs' | 'forwards' | 'drills', number>) => {
    const parts = [
      backs === 0 ? '' : `rolled back ${times(backs)}`,
      forwards === 0 ? '' : `rolled forward ${times(forwards)}`,
      drills === 0 ? '' : `walked the way back ${times(drills)} as a drill`,
    ]
    return `${since}: ${sentenceList(parts.filter((part) => part !== ''))}.`
  },
  often: (backs: number, releases: number) => {
    if (releases === 0) return backs === 0 ? '' : number(backs)
    return `${number(backs)} of ${number(releases)}`
  },
  share: (percent: string) => `${percent}%`,
  unknown: 'not known',
  never: '–',
  note: 'Rollbacks of all releases, and their share; a drill is neither. The time back is the median of a year, the time to release that of 90 days: a release from its start, a rollback from when it was asked for where that is known, until everybody had it.',
}

export const release = {
  /** Where it stands, beside its name. */
  head: {
    undone_after: (time: string) => `Rolled back after ${time}`,
    back_from: (version: string) => `Rolled back from ${version}`,
    going_back_from: (version: string) => `Rolling back from ${version}`,
  },
  /** In the place of a version in its name. */
  unnamed: 'without a version',
  what_happened: 'What happened',
  times: (zone: string) => `All times in ${zone}`,
  started: 'Started',
  back_started: 'Rolling back',
  dark: 'Dark launch',
  dark_words: 'out, and shown to nobody yet',
  part: (percent: number | null) => (percent === null ? 'Part of the customers' : `${percent}% of customers`),
  first_customers: 'First customers',
  everybody: 'Everybody',
  went_back: 'Rolled back',
  /** A rollback that was walked to see that it can be. */
  drill: 'Rollback drill',
  in_a_drill: 'in a drill',
  after_start: (time: string) => `${time} after the start`,
  after_customers: (time: string) => `${time} after the first customers`,
  failed: 'Failed',
  stopped: 'Stopped',
  incident: 'Incident',
  incident_over: 'Incident over',
  resolved_after: (time: string) => `resolved after ${time}`,
  undoing: 'Rolling back',
  undone: 'Rolled back',
  undone_after: (time: string) => `after customers had it for ${time}`,
  replaced: 'Replaced',
  replacing: 'replacing',
  from: 'from',
  to: 'to',
  by: 'by',
  in_time: (time: string) => `in ${time}`,
  no_version: 'no version',
  took: (time: string) => `Took ${time}`,
  reached: 'Reached',
  went_back_from: 'Went back from',
  going_back_from: 'Going back from',
  which_had_taken: (time: string) => `which had taken ${time}`,
  which_had: (percent: number) => `which ${percent}% of customers ever had`,
  ended: 'Ended',
  for_incident: 'Because of',
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
  severity: 'Severity',
  severities: { none: 'None', minor: 'Minor', major: 'Major', critical: 'Critical' },
  cause: 'Cause',
  causes: {
    unknown_open: 'Not known yet.',
    unknown: 'No cause was published.',
    not_release: 'Not caused by a release.',
  },
  remedy: 'Remedy',
  remedies: {
    rolled_back: 'It was rolled back.',
    rolled_forward: 'A newer release ended it.',
    rolled_forward_because: 'A newer release ended it. It could not be rolled back:',
    other: 'Something other than a release ended it.',
  },
  impacts: 'What was affected',
  impacts_open: 'What is affected',
  columns: { component: 'Component', status: 'Status', time: 'From and to', lasted: 'For' },
  /** Between two moments. */
  until: '–',
  still: 'now',
  not_hurt: 'Named in the updates, and worked all the time',
  said: 'What we said',
  nothing_said: 'Nothing yet.',
  more: 'More',
}

const long = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const short = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' })
const numbers = new Intl.NumberFormat('en')

function number(value: number) {
  return numbers.format(value)
}

function times(times: number) {
  return ['', 'once', 'twice'][times] ?? `${number(times)} times`
}

function counted(number: number, noun: string) {
  return number === 0 ? '' : count(number, noun)
}

function sentenceList(parts: string[]) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** A drawing of how many customers had a release over time. */
export const tide = {
  /** Over days, clocks alone would not tell when. */
  incident: (from: string, to: string | null, days: boolean) => {
    if (days) return 'incident'
    return to === null ? `incident since ${from}` : `incident ${from} to ${to}`
  },
  ticks: {
    started: 'started',
    first: 'first customers',
    everybody: 'everybody',
    asked: 'asked',
    back: 'back',
    replaced: 'replaced',
  },
  caption: 'How many customers had it, and what happened meanwhile.',
  times: (zone: string) => `Times in ${zone}.`,
}
