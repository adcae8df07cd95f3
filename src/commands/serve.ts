import { addUser, renewSetupToken } from '../accounts/actions.ts'
import { userByEmail } from '../accounts/store.ts'
import { buildApp, jobs } from '../app.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import type { App } from '../platform/http.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startJobs } from '../platform/timers.ts'

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

async function listen(app: App, { port, host }: Config) {
  try {
    await app.listen({ port, host })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new ConfigError(`Port ${port} is taken by another program. Choose another: PORT=8081`)
    if (code === 'EACCES')
      throw new ConfigError(`Port ${port} may not be used by this user. Choose one above 1023.`)
    if (code === 'EAFNOSUPPORT' && host === '::') return void (await app.listen({ port, host: '0.0.0.0' }))
    throw error
  }
}

/** Two lines for the person at the terminal: where it serves, and the way in while nobody is admin. */
async function announce(ctx: Context, app: App, { url }: Config) {
  const address = app.server.address()
  const origin = url ?? `http://localhost:${typeof address === 'object' ? address?.port : ''}`
  console.log(`Shiplog is serving on ${origin}`)
  const token = await renewSetupToken(ctx)
  if (token) console.log(`Set up Shiplog: ${origin}/setup?token=${token}`)
  if (!url?.startsWith('https:')) app.log.warn('SHIPLOG_URL is not https: sessions travel unencrypted')
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
