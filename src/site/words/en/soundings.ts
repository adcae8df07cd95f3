/** The drawing of a component's days, what stands beside it, and the component's own page. */
export const soundings = {
  heading: 'Components',
  /** What the drawing's shapes mean. */
  legend: { release: 'release', part: 'part of the customers', back: 'rolled back', deep: 'deeper is worse' },
  days: (days: number) => `${days} days`,
  releases: (releases: number, back: number) => {
    const all = releases === 0 ? 'no releases' : `${number(releases)} release${releases === 1 ? '' : 's'}`
    return back === 0 ? all : `${all}, ${number(back)} rolled back`
  },
  uptime: (percent: string | null) => (percent === null ? 'no data yet' : `${percent} uptime`),
  /** A day of the list. */
  trouble: (status: string, time: string) => `${status} for ${time}`,
  released: 'Released',
  part: 'To part of the customers:',
  taken_back: 'Released and rolled back:',
  rolling_back: 'Rolling back',
  rolled_back: 'Rolled back',
  rollback_failed: 'Rollback failed:',
  drill: 'Rollback drill:',
  versions: (from: string | null, to: string) => (from === null ? `to ${to}` : `${from} → ${to}`),
  no_version: 'no version',
  more_releases: (count: number) => `and ${number(count)} more`,
  more_days: (days: number) =>
    `${number(days)} more day${days === 1 ? '' : 's'} with releases or trouble are on`,
  more_days_on: (name: string) => `all of ${name}`,
  filter: 'Find a component',

  /** The component's own page. */
  live: 'live',
  is_live: 'is live',
  live_in: (environment: string) => `in ${environment}`,
  since: 'since',
  /** Each before the moment that the way back was last walked. */
  last_back: 'Last rolled back',
  last_drill: 'Last rolled back in a drill',
  took: (time: string) => `took ${time}`,
  a_release: 'A release',
  as_of: 'As of',
  by_day: 'Day by day',
  uptime_heading: 'Uptime',
  uptime_formula:
    'Uptime = 1 − (major outage + 0.3 × partial outage) ÷ time with data: a partial outage weighs three tenths. Degraded performance and maintenance do not count as down, and nothing is known of days without data.',
  uptime_columns: { window: 'Time', uptime: 'Uptime', counted: 'Counted', left_out: 'Not counted' },
  uptime_parts: {
    major_outage: (time: string) => `${time} of major outage`,
    partial_outage: (time: string) => `${time} of partial outage`,
    degraded_performance: (time: string) => `${time} degraded`,
    under_maintenance: (time: string) => `${time} of maintenance`,
    no_data: (time: string) => `${time} without data`,
  },
  uptime_windows: {
    '24h': '24 hours',
    '7d': '7 days',
    '30d': '30 days',
    '90d': '90 days',
    '365d': '365 days',
  },
  uptime_zone: (zone: string) => `Days are those of ${zone}, today included.`,
  no_data: 'No data',
  history: (name: string) => `All that happened to ${name}`,
  log_heading: 'Releases and rollbacks',
  all_releases: 'All releases',
  no_release_reported: 'No release has been reported yet.',
  past: 'Past incidents',
  no_past: 'None so far.',
}

const numbers = new Intl.NumberFormat('en')

function number(value: number) {
  return value < 1000 ? String(value) : numbers.format(value)
}
