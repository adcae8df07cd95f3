/** Planned work: its states, what is told of it, and how often it repeats. */
export const maintenance = {
  title: 'Planned work',
  calendar: 'Calendar',
  states: {
    scheduled: 'Planned',
    in_progress: 'In progress',
    completed: 'Done',
    cancelled: 'Called off',
  },
  kinds: {
    planned: 'Planned',
    edited: 'Changed',
    moved: 'Moved',
    started: 'Started',
    ended: 'Done',
    cancelled: 'Called off',
  },
  to: 'to',
  for_release: 'For',
  was: 'Before, it was planned for',
  told: 'What happened',
  facts: 'Facts',
  planned_for: 'Planned for',
  began: 'Started',
  ended: 'Ended',
  called_off: 'Called off',
  repeats: 'Repeats',
  components: 'Components',
  more: 'More',
  times: (zone: string) => `All times in ${zone}.`,
  /** A calendar has room for one line of what it was before. */
  moved: (now: string, before: string) => `Now planned for ${now}; before, for ${before}.`,
  planned: (span: string) => `Planned for ${span}.`,
  span: (from: string, to: string) => `${from} to ${to}`,
  lasted: (time: string) => `took ${time}`,
  by_rule: (rule: string) => `By the rule ${rule}`,
  every: (every: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY', interval: number, days: number[]) => {
    const [one, several] = units[every]
    const often = interval === 1 ? `Every ${one}` : `Every ${interval} ${several}`
    return days.length > 0 ? `${often} on ${days.map((day) => names[day]).join(', ')}` : often
  },
}

const units = {
  DAILY: ['day', 'days'],
  WEEKLY: ['week', 'weeks'],
  MONTHLY: ['month', 'months'],
  YEARLY: ['year', 'years'],
} as const
const names = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
