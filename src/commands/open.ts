import { bringUpToDate } from '../backups/upgrading.ts'
import { readConfig } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import { agreeOnSecret } from '../platform/facts.ts'

const quiet = { info() {}, warn: console.error, error: console.error }

/** Opens the store as the settings say, brings it to today's schema, does the work as the command line, closes it. */
export async function withStore<T>(env: NodeJS.ProcessEnv, work: (ctx: Context) => Promise<T>): Promise<T> {
  const { direct_url, secret } = readConfig(env)
  const db = openDatabase(direct_url)
  try {
    const actor = { kind: 'cli' as const, id: null, name: 'command line' }
    const ctx: Context = { db, now: () => new Date(), actor, log: quiet, secret }
    await bringUpToDate({ ...ctx, log: undefined }, direct_url)
    await agreeOnSecret(ctx)
    return await work(ctx)
  } finally {
    await db.destroy()
  }
}
