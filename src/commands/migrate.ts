import { readConfig } from '../config.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'

export const usage = [
  ['migrate', 'bring the database to this version’s schema (serve does so by itself)'],
] as const

/** Migrates and says what ran. */
export async function run(_words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  const db = openDatabase(readConfig(env).direct_url)
  try {
    const done = await migrateToLatest(db)
    console.log(done.length === 0 ? 'The database is up to date.' : done.join('\n'))
    return 0
  } finally {
    await db.destroy()
  }
}
