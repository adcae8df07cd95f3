import type { Job } from '../platform/timers.ts'
import { indexJob } from './indexing.ts'

export const jobs: Job[] = [{ name: 'index what can be searched', every_minutes: 1, run: indexJob }]
