import { readConfig } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import { agreeOnSecret } from '../platform/facts.ts'
import { migrateToLatest } from '../platform/migrate.ts'

const quiet = { info() {}, warn: console.error, error: console.error }

/** Opens the store as the settings say, brings it to today's schema, does the work as the command line, closes it. */
export async function withStore<T>(env: NodeJS.ProcessEnv, work: (ctx: Context) => Promise<T>): Promise<T> {
  const { direct_url, secret } = readConfig(env)
  const db = openDatabase(direct_url)
  try {
    await migrateToLatest(db)
    await agreeOnSecret({ db, secret, log: quiet })
    const actor = { kind: 'cli' as const, id: null, name: 'command line' }
    return await work({ db, now: () => new Date(), actor, log: quiet, secret })
  } finally {
    await db.destroy()
  }
}
