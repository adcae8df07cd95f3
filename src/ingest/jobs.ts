import type { Job } from '../platform/timers.ts'
import { forgetOldBodies } from './actions.ts'
import { readWhatIsLeft } from './reading.ts'

export const jobs: Job[] = [
  { name: 'forget old bodies', every_minutes: 60, run: forgetOldBodies },
  // what a process stored that did not live to read it
  { name: 'read what was only stored', every_minutes: 1 / 12, run: readWhatIsLeft },
]
