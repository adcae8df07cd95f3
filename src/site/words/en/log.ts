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
  part: (percent: number) => `${percent}% of customers`,
  dark: 'Dark launch',
  taken_back: 'Taken back',
  failed: 'Failed',
  stopped: 'Stopped',
  releasing: 'Releasing',
  rolled_back: 'Rolled back',
  rolling_back: 'Rolling back',
  rollback_failed: 'Rollback failed',
  rollback_stopped: 'Rollback stopped',

  /** What is told of it, last in each line. */
  /** Of a rollback before which nothing had gone wrong. */
  drill: 'a drill',
  in_time: (time: string) => `in ${time}`,
  no_news: 'no news for a while',
  part_so_far: (percent: number) => `${percent}% of customers so far`,
  was_out: (time: string) => `was out for ${time}`,
  seen_by: (percent: number) => `seen by ${percent}% of customers`,
}
