import { forgetOldKeys } from '../platform/idempotency.ts'
import type { Job } from '../platform/timers.ts'
import { forgetOldSessions } from './sessions.ts'

export const jobs: Job[] = [
  { name: 'forget old sessions', every_minutes: 15, run: forgetOldSessions },
  { name: 'forget old idempotency keys', every_minutes: 60, run: forgetOldKeys },
]
