import { errors } from './en/errors.ts'
import { frame, sample } from './en/frame.ts'
import { history } from './en/history.ts'
import { incident } from './en/incident-page.ts'
import { again, card, cause, over } from './en/incidents.ts'
import { live, stale } from './en/live.ts'
import { log } from './en/log.ts'
import { maintenance } from './en/maintenance.ts'
import { now } from './en/now.ts'
import { postmortem } from './en/postmortem.ts'
import { programs } from './en/programs.ts'
import { release, tide } from './en/release.ts'
import { rollbacks } from './en/rollbacks.ts'
import { soundings } from './en/soundings.ts'
import { badge, group, headline, states, status } from './en/status.ts'
import { time } from './en/time.ts'

/** The public page in English: the page's parts in the order of the page, sentences with numbers as functions. */
export const en = {
  nav: {
    skip: 'Skip to the content',
    pages: 'Pages',
    now: 'Now',
    history: 'History',
    releases: 'Releases',
    rollbacks: 'Rollbacks',
  },
  frame,
  sample,
  live,
  stale,
  time,
  status,
  states,
  headline,
  now,
  group,
  soundings,
  past: { history, rollbacks, release, incident, tide },
  postmortem,
  again,
  card,
  cause,
  over,
  log,
  maintenance,
  badge,
  errors,
  programs,
}
