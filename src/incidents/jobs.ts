import type { Job } from '../platform/timers.ts'
import { publishDue } from './drafts-publishing.ts'
import { forgetOldUndos } from './undo-store.ts'

export const jobs: Job[] = [
  { name: 'publish drafts that are due', every_minutes: 0.25, run: publishDue },
  { name: 'forget what can be taken back no more', every_minutes: 15, run: forgetOldUndos },
]
