import type { Job } from '../platform/timers.ts'
import { forgetOldCalls } from './actions.ts'

export const jobs: Job[] = [{ name: 'forget old calls', every_minutes: 60, run: forgetOldCalls }]
