import type { Job } from '../platform/timers.ts'
import { forgetOldBodies } from './actions.ts'

export const jobs: Job[] = [{ name: 'forget old bodies', every_minutes: 60, run: forgetOldBodies }]
