import { count } from './counting.ts'

/** The word for each status of a component. */
export const status = {
  major_outage: 'Major outage',
  partial_outage: 'Partial outage',
  degraded_performance: 'Degraded',
  under_maintenance: 'Maintenance',
  operational: 'Operational',
}

/** The word for each state of an incident. */
export const states = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
}

const troubles = {
  major_outage: 'down',
  partial_outage: 'partly down',
  degraded_performance: 'degraded',
  under_maintenance: 'under maintenance',
}
type Trouble = keyof typeof troubles

/** The sentence that the page is about, and the one below it. */
export const headline = {
  nothing: 'Nothing is reported yet',
  nothing_more: 'Components and releases appear here once they are added.',
  calm: 'Everything is working',
  one: (name: string, trouble: Trouble) => `${name} is ${troubles[trouble]}`,
  several: (components: number, trouble: Trouble) => `${components} components are ${troubles[trouble]}`,
  working: (all: number) => (all === 1 ? '1 component is working.' : `${whole(all)} working.`),
  open: (incidents: number) => `${count(incidents, 'incident')} ${isAre(incidents)} open.`,
  only: 'It is the only component.',
  all_affected: (all: number) => `${whole(all)} affected.`,
  all_maintained: (all: number) => `${whole(all)} under maintenance.`,
  affected: (affected: number, all: number) =>
    `${affected} of ${all} components ${isAre(affected)} affected, everything else works.`,
  maintained: (affected: number, all: number) =>
    `${affected} of ${all} components ${isAre(affected)} under maintenance, everything else works.`,
}

/** The line over a group of components. */
export const group = {
  affected: (affected: number, all: number) => `${affected} of ${all} affected`,
  maintained: (affected: number, all: number) => `${affected} of ${all} under maintenance`,
}

/** What a badge says that knows nothing. */
export const badge = {
  unknown: 'n/a',
  not_found: 'not found',
}

function whole(all: number) {
  return all === 2 ? 'Both components are' : `All ${all} components are`
}

function isAre(number: number) {
  return number === 1 ? 'is' : 'are'
}
