import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../platform/context.ts'
import { sqliteFile } from '../platform/database.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Job } from '../platform/timers.ts'
import { makeBackup } from './making.ts'
import { names } from './manifest.ts'
import { listBackups } from './naming.ts'
import { forgetBackups, type Keep } from './retention.ts'

type BackupSettings = { dir: string; every_hours: number; keep: Keep }
type Newest = { path: string; made_at: string; size: number }
type BackupState = {
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
  let newest: Newest | null = null
  const look = async () => {
    newest = await newestBackup(folder)
  }

  async function run({ now, secret, log }: Context) {
    try {
      await look()
      if (age(newest, now()) < every_hours * hour) return
      const { path, facts } = await makeBackup({ database: database ?? '', folder, secret, now: now() })
      log.info({ backup: path, bytes: facts.size }, 'a backup was made')
      failure = null
      await look()
      await forgetBackups(folder, keep)
    } catch (error) {
      failure = { at: now().toISOString(), words: wordsOf(error) }
      throw error
    }
  }
  void look().catch(() => {}) // the job says what is wrong with the folder
  const state = (now: Date): BackupState => {
    const waited = newest ? age(newest, now) : now.getTime() - begun.getTime()
    return { folder, newest, failure, overdue: waited > every_hours * hour * 1.25 }
  }
  return { job: { name: 'back up', every_minutes: 10, run }, state }
}

/** The newest backup in a folder, with its size in bytes; null when there is none. For whoever watches its age. */
export async function newestBackup(folder: string): Promise<Newest | null> {
  const newest = (await listBackups(folder)).find(({ label }) => label === null)
  if (!newest) return null
  const { path, made_at } = newest
  const file = await stat(join(path, names.database)).catch(() => null)
  return { path, made_at, size: file?.size ?? 0 }
}

function age(newest: Newest | null, now: Date): number {
  return newest ? now.getTime() - Date.parse(newest.made_at) : Number.POSITIVE_INFINITY
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof Refusal || !code) return message
  return code === 'ENOSPC' || code === 'SQLITE_FULL' ? 'The disk is full.' : `${message} (${code})`
}
