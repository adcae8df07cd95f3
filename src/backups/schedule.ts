import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../platform/context.ts'
import { sqliteFile } from '../platform/database.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Job } from '../platform/timers.ts'
import { makeBackup } from './making.ts'
import { names } from './manifest.ts'
import { listBackups } from './naming.ts'
import { forgetBackups, type Keep } from './retention.ts'

export type BackupSettings = { dir: string; every_hours: number; keep: Keep }
type Newest = { path: string; made_at: string; size: number }
export type BackupState = {
  folder: string
  newest: Newest | null
  /** Why the last try of this process failed. */
  failure: { at: string; words: string } | null
  /** Whether the newest is older than it should be, a quarter of the time allowed for; or there is none since so long. */
  overdue: boolean
}
export type Backups = { job: Job; state(now: Date): BackupState }

const hour = 3_600_000

/**
 * Backs the store up every so often into a folder and forgets what is not to be kept. Null where there is nothing to
 * do: on PostgreSQL, which has its own ways, and where the settings say never.
 */
export function scheduledBackups(
  { database_url, backup }: { database_url: string; backup: BackupSettings },
  begun = new Date(),
): Backups | null {
  const database = sqliteFile(database_url)
  if (database === null || backup.every_hours === 0) return null
  const { dir: folder, every_hours, keep } = backup
  let failure: BackupState['failure'] = null

  async function run({ now, secret, log }: Context) {
    if (age(newestBackup(folder), now()) < every_hours * hour) return
    try {
      const { path, facts } = await makeBackup({ database: database ?? '', folder, secret, now: now() })
      failure = null
      forgetBackups(folder, keep)
      log.info({ backup: path, bytes: facts.size }, 'a backup was made')
    } catch (error) {
      failure = { at: now().toISOString(), words: wordsOf(error) }
      throw error
    }
  }
  const state = (now: Date): BackupState => {
    const newest = newestBackup(folder)
    const waited = newest ? age(newest, now) : now.getTime() - begun.getTime()
    return { folder, newest, failure, overdue: waited > every_hours * hour * 1.25 }
  }
  return { job: { name: 'back up', every_minutes: 10, run }, state }
}

/** The newest backup in a folder, with its size in bytes; null when there is none. For whoever watches its age. */
export function newestBackup(folder: string): Newest | null {
  const newest = listBackups(folder).find(({ label }) => label === null)
  if (!newest) return null
  const { path, made_at } = newest
  return { path, made_at, size: statSync(join(path, names.database), { throwIfNoEntry: false })?.size ?? 0 }
}

function age(newest: Newest | null, now: Date): number {
  return newest ? now.getTime() - Date.parse(newest.made_at) : Number.POSITIVE_INFINITY
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof Refusal || !code) return message
  return code === 'ENOSPC' || code === 'SQLITE_FULL' ? 'The disk is full.' : `${message} (${code})`
}
