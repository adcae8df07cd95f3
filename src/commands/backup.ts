import { makeBackup } from '../backups/making.ts'
import { readConfig } from '../config.ts'
import { sqliteFile } from '../platform/database.ts'
import { Refusal } from '../platform/refusal.ts'
import { count } from '../site/words/en/counting.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  ['backup [--to FOLDER]', 'make a backup, checked, also while serve is running; prints its folder'],
] as const

export const options = { to: { type: 'string' } } as const

/** Makes a backup of a SQLite store; what stands on standard output is its folder and nothing else. */
export async function run(words: string[], { to }: Options, env: NodeJS.ProcessEnv): Promise<number> {
  if (words.length > 0) misuse('Name the folder with --to: shiplog backup --to FOLDER')
  const { database_url, secret, backup } = readConfig(env)
  const database = ofSqlite(database_url)
  const made = await makeBackup({ database, folder: String(to ?? backup.dir), secret, now: new Date() })
  const { rows, size, sha256 } = made.facts
  const all = Object.values(rows).reduce((sum, table) => sum + table, 0)
  console.error(
    `${count(all, 'row')}, ${size} bytes, SHA-256 ${sha256}. Keep SHIPLOG_SECRET elsewhere: it is not in it.`,
  )
  console.log(made.path)
  return 0
}

/** The SQLite file to back up or to restore; PostgreSQL has better ways of its own. */
export function ofSqlite(database_url: string): string {
  const database = sqliteFile(database_url)
  if (database !== null) return database
  const words =
    'DATABASE_URL names a PostgreSQL server, which is backed up and restored by its own tools: pg_dump --format=custom and pg_restore, or your provider’s backups (docs/backups.md). After a restore run “shiplog outbound pause” before you start Shiplog.'
  throw new Refusal('unsupported', words)
}
