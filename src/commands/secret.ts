import { readConfig } from '../config.ts'
import { openDatabase } from '../platform/database.ts'
import { sayFact } from '../platform/facts.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { keyId } from '../platform/seal.ts'
import { misuse } from './run.ts'

export const usage = [
  ['secret adopt', 'use the database with this SHIPLOG_SECRET from now on: the old one is lost'],
] as const

/** Says which secret all nodes have to have, after the one before was lost. */
export async function run(words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  if (words.join(' ') !== 'adopt') misuse('Say: shiplog secret adopt')
  const { direct_url, secret } = readConfig(env)
  const db = openDatabase(direct_url)
  try {
    await migrateToLatest(db)
    await sayFact(db, 'secret', keyId(secret))
  } finally {
    await db.destroy()
  }
  console.log(`This database is used with the secret of key ${keyId(secret)} from now on. Restart all nodes.`)
  return 0
}
