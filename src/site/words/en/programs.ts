/** What programs show to people: feeds, the calendar, badges, the embedded frame, and what search engines read. */
export const programs = {
  releases_title: (page: string) => `${page} - Releases and Rollbacks`,
  releases_subtitle: (name: string) => `What went live at ${name}, and what was rolled back.`,
  belongs_to: 'Incident:',
  history_feed: 'Incidents',
  releases_feed: 'Releases and rollbacks',
  calendar: (name: string) => `${name} maintenance`,
  calendar_title: 'Planned maintenance',
  machine_summary: 'This page for programs',
}
