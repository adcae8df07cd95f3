import { join } from 'node:path'
import { addUser } from '../accounts/actions.ts'
import { userByEmail } from '../accounts/store.ts'
import { bringUpToDate } from '../backups/upgrading.ts'
import { type Config, ConfigError } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { openDatabase, sqliteFile } from '../platform/database.ts'
import { agreeOnSecret } from '../platform/facts.ts'
import { Refusal } from '../platform/refusal.ts'
import { holdStore } from '../platform/serving-lock.ts'
import { howToMend, isDamaged, isOfTheStore } from '../platform/store-fault.ts'

/** Nobody restores over a store that is served, also while it cannot be opened. */
export function holdForServing({ database_url }: Config): () => void {
  const database = sqliteFile(database_url)
  const letGo = database === null ? () => {} : holdStore(database, 'share')
  if (!letGo)
    throw new ConfigError(`A backup is being restored into ${database}. Start again when that is done.`)
  return letGo
}

/** Brings the store to today's schema, agrees with other nodes on the secret, and makes the first admin of the settings. */
export async function beginOn(ctx: Context, config: Config) {
  await migrated(ctx, config)
  await agreeOnSecret(ctx, { adopt: true })
  await makeFirstAdmin(ctx, config)
}

/** Whether what keeps the store from being used may be over in a while. */
export function mayEnd(error: unknown): boolean {
  return isOfTheStore(error) || (error instanceof Refusal && error.extra.may_end === true)
}

/** Why the store cannot be used, for whoever reads the log. */
export function whyNot({ database_url, data_dir }: Config, error: unknown) {
  const isGone = (error as { code?: unknown }).code === 'SQLITE_CANTOPEN'
  const gone = `There is no database at ${database_url}, though pages were served from ${data_dir} before. Put it back; or, to begin anew, remove ${join(data_dir, 'pages')} and start again.`
  const words = isDamaged(error) ? `${howToMend} ` : ''
  return isGone ? gone : `The database cannot be used. ${words}It is tried again every few seconds.`
}

/** By the store's own address: a pooler does not know the locks that keep two nodes from migrating at once. */
async function migrated(ctx: Context, { database_url, direct_url }: Config) {
  if (direct_url === database_url) return bringUpToDate(ctx, database_url)
  const db = openDatabase(direct_url)
  try {
    await bringUpToDate({ ...ctx, db }, direct_url)
  } finally {
    await db.destroy()
  }
}

async function makeFirstAdmin(ctx: Context, { admin }: Config) {
  if (!admin || (await userByEmail(ctx, admin.email.toLowerCase()))) return
  try {
    await addUser(ctx, { ...admin, email: admin.email.toLowerCase(), name: '', role: 'admin' })
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'conflict')) throw error // another node made it
  }
}
