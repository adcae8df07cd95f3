/** What programs show to people: feeds, the calendar, the embedded frame, and what search engines read. */
export const programs = {
  releases_title: (page: string) => `${page} - Releases and Rollbacks`,
  releases_subtitle: (name: string) => `What went live at ${name}, and what was rolled back.`,
  belongs_to: 'Incident:',
  /** Before the reason. */
  rolled_forward: 'It could not be rolled back:',
  history_feed: 'Incidents',
  releases_feed: 'Releases and rollbacks',
  calendar: (name: string) => `${name} maintenance`,
  calendar_title: 'Planned maintenance',
  description: (name: string) =>
    `What works and what does not at ${name}, and which releases and rollbacks went live.`,
  summary: 'This page for programs',
  latest_updates: 'See the latest updates',
  dismiss: 'Close',
  llms: {
    about:
      'A status page made with Shiplog. It tells which components work, which incidents there are and were, which release caused one, and what was rolled back. Everything here may be read without an account; times in the data are UTC.',
    pages: 'Pages',
    page_links: [
      ['/', 'Now', 'components, open incidents, newest releases'],
      ['/history', 'History', 'each month’s incidents, releases and rollbacks in one time line'],
      ['/releases', 'Releases', 'what went live when, newest first'],
      ['/rollbacks', 'Rollbacks', 'what was rolled back, how long it took, and why'],
    ],
    data: 'Data',
    data_links: [
      [
        '/api/v2/summary.json',
        'Summary',
        'components, open incidents and the overall status, as Statuspage tells them',
      ],
      ['/api/v1/components', 'Components', 'with their status and live version'],
      ['/api/v1/incidents', 'Incidents', 'with updates, cause and remedy, newest first'],
      ['/api/v1/maintenances', 'Maintenances', 'planned work, with its times and its state'],
      ['/api/v1/releases', 'Releases', 'newest first'],
      ['/api/v1/rollbacks', 'Rollbacks', 'newest first'],
      ['/history.atom', 'Incident feed', 'Atom; also /history.rss and /feed.json'],
      ['/releases.atom', 'Release feed', 'Atom'],
      ['/maintenance.ics', 'Maintenance calendar', 'iCalendar, each time of planned work'],
      ['/openapi.json', 'OpenAPI', 'the description of the API'],
    ],
  } satisfies {
    about: string
    pages: string
    page_links: [string, string, string][]
    data: string
    data_links: [string, string, string][]
  },
}
