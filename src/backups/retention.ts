import { rm } from 'node:fs/promises'
import { type Listed, listBackups } from './naming.ts'

export type Keep = { daily: number; weekly: number; monthly: number }

/**
 * Which backups go: all but the newest of each of the last so many days, weeks (from Monday, UTC) and months that have
 * one. The newest of all always stays. Pure.
 */
export function superfluous<Backup extends { made_at: string }>(backups: Backup[], keep: Keep): Backup[] {
  const newestFirst = backups.toSorted((one, other) => (one.made_at < other.made_at ? 1 : -1))
  const kept = new Set(newestFirst.slice(0, 1))
  const spans: [count: number, spanOf: (made_at: string) => string][] = [
    [keep.daily, (made_at) => made_at.slice(0, 10)],
    [keep.weekly, mondayOf],
    [keep.monthly, (made_at) => made_at.slice(0, 7)],
  ]
  for (const [count, spanOf] of spans) {
    const newest = new Map<string, Backup>()
    for (const backup of newestFirst) {
      const span = spanOf(backup.made_at)
      if (!newest.has(span) && newest.size < count) newest.set(span, backup)
    }
    for (const backup of newest.values()) kept.add(backup)
  }
  return newestFirst.filter((backup) => !kept.has(backup))
}

function mondayOf(made_at: string): string {
  const date = new Date(`${made_at.slice(0, 10)}T00:00:00.000Z`)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

/** Removes the backups that are not to be kept, of those without a label. */
export async function forgetBackups(folder: string, keep: Keep) {
  await remove(
    superfluous(
      (await listBackups(folder)).filter(({ label }) => label === null),
      keep,
    ),
  )
}

/** Removes all but the newest few. */
export async function keepNewest(folder: string, count: number) {
  await remove((await listBackups(folder)).slice(count))
}

async function remove(backups: Listed[]) {
  for (const { path } of backups) await rm(path, { recursive: true, force: true })
}
