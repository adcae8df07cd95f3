import { join } from 'node:path'
import { restoreBackup } from '../backups/restoring.ts'
import { readConfig } from '../config.ts'
import { ofSqlite } from './backup.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  [
    'restore BACKUP [--force] [--other-secret]',
    'put a backup in the place of the database, after checking it; what it replaces is kept under another name',
  ],
] as const

export const options = { force: { type: 'boolean' }, 'other-secret': { type: 'boolean' } } as const

const log = {
  info: ({ migration, seconds }: Record<string, unknown>) => {
    if (seconds) console.error(`${migration}: ${seconds} s`)
  },
  warn: console.error,
  error: console.error,
}

/** Restores a backup of a SQLite store, with the server stopped; says what there is to know before the next start. */
export async function run([backup, ...more]: string[], given: Options, env: NodeJS.ProcessEnv) {
  if (!backup || more.length > 0) misuse('Name one backup, the folder: shiplog restore BACKUP')
  const { database_url, secret, data_dir } = readConfig(env)
  const actor = { kind: 'cli' as const, id: null, name: 'command line' }
  const { made_at, aside } = await restoreBackup(
    { now: () => new Date(), actor, log, secret },
    {
      backup,
      database: ofSqlite(database_url),
      force: given.force === true,
      other_secret: given['other-secret'] === true,
      pages: join(data_dir, 'pages'),
    },
  )
  console.log(`Restored as it was at ${made_at}.`)
  if (aside) console.log(`What was there before is ${aside} now.`)
  console.log(
    'Everybody has to sign in again. Calls to others are paused: look at what waits under Calls, then resume there or with “shiplog outbound resume [--drop]”.',
  )
  return 0
}
