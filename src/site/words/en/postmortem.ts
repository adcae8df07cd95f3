/** What was learned from an incident, on its page once it is over. */
export const postmortem = {
  title: 'What we learned',
  published: 'Published',
  facts: 'The facts',
  how_noticed: 'How we noticed',
  to_notice: 'Time to notice',
  to_restore: 'Time to restore',
  /** How long a component was how: "Partial outage for 25 min" */
  hurt: (status: string, time: string) => `${status} for ${time}`,
  way_back: 'Could it go back?',
  /** Whether a rollback was possible. */
  yes: 'Yes, it was rolled back.',
  yes_in: (time: string) => `Yes, in ${time}.`,
  yes_beside: (time: string, release: string) => `Yes, in ${time}. The release had taken ${release}.`,
  no: (reason: string) => `No: ${reason}`,
  not_tried: 'Nobody tried.',
  items: 'What we do about it',
  done: 'done',
}
