/** The log of releases and rollbacks, and its page. */
export const log = {
  title: 'Releases',
  heading: 'Releases and rollbacks',
  all: 'All releases',
  none_reported: 'No release has been reported yet.',
  of: (component: string) => `Releases of ${component}`,
  about: (zone: string) => `What reached customers, newest first. All times in ${zone}.`,
  component: 'Component',
  all_components: 'All components',
  show: 'Show',
  empty: 'No release yet',
  empty_more: 'As soon as a deploy tool reports that something went live, it stands here.',
  no_version: 'no version',

  /** What was done, first in each line. */
  released: 'Released',
  released_again: 'Released again',
  settings_changed: 'Settings changed',
  flag_changed: 'Flag changed',
  part: (percent: number | null) => (percent === null ? 'Part of the customers' : ofCustomers(percent)),
  dark: 'Dark launch',
  taken_back: 'Taken back',
  failed: 'Failed',
  stopped: 'Stopped',
  releasing: 'Releasing',
  rolled_back: 'Rolled back',
  rolling_back: 'Rolling back',
  rollback_failed: 'Rollback failed',
  rollback_stopped: 'Rollback stopped',
  /** A rollback that was walked to see that it can be. */
  drill: 'Rollback drill',

  /** What is told of it, last in each line. */
  in_time: (time: string) => `in ${time}`,
  no_news: 'no news for a while',
  part_so_far: (percent: number | null) => `${ofCustomers(percent)} so far`,
  was_out: (time: string) => `was out for ${time}`,
  seen_by: (percent: number | null) => `seen by ${ofCustomers(percent)}`,
  a_flag: 'a flag',
  drill_under_way: 'under way',
  drill_failed: 'failed',
  drill_stopped: 'stopped',
}

function ofCustomers(percent: number | null) {
  return percent === null ? 'part of the customers' : `${percent}% of customers`
}
