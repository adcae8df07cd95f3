import { frame } from './en/frame.ts'
import * as past from './en/history.ts'
import { live, stale } from './en/live.ts'
import { programs } from './en/programs.ts'
import { soundings } from './en/soundings.ts'

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
  live,
  stale,
  soundings,
  past,
  programs,
}
