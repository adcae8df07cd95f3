import type { Job } from '../platform/timers.ts'
import { goOnWithFreezes } from './freeze-series.ts'
import { forgetOldUndos } from './freeze-undo-store.ts'

export const jobs: Job[] = [
  { name: 'lay out repeating freezes', every_minutes: 10, run: goOnWithFreezes },
  { name: 'forget what can be taken back of freezes no more', every_minutes: 15, run: forgetOldUndos },
]
