import { dirname, join } from 'node:path'
import type { Context } from '../platform/context.ts'
import { sqliteFile } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { Refusal } from '../platform/refusal.ts'
import { makeBackup } from './making.ts'
import { keepNewest } from './retention.ts'

const most = 3

type Given = Pick<Context, 'db' | 'now' | 'secret'> & { log?: Context['log'] | undefined }

/**
 * Brings the store to today's schema. A SQLite store that has data is backed up first, into `before-upgrade` beside
 * it, where the newest three are kept; without that backup it stays as it is. Returns which migrations ran.
 */
export async function bringUpToDate({ db, now, secret, log }: Given, database_url: string) {
  const database = sqliteFile(database_url)
  const beforehand = async ([first = '']: string[]) => {
    if (database === null) return
    const folder = join(dirname(database), 'before-upgrade')
    const label = `before-${first}`
    const { path } = await makeBackup({ database, folder, secret, now: now(), label }).catch(refuse)
    await keepNewest(folder, most)
    log?.info({ backup: path }, 'the database was backed up before it is upgraded')
  }
  return migrateToLatest(db, { ...(log ? { log } : {}), beforehand })
}

/** Whoever serves may wait for the end of it: a full disk, for instance. */
function refuse({ message }: Error): never {
  const words = `The database is not brought to this version’s schema, because it could not be backed up before: ${message}`
  throw new Refusal('unavailable', words, { may_end: true })
}
