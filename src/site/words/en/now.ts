import { count } from './counting.ts'

/** The first page. */
export const now = {
  last_trouble: 'Last trouble:',
  as_of: 'As of',
  past: 'Past incidents',
  quiet_day: (releases: number) =>
    releases === 0 ? 'No incidents.' : `No incidents, ${count(releases, 'release')}.`,
}
