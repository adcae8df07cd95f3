import { counted, number, sentenceList } from './counting.ts'

/** The history, month by month. */
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

const long = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const short = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' })
