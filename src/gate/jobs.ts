import type { Job } from '../platform/timers.ts'
import { goOnWithFreezes } from './freeze-series.ts'

export const jobs: Job[] = [{ name: 'lay out repeating freezes', every_minutes: 10, run: goOnWithFreezes }]
