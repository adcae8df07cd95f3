import type { Job } from '../platform/timers.ts'
import { sealJournal } from './seals.ts'

export const jobs: Job[] = [{ name: 'seal the journal', every_minutes: 1, run: (ctx) => sealJournal(ctx) }]
