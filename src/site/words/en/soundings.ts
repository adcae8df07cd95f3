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
  versions: (from: string | null, to: string) => (from === null ? `to ${to}` : `${from} → ${to}`),
  no_version: 'no version',
  more_releases: (count: number) => `and ${number(count)} more`,
  more_days: (days: number) =>
    `${number(days)} more day${days === 1 ? '' : 's'} with releases or trouble are on`,
  more_days_on: (name: string) => `the page of ${name}`,
  no_release: 'No release yet',
  live_since: 'Live since',
  filter: 'Find a component',
  filter_found: (shown: number, all: number) => `${shown} of ${all}`,

  /** The component's own page. */
  is_live: 'is live',
  live_in: (environment: string) => `in ${environment}`,
  since: 'since',
  a_release: 'A release',
  as_of: 'As of',
  last_days: 'The last 90 days',
  uptime_heading: 'Uptime',
  uptime_formula:
    'Uptime is the share of the time in which the component was not down; a partial outage counts three tenths: 1 − (major outage + 0.3 × partial outage) ÷ time with data. Degraded performance, maintenance and days without data do not count against it; they stand beside it.',
  uptime_columns: {
    window: 'Time',
    uptime: 'Uptime',
    major_outage: 'Major outage',
    partial_outage: 'Partial outage',
    degraded_performance: 'Degraded',
    under_maintenance: 'Maintenance',
    no_data: 'No data',
  },
  uptime_windows: {
    '24h': '24 hours',
    '7d': '7 days',
    '30d': '30 days',
    '90d': '90 days',
    '365d': '365 days',
  },
  uptime_zone: (zone: string) => `Days are those of ${zone}, today included.`,
  not_counted: 'not counted',
  no_time: '–',
  history: (name: string) => `All that happened to ${name}`,
  log_heading: 'Releases and rollbacks',
  all_releases: 'All releases',
  no_release_reported: 'No release has been reported yet.',
  past: 'Past incidents',
  no_past: 'None so far.',
}

function number(value: number) {
  return value.toLocaleString('en')
}
