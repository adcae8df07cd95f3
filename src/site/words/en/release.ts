/** The page of one release. */
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
