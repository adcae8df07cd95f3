import type { Job } from '../platform/timers.ts'
import { followClock } from './by-clock.ts'
import { forgetOldUndos } from './undo-store.ts'

/** Every five seconds: the journal tells of a start and an end soon after it, and pages are drawn anew then. */
export const jobs: Job[] = [
  { name: 'follow the clock of planned work', every_minutes: 1 / 12, run: followClock },
  { name: 'forget what can be taken back of planned work no more', every_minutes: 15, run: forgetOldUndos },
]
