import { bringUpToDate } from '../backups/upgrading.ts'
import { readConfig } from '../config.ts'
import { openDatabase } from '../platform/database.ts'

export const usage = [
  ['migrate', 'bring the database to this version’s schema (serve does so by itself)'],
] as const

const telling = {
  info: ({ migration, seconds, backup }: Record<string, unknown>) =>
    console.error(backup ? `Backed up: ${backup}` : `${migration}${seconds ? `: ${seconds} s` : '…'}`),
  warn: console.error,
  error: console.error,
}

/** Migrates and says what ran. */
export async function run(_words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  const { direct_url, secret } = readConfig(env)
  const db = openDatabase(direct_url)
  try {
    const done = await bringUpToDate({ db, now: () => new Date(), secret, log: telling }, direct_url)
    console.log(done.length === 0 ? 'The database is up to date.' : done.join('\n'))
    return 0
  } finally {
    await db.destroy()
  }
}
