import type { Backups } from '../backups/schedule.ts'

/** What operators should know of the backups that are made by themselves; null while all is well, or none are made. */
export function backupTrouble(backups: Backups | null, now: Date) {
  const state = backups?.state(now)
  if (!state || (!state.failure && !state.overdue)) return null
  return { words: state.failure?.words ?? null, newest_at: state.newest?.made_at ?? null }
}
