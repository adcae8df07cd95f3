import { addUser, renewSetupToken } from '../accounts/actions.ts'
import { userByEmail } from '../accounts/store.ts'
import { buildApp, jobs } from '../app.ts'
import { type Config, readConfig } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import type { App } from '../platform/http.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startJobs } from '../platform/timers.ts'
import { listen, originOf, stopSignal } from './listening.ts'

export const usage = [['serve', 'serve the status page and the operators’ pages']] as const

/** Serves until it is told to stop, then lets what it has begun end. */
export async function run(_words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  const config = readConfig(env)
  const db = openDatabase(config.database_url)
  await migrateToLatest(db)
  const base = { db, now: () => new Date(), secret: config.secret }
  const app = await buildApp(config, base)
  const ctx: Context = { ...base, actor: { kind: 'system', id: null, name: 'Shiplog' }, log: app.log }
  await makeFirstAdmin(ctx, config)
  await listen(app, config)
  await announce(ctx, app, config)
  const stopJobs = startJobs(ctx, jobs)
  await stopSignal()
  stopJobs()
  await app.close()
  await db.destroy()
  return 0
}

async function makeFirstAdmin(ctx: Context, { admin }: Config) {
  if (!admin || (await userByEmail(ctx, admin.email.toLowerCase()))) return
  await addUser(ctx, { ...admin, email: admin.email.toLowerCase(), name: '', role: 'admin' })
}

/** Two lines for the person at the terminal: where it serves, and the way in while nobody is admin. */
async function announce(ctx: Context, app: App, { url }: Config) {
  const origin = originOf(app, url)
  console.log(`Shiplog is serving on ${origin}`)
  const token = await renewSetupToken(ctx)
  if (token) console.log(`Set up Shiplog: ${origin}/setup?token=${token}`)
  if (!url?.startsWith('https:')) app.log.warn('SHIPLOG_URL is not https: sessions travel unencrypted')
}
