/** An incident's card. */
export const card = {
  since: 'Since',
  resolved: 'Resolved',
  affects: 'Affects',
  affected: 'Affected',
  next_update_by: 'Next update by',
  /** Before the time at which an update was mended. */
  edited: 'edited',
  all_updates: (updates: number) => `All ${updates} updates`,
}

/** What customers read when the work goes on and there is nothing new to say. */
export const again = {
  working: 'We are still working on it.',
  watching: 'We are still watching it.',
}

/** Which release did it, and how the way back goes. Versions and moments stand between these words. */
export const cause = {
  caused_by: 'Caused by release',
  out_since: 'out since',
  rolling_back: 'We are rolling back',
  rolled_back: 'Rolled back',
  to: 'to',
  started: 'started',
  usually: (time: string) => `usually done in ${time}`,
  at: 'at',
  in_time: (time: string) => `in ${time}`,
  ever_had: (percent: number) => `${percent}% of customers ever had it.`,
  could_not: 'It could not be rolled back:',
  progress: 'Time of the rollback so far, of what is usual',
}

/** An incident of the past in one line: "resolved in 31 min. Caused by checkout 2.14.0, rolled back in 3 min." */
export const over = {
  resolved_in: (time: string) => `resolved in ${time}`,
  open: 'not resolved yet',
  not_release: 'Not caused by a release.',
  caused: (release: string) => `Caused by ${release}.`,
  caused_back: (release: string) => `Caused by ${release}, rolled back.`,
  caused_back_in: (release: string, time: string) => `Caused by ${release}, rolled back in ${time}.`,
  caused_no_way: (release: string) => `Caused by ${release}, which could not be rolled back.`,
}
